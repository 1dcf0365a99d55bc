/** A lab sheet as lines with their place in it: Markdown, or plain text with the same marks. */

import { bounded } from "./sheet.ts";

export interface SheetLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  readonly kind: "heading" | "prose" | "table" | "code";
  /** The section that it stands in, and the code block; 0 for none. */
  readonly section: number;
  readonly block: number;
}

export interface Section {
  readonly number: number;
  /** 1 is the whole document's; plain-text headings count as 6. */
  readonly level: number;
  readonly title: string;
  /** Number of the section around it; 0 for none. */
  readonly parent: number;
}

export interface SheetDocument {
  readonly lines: readonly SheetLine[];
  /** The first one is what stands before any heading. */
  readonly sections: readonly Section[];
}

const FENCE = /^\s*(?:>\s*)?(`{3,}|~{3,})/;
const HEADING = /^\s{0,3}(#{1,6})\s+(\S.*?)\s*#*\s*$/;

/** Byte order mark, CRLF and no-break spaces are gone afterwards; a fence that is never closed reaches to the end. */
export function readDocument(text: string): SheetDocument {
  const sections: Section[] = [{ number: 0, level: 0, title: "", parent: 0 }];
  const lines: SheetLine[] = [];
  let fence = "";
  let block = 0;
  let section = 0;
  const plain = text.replace(/^\ufeff/, "").replaceAll("\u00a0", " ");
  const all = plain.split(/\r\n|\r|\n/);
  bounded("lines", all.length);
  all.forEach((line, index) => {
    const number = index + 1;
    const mark = FENCE.exec(line)?.[1];
    if (fence !== "") {
      if (mark?.startsWith(fence) === true && line.trim() === mark) fence = "";
      else lines.push({ number, text: line.trimEnd(), kind: "code", section, block });
      return;
    }
    if (mark !== undefined) {
      fence = mark;
      block++;
      return;
    }
    const heading = HEADING.exec(line);
    if (heading !== null && isTitle(heading[2] ?? "")) {
      const level = heading[1]?.length ?? 1;
      const parent = parentOf(sections, section, level);
      section = sections.length;
      sections.push({ number: section, level, title: heading[2] ?? "", parent });
      lines.push({ number, text: heading[2] ?? "", kind: "heading", section, block: 0 });
    } else {
      const kind = /^\s*\|.*\|\s*$/.test(line) ? "table" : "prose";
      lines.push({ number, text: line.trimEnd(), kind, section, block: 0 });
    }
  });
  bounded("sections", sections.length);
  return { lines, sections };
}

/** Not a command at the prompt `#` of root. */
const isTitle = (text: string): boolean =>
  !/^(?:ipvsadm|iptables|ip|ifconfig|route|systemctl|service|yum|dnf|apt|apt-get|curl|vim?|cat|echo|sysctl|sh|bash|chmod|setenforce|modprobe|arping|ping|tcpdump|ss|netstat)\s/.test(
    text,
  );

function parentOf(sections: readonly Section[], from: number, level: number): number {
  let at = from;
  for (;;) {
    const section = sections[at];
    if (section === undefined || section.level < level) return at;
    at = section.parent;
  }
}

/** The section and all around it, the innermost first. */
export function sectionsAround({ sections }: SheetDocument, number: number): Section[] {
  const around: Section[] = [];
  for (let at = number; at > 0; at = sections[at]?.parent ?? 0) {
    const section = sections[at];
    if (section !== undefined) around.push(section);
  }
  return around;
}
