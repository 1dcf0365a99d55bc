/** Reads sed scripts, with sed's complaints: `-e expression #1, char N: …`. */
import { Regex, RegexError } from "../../text/regex.ts";
import type { Address, ReplacementPart, SedCommand, Substitution } from "./sed-script.ts";
import type { Job } from "./tool.ts";

export function parseScript(job: Job, text: string, extended: boolean): SedCommand[] {
  return new ScriptReader(job, text, extended).read();
}

class ScriptReader {
  private readonly job: Job;
  private readonly text: string;
  private readonly extended: boolean;
  private readonly commands: SedCommand[] = [];
  private readonly open: number[] = [];
  private readonly labels = new Map<string, number>();
  private at = 0;

  constructor(job: Job, text: string, extended: boolean) {
    this.job = job;
    this.text = text;
    this.extended = extended;
  }

  read(): SedCommand[] {
    for (;;) {
      this.skip(/[\s;]/);
      if (this.at >= this.text.length) break;
      this.command();
    }
    if (this.open.length > 0) throw this.wrong("unmatched `{'", 0);
    this.commands.forEach((command) => {
      if (!"btT".includes(command.name)) return;
      const target = command.text === "" ? this.commands.length : this.labels.get(command.text);
      if (target === undefined)
        throw this.job.fail(
          `-e expression #1, char ${this.text.length}: can't find label for jump to \`${command.text}'`,
        );
      command.target = target;
    });
    return this.commands;
  }

  private wrong(complaint: string, place = this.at): unknown {
    return this.job.fail(`-e expression #1, char ${place}: ${complaint}`);
  }

  /** The character whose turn it is; "" at the end. */
  private here(): string {
    return this.text[this.at] ?? "";
  }

  private skip(what: RegExp): void {
    while (this.at < this.text.length && what.test(this.here())) this.at++;
  }

  private command(): void {
    const addresses = this.addresses();
    this.skip(/[ \t]/);
    const negated = this.here() === "!";
    if (negated) this.at++;
    this.skip(/[! \t]/);
    const name = this.here();
    if (name === "" || name === "\n" || name === ";") throw this.wrong("missing command");
    this.at++;
    const command = {
      addresses,
      negated,
      name,
      text: "",
      substitution: null,
      transliteration: null,
      target: 0,
    };
    if (name === "#") {
      this.skip(/[^\n]/);
    } else if (name === "{") {
      this.open.push(this.commands.push(command) - 1);
    } else if (name === "}") {
      const opening = this.open.pop();
      if (opening === undefined) throw this.wrong("unexpected `}'");
      this.end();
      (this.commands[opening] as SedCommand).target = this.commands.length;
    } else if (name === ":") {
      this.skip(/[ \t]/);
      this.labels.set(this.word(/[^\s;]/), this.commands.length);
    } else if (name === "s") this.commands.push({ ...command, substitution: this.substitution() });
    else if (name === "y")
      this.commands.push({ ...command, transliteration: this.transliteration() });
    else if ("aic".includes(name)) this.commands.push({ ...command, text: this.lines() });
    else if ("btT".includes(name)) {
      this.skip(/[ \t]/);
      this.commands.push({ ...command, text: this.word(/[^\s;]/) });
    } else if ("qQ".includes(name)) {
      this.skip(/[ \t]/);
      this.commands.push({ ...command, text: this.word(/\d/) });
      this.end();
    } else if ("=dDgGhHnNpPx".includes(name)) {
      this.commands.push(command);
      this.end();
    } else throw this.wrong(`unknown command: \`${name}'`);
  }

  private word(what: RegExp): string {
    const start = this.at;
    this.skip(what);
    return this.text.slice(start, this.at);
  }

