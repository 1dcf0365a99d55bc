/** The prompts of a document, each with what was typed and the lines that follow it. */
import { isOpen } from "../run/start-commands.ts";
import type { SheetDocument, SheetLine } from "./document.ts";
import { barePrompt, fullPrompt, hasProse, isCommandLine, type PromptLine } from "./prompt-line.ts";
import { bounded } from "./sheet.ts";

/** One command as the document has it. */
export interface TypedLine {
  /** As the prompt shows it; "" when nobody is named. */
  readonly host: string;
  readonly style: PromptLine["style"];
  readonly section: number;
  readonly line: number;
  readonly command: string;
  /** What follows up to the next prompt or the end of its block. */
  readonly body: readonly SheetLine[];
  /** Whether it stands in a code block, and the sentence above that. */
  readonly isFenced: boolean;
  readonly hint: string;
}

const EDITOR = /^(?:sudo\s+)?(?:vim?|nano|gedit|emacs)\s+(?:[-+]\S+\s+)*([^\s#]+)/;
const EXAMPLE = /^\s*(?:例如|示例|例|example|e\.?g\.?)\s*[:：]\s*(.+)$/i;
const WRITES =
  /(?:编辑|编写|写入|创建|新建|修改|脚本|vim?|edit|create|write)\D{0,24}?((?:\/[\w.-]+)+\/[\w.@:-]+)/i;

/** The file that an editor is opened on; undefined for any other command. */
export const editedFile = (command: string): string | undefined => {
  const path = EDITOR.exec(command.trim())?.[1];
  return path === undefined || path.startsWith("/") ? path : `/root/${path.replace(/^~\//, "")}`;
};

export function typedLines(document: SheetDocument): TypedLine[] {
  const typed: TypedLine[] = [];
  const isBareSheet = !document.lines.some(({ text }) => fullPrompt(text) !== undefined);
  for (const group of groupsOf(document)) {
    const isFenced = group[0]?.kind === "code";
    const promptOf = (text: string): PromptLine | undefined =>
      fullPrompt(text) ?? (isBareSheet || isFenced ? barePromptIn(text, isBareSheet) : undefined);
    if (group.some(({ text }) => promptOf(text) !== undefined))
      typed.push(...split(group, promptOf, isFenced, hintAbove(document, group)));
    else if (isFenced) typed.push(...unprompted(document, group, typed.at(-1)));
    bounded("commands", typed.length);
  }
  return typed;
}

/** Beside full prompts a `#` begins a comment. */
const barePromptIn = (text: string, isBareSheet: boolean): PromptLine | undefined =>
  isBareSheet || !text.trimStart().startsWith("#") ? barePrompt(text) : undefined;

/** Lines of one code block, or of one stretch of prose between headings and blocks. */
function groupsOf({ lines }: SheetDocument): SheetLine[][] {
  const groups: SheetLine[][] = [];
  let last: SheetLine | undefined;
  for (const line of lines) {
    const goesOn =
      last !== undefined &&
      line.block === last.block &&
      line.section === last.section &&
      (line.kind === "code") === (last.kind === "code") &&
      line.kind !== "heading";
    if (goesOn) groups.at(-1)?.push(line);
    else groups.push([line]);
    last = line;
  }
  return groups;
}

function split(
  group: readonly SheetLine[],
  promptOf: (text: string) => PromptLine | undefined,
  isFenced: boolean,
  hint: string,
): TypedLine[] {
  const typed: TypedLine[] = [];
  for (let i = 0; i < group.length; i++) {
    const line = group[i] as SheetLine;
    const prompt = promptOf(line.text);
    if (prompt === undefined) continue;
    let { command } = prompt;
    // what the shell reads on, behind its second prompt or without it
    while (i + 1 < group.length && command.trim() !== "" && isOpen(command)) {
      const next = group[i + 1] as SheetLine;
      if (promptOf(next.text) !== undefined) break;
      command += `\n${next.text.replace(/^>\s?/, "")}`;
      i++;
    }
    const body: SheetLine[] = [];
    while (i + 1 < group.length && promptOf(group[i + 1]?.text ?? "") === undefined)
      body.push(group[++i] as SheetLine);
    // a colon and a word is for lvsim, in what a terminal on a lab printed
    if (command.trim() === "" || /^:[a-z]/.test(command)) continue;
    const { host, style } = prompt;
    const { number, section } = line;
    const own = isFenced ? body : upToProse(body, editedFile(command) !== undefined);
    typed.push({ host, style, section, line: number, command, body: own, isFenced, hint });
  }
  return typed;
}

/** In plain text, what follows a command ends where somebody goes on explaining. */
function upToProse(body: readonly SheetLine[], isFile: boolean): SheetLine[] {
  const end = body.findIndex(({ text }, i) => {
    const isAfterBlank = i > 0 && body[i - 1]?.text.trim() === "";
    const isNumbered = /^\s*(?:\d+|[一二三四五六七八九十]+)\s*[、.．)）]/.test(text);
    return isFile ? isAfterBlank && isNumbered : isNumbered || hasProse(text);
  });
  return end === -1 ? body.slice() : body.slice(0, end);
}

/** A code block without prompts: what an editor was just opened for, commands, or something to look at. */
function unprompted(
  document: SheetDocument,
  group: readonly SheetLine[],
  before: TypedLine | undefined,
): TypedLine[] {
  const [first] = group;
  if (first === undefined) return [];
  const { section } = first;
  const hint = hintAbove(document, group);
  const common = { host: "", style: "bare" as const, section, isFenced: true, hint };
  const opened = before?.section === section ? editedFile(before.command) : undefined;
  if (
    before !== undefined &&
    opened !== undefined &&
    before.body.every(({ text }) => text === "")
  ) {
    (before.body as SheetLine[]).push(...group);
    return [];
  }
  const path = fileAbove(document, first);
  if (path !== undefined)
    return [{ ...common, line: first.number, command: `vim ${path}`, body: group }];
  const said = group.filter(({ text }) => text.trim() !== "" && !/^\s*#/.test(text));
  const examples = said.flatMap(({ text, number }) => {
    const command = EXAMPLE.exec(text)?.[1];
    return command !== undefined && isCommandLine(command) ? [{ command, number }] : [];
  });
  if (examples.length > 0)
    return examples.map(({ command, number }) => ({ ...common, line: number, command, body: [] }));
  const text = group.map((line) => line.text).join("\n");
  if (said.length === 0 || !said.every((line) => isTyped(line.text)) || isOpen(text)) return [];
  return said.map(({ text: command, number }) => ({ ...common, line: number, command, body: [] }));
}

const isTyped = (text: string): boolean => isCommandLine(text) && !hasProse(text);

/** The last sentence above a code block, within its section. */
function hintAbove({ lines }: SheetDocument, [first]: readonly SheetLine[]): string {
  if (first === undefined || first.kind !== "code") return "";
  for (let i = lines.indexOf(first) - 1; i >= 0; i--) {
    const line = lines[i];
    if (line === undefined || line.kind !== "prose") return "";
    if (line.text.trim() !== "") return line.text;
  }
  return "";
}

/** The file that the sentence above a code block says to write. */
function fileAbove({ lines }: SheetDocument, first: SheetLine): string | undefined {
  const at = lines.indexOf(first);
  for (let i = at - 1; i >= 0 && i >= at - 4; i--) {
    const line = lines[i];
    if (line === undefined || line.kind === "code" || line.kind === "table") return undefined;
    const path = WRITES.exec(line.text.replaceAll("`", ""))?.[1];
    if (path !== undefined) return path;
    if (line.text.trim() !== "" && line.kind !== "heading") return undefined;
  }
  return undefined;
}
