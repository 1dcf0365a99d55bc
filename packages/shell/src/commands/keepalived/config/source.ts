/**
 * The lines of a configuration, as the parser gets them: comments gone, `include` followed, lines for other machines
 * (`@name`) left out, `$NAME` replaced, braces on lines of their own. Left out: braces in include's patterns, include_check.
 */

import { compileGlob, hasMagic, matchesGlob } from "../../../text/glob.ts";
import type { FileSystem } from "../../../vfs/file-system.ts";
import { dirname, normalise } from "../../../vfs/path.ts";
import { Definitions, repeated } from "./definitions.ts";
import { type Complaint, NOWHERE, type Place, type Reporter, type Severity } from "./report.ts";
import { withoutComment } from "./words.ts";

export interface SourceOptions {
  readonly files: FileSystem;
  /** What `@name` is compared with: -i, or the first part of the host's name. */
  readonly configId: string;
  /** Places are told as `(FILE: Line N)`: the reader works on the copy that the parent made. */
  readonly namesFile: boolean;
  /** Version 1.3.5: no place in complaints, and braces stay where they are. */
  readonly old: boolean;
}

/** A file that is being read. */
class OpenSource {
  readonly path: string;
  readonly lines: readonly string[];
  readonly folder: string;
  readonly named: boolean;
  /** Lines read so far. */
  at = 0;

  constructor(path: string, text: string, named: boolean) {
    this.path = path;
    this.lines = text.split("\n");
    this.folder = dirname(path);
    this.named = named;
  }
}

const NESTING_MAX = 32;

export class ConfigSource implements Reporter {
  readonly complaints: Complaint[] = [];
  /** How many blocks are open. */
  depth = 0;
  private readonly options: SourceOptions;
  private readonly definitions: Definitions;
  private readonly stack: OpenSource[] = [];
  /** Files still to come of a pattern, the next first. */
  private waiting: OpenSource[] = [];
  /** Lines that another one became. */
  private queue: string[] = [];
  /** What stood behind a brace. */
  private residue: string | null = null;

  constructor(options: SourceOptions) {
    this.options = options;
    this.definitions = new Definitions(
      new Map([
        ["_INSTANCE", options.configId],
        ["_PWD", "/etc/keepalived"],
        ["_HASH", "#"],
        ["_BANG", "!"],
      ]),
    );
  }

  /** Begins with the file; false when there is none. */
  open(path: string): boolean {
    return this.push(path, "/");
  }

  get place(): Place {
    const open = this.stack[this.stack.length - 1];
    return open === undefined ? NOWHERE : { file: open.path, line: open.at };
  }

  report(text: string, severity: Severity = "general"): void {
    const open = this.stack[this.stack.length - 1];
    const { old, namesFile } = this.options;
    const named = open !== undefined && (namesFile || open.named || this.stack.length > 1);
    const where =
      old || open === undefined
        ? ""
        : named
          ? `(${open.path}: Line ${open.at}) `
          : `(Line ${open.at}) `;
    this.complaints.push({ severity, text: where + text });
  }

  /** The next line that says something; null at the end. */
  next(): string | null {
    for (;;) {
      const line = this.residue ?? this.queue.shift() ?? this.read();
      const isRest = this.residue !== null;
      this.residue = null;
      if (line === null) return null;
      if (this.definitions.isOpen) {
        this.definitions.takeMore(line);
        continue;
      }
      if (line === "") continue;
      const meant = isRest ? line : this.preprocess(line);
      if (meant === null || meant === "" || this.include(meant)) continue;
      return this.options.old ? meant : this.split(meant);
    }
  }