  /** Nothing but blanks may follow a command on its line. */
  private end(): void {
    this.skip(/[ \t]/);
    if (this.here() === "" || /[\n;}#]/.test(this.here())) return;
    throw this.wrong("extra characters after command", this.at + 1);
  }

  private addresses(): Address[] {
    const first = this.address();
    if (first === null) return [];
    this.skip(/[ \t]/);
    if (this.here() !== ",") {
      if (first.kind === "line" && first.line === 0)
        throw this.wrong("invalid usage of line address 0", this.at + 1);
      return [first];
    }
    this.at++;
    this.skip(/[ \t]/);
    const second = this.secondAddress() ?? this.address();
    if (second === null) throw this.wrong("unexpected `,'");
    return [first, second];
  }

  private secondAddress(): Address | null {
    const sign = this.here();
    if (sign !== "+" && sign !== "~") return null;
    this.at++;
    const count = Number(this.word(/\d/));
    return sign === "+" ? { kind: "more", count } : { kind: "multiple", of: count };
  }

  private address(): Address | null {
    if (/\d/.test(this.here())) {
      const line = Number(this.word(/\d/));
      if (this.here() !== "~") return { kind: "line", line };
      this.at++;
      return { kind: "step", first: line, step: Number(this.word(/\d/)) };
    }
    if (this.here() === "$") {
      this.at++;
      return { kind: "last" };
    }
    if (this.here() !== "/" && this.here() !== "\\") return null;
    if (this.here() === "\\") this.at++;
    const delimiter = this.here();
    this.at++;
    const pattern = this.until(delimiter, true);
    if (pattern === null) throw this.wrong("unterminated address regex", this.text.length);
    const ignoreCase = this.here() === "I";
    if (ignoreCase) this.at++;
    return { kind: "match", regex: this.regex(pattern, ignoreCase) };
  }

  private regex(pattern: string, ignoreCase: boolean): Regex | null {
    if (pattern === "") return null;
    try {
      return new Regex(pattern, this.extended, ignoreCase);
    } catch (thrown) {
      if (!(thrown instanceof RegexError)) throw thrown;
      throw this.wrong(thrown.message);
    }
  }

  /** Text up to an unquoted delimiter, which is skipped; null when there is none. A quoted delimiter loses its backslash. */
  private until(delimiter: string, isPattern: boolean): string | null {
    let text = "";
    let inBracket = false;
    for (; this.at < this.text.length; this.at++) {
      const c = this.here();
      if (c === "\\" && !inBracket) {
        const next = this.text[++this.at] ?? "";
        const plain = isPattern ? (next === "n" ? "\n" : next === "t" ? "\t" : "") : "";
        text += next === delimiter ? next : plain === "" ? `\\${next}` : plain;
        continue;
      }
      if (c === delimiter && !inBracket) {
        this.at++;
        return text;
      }
      if (isPattern && c === "[") inBracket = true;
      else if (c === "]") inBracket = false;
      if (c === "\n" && isPattern) return null;
      text += c;
    }
    return null;
  }

  private substitution(): Substitution {
    const delimiter = this.here();
    this.at++;
    const pattern = this.until(delimiter, true);
    const replacement = pattern === null ? null : this.until(delimiter, false);
    if (pattern === null || replacement === null)
      throw this.wrong("unterminated `s' command", this.text.length);
    let [global, print, ignoreCase, number] = [false, false, false, 1];
    for (; this.at < this.text.length; this.at++) {
      const c = this.here();
      if (c === "g") global = true;
      else if (c === "p") print = true;
      else if (c === "i" || c === "I") ignoreCase = true;
      else if (/\d/.test(c)) {
        number = Number(this.word(/\d/));
        this.at--;
        if (number === 0)
          throw this.wrong("number option to `s' command may not be zero", this.at + 1);
      } else if (/[\s;}#]/.test(c)) break;
      else throw this.wrong("unknown option to `s'", this.at + 1);
    }
    this.end();
    const regex = this.regex(pattern, ignoreCase);
    const parts = replacementParts(replacement);
    const most = Math.max(0, ...parts.map((part) => (part.kind === "group" ? part.number : 0)));
    if (regex !== null && most > regex.groupCount)
      throw this.wrong(`invalid reference \\${most} on \`s' command's RHS`);
    return { regex, replacement: parts, global, print, number };
  }

  private transliteration(): ReadonlyMap<string, string> {
    const delimiter = this.here();
    this.at++;
    const from = this.until(delimiter, false);
    const to = from === null ? null : this.until(delimiter, false);
    if (from === null || to === null)
      throw this.wrong("unterminated `y' command", this.text.length);
    const plain = (text: string): string[] =>
      Array.from(text.replace(/\\(.)/g, (_, c: string) => (c === "n" ? "\n" : c)));
    const [left, right] = [plain(from), plain(to)];
    if (left.length !== right.length)
      throw this.wrong("strings for `y' command are different lengths");
    this.end();
    return new Map(left.map((c, i) => [c, right[i] as string]));
  }

  /** Text of a, i, c: on the same line, or after a backslash and a newline; a backslash at a line's end goes on. */
  private lines(): string {
    this.skip(/[ \t]/);
    if (this.here() === "\\") {
      this.at++;
      this.skip(/[ \t]/);
      if (this.here() === "\n") this.at++;
    } else if (this.here() === "") throw this.wrong("expected \\ after `a', `c' or `i'");
    let text = "";
    for (; this.at < this.text.length && this.here() !== "\n"; this.at++) {
      if (this.here() === "\\") this.at++;
      text += this.here();
    }
    return `${text}\n`;
  }
}

function replacementParts(text: string): ReplacementPart[] {
  const parts: ReplacementPart[] = [];
  const add = (piece: string): void => {
    parts.push({ kind: "text", text: piece });
  };
  for (let at = 0; at < text.length; at++) {
    const c = text[at] as string;
    if (c === "&") parts.push({ kind: "group", number: 0 });
    else if (c !== "\\") add(c);
    else {
      const next = text[++at] ?? "\\";
      if (/\d/.test(next)) parts.push({ kind: "group", number: Number(next) });
      else if ("ULEul".includes(next)) parts.push({ kind: "case", letter: next });
      else add(next === "n" ? "\n" : next === "t" ? "\t" : next);
    }
  }
  return parts;
}