  /** The next line of the files, without its comment; null when all were read. */
  private read(): string | null {
    for (;;) {
      const open = this.stack[this.stack.length - 1];
      if (open === undefined) return null;
      const raw = open.lines[open.at];
      if (raw === undefined || (raw === "" && open.at === open.lines.length - 1)) {
        this.stack.pop();
        const next = this.waiting.shift();
        if (next !== undefined) this.stack.push(next);
        continue;
      }
      open.at++;
      const { text, open: unterminated } = withoutComment(raw.replace(/\r+$/, ""));
      if (unterminated && !this.options.old) this.report(`Unterminated quote '${text}'`);
      return text;
    }
  }

  /** Null for a line that means nothing here. */
  private preprocess(typed: string): string | null {
    let line = typed;
    for (let i = 0; i < NESTING_MAX; i++) {
      if (line.startsWith("@")) {
        const [, reversed, id, rest] = /^@(\^?)([^ \t]*)[ \t]+(.*)$/s.exec(line) ?? [];
        if (id === undefined || rest === undefined) return null;
        if ((id === this.options.configId) === (reversed === "^")) return null;
        line = rest;
      }
      if (line.startsWith("$") && this.definitions.take(line)) return null;
      if (/^~(SEQ|LST)/.test(line)) {
        const lines = repeated(line);
        if (lines === null) this.report(`Invalid ${line.slice(0, 4)} specification '${line}'`);
        else this.queue = [...lines, ...this.queue];
        return null;
      }
      const replaced = line.includes("$") ? this.definitions.replace(line) : null;
      if (replaced === null) return line;
      const [first = "", ...more] = replaced;
      this.queue = [...more, ...this.queue];
      line = withoutComment(first).text;
    }
    return line;
  }

  private include(line: string): boolean {
    const pattern = /^include[rmwba]?\s+(.*)$/.exec(line)?.[1];
    if (pattern === undefined) return false;
    const folder = this.stack[this.stack.length - 1]?.folder ?? "/";
    if (!this.push(pattern.replace(/^"|"$/g, ""), folder))
      this.report(`${pattern} - no matching file`, "fatal");
    return true;
  }

  private push(pattern: string, folder: string): boolean {
    if (this.stack.length >= NESTING_MAX) return false;
    const paths = this.matching(normalise(pattern, folder));
    const opened = paths.flatMap((path) => {
      const text = this.options.files.readText(path);
      return text === undefined ? [] : [new OpenSource(path, text, paths.length > 1)];
    });
    const [first, ...rest] = opened;
    if (first === undefined) return false;
    this.waiting = [...rest, ...this.waiting];
    this.stack.push(first);
    return true;
  }

  /** As glob(3), sorted. */
  private matching(path: string): string[] {
    if (!hasMagic(path)) return [path];
    const { files } = this.options;
    let found = [""];
    for (const part of path.split("/").slice(1)) {
      found = found.flatMap((base) => {
        if (!hasMagic(part)) return [`${base}/${part}`];
        const node = files.resolve(base === "" ? "/" : base, "/");
        if (typeof node === "number" || node.kind !== "directory") return [];
        const glob = compileGlob(part);
        return Array.from(node.entries.keys())
          .filter((name) => !name.startsWith(".") && matchesGlob(name, glob))
          .sort()
          .map((name) => `${base}/${name}`);
      });
    }
    return found;
  }

  /** A brace stands on a line of its own, wherever it was written; what follows it is the next line. */
  private split(line: string): string {
    const at = braceIn(line);
    if (at < 0) return line;
    const isFirst = at === 0;
    const [head, tail] = isFirst
      ? [line.slice(0, 1), line.slice(1)]
      : [line.slice(0, at), line.slice(at)];
    const rest = tail.trim();
    if (rest !== "") this.residue = rest;
    const text = head.trim();
    if (text === "{") this.depth++;
    else if (text === "}" && this.depth-- < 1) {
      this.report("Extra '}' found");
      this.depth = 0;
    }
    return text;
  }
}

/** Where the first brace outside of double quotes is; −1 for none. */
function braceIn(line: string): number {
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === "{" || character === "}")) return at;
  }
  return -1;
}
