/** Runs a sed script over a text: pattern space, hold space, ranges, branches. */
import type { Regex } from "../../text/regex.ts";
import { MATCH_WORK_MAX, TooMuchWork } from "../../text/work.ts";
import type { Address, ReplacementPart, SedCommand, Substitution } from "./sed-script.ts";

/** What a command says about the rest of the cycle. */
type Next = "go-on" | "end" | "restart" | "delete" | "quit" | "quit-silently";

export class SedMachine {
  /** Set by `q` and `Q`. */
  status: number | null = null;
  private readonly commands: readonly SedCommand[];
  private readonly quiet: boolean;
  /** Line at which a range that is open began; by command. */
  private readonly ranges = new Map<SedCommand, number>();
  private lines: readonly string[] = [];
  private missingNewline = false;
  private line = 0;
  private pattern = "";
  private hold = "";
  private appended = "";
  private out = "";
  private substituted = false;
  private lastRegex: Regex | null = null;
  private work = 0;

  constructor(commands: readonly SedCommand[], quiet: boolean) {
    this.commands = commands;
    this.quiet = quiet;
  }

  /** What the script makes of `text`. */
  edit(text: string): string {
    this.missingNewline = text !== "" && !text.endsWith("\n");
    this.lines = text === "" ? [] : (this.missingNewline ? text : text.slice(0, -1)).split("\n");
    this.line = 0;
    this.out = "";
    this.ranges.clear();
    let restart = false;
    while (this.status === null && (restart || this.line < this.lines.length)) {
      if (!restart) this.pattern = this.lines[this.line++] as string;
      const next = this.cycle();
      if (!this.quiet && (next === "end" || next === "quit")) this.print(this.pattern);
      this.flush();
      restart = next === "restart";
    }
    const endsOpen = this.missingNewline && this.line === this.lines.length;
    return endsOpen && this.out.endsWith("\n") ? this.out.slice(0, -1) : this.out;
  }

  private print(text: string): void {
    this.out += `${text}\n`;
  }

  private flush(): void {
    this.out += this.appended;
    this.appended = "";
  }

  private cycle(): Next {
    for (let at = 0; at < this.commands.length; ) {
      if (++this.work > MATCH_WORK_MAX / 10) throw new TooMuchWork();
      const command = this.commands[at] as SedCommand;
      if (this.chosen(command) === command.negated) {
        at = command.name === "{" ? command.target : at + 1;
        continue;
      }
      if (this.jumps(command)) at = command.target;
      else {
        const next = this.run(command);
        if (next !== "go-on") return next;
        at++;
      }
    }
    return "end";
  }

  private jumps({ name }: SedCommand): boolean {
    if (name === "b") return true;
    if (name !== "t" && name !== "T") return false;
    const did = this.substituted;
    this.substituted = false;
    return did === (name === "t");
  }

  private chosen(command: SedCommand): boolean {
    const [first, second] = command.addresses;
    if (first === undefined) return true;
    if (second === undefined) return this.matches(first);
    const began = this.ranges.get(command);
    if (began === undefined) {
      const fromTop = first.kind === "line" && first.line === 0 && this.line === 1;
      if (!fromTop && !this.matches(first)) return false;
      if (!this.endsAtOnce(second) && !(fromTop && this.matches(second)))
        this.ranges.set(command, this.line);
      return true;
    }
    if (this.rangeEnds(second, began)) this.ranges.delete(command);
    return !(second.kind === "line" && this.line > second.line);
  }

  /** Whether a range's second address cannot lie on a later line. */
  private endsAtOnce(second: Address): boolean {
    if (second.kind === "line") return second.line <= this.line;
    if (second.kind === "more") return second.count === 0;
    if (second.kind === "multiple") return second.of <= 1 || this.line % second.of === 0;
    return second.kind === "last" && this.line === this.lines.length;
  }

  private rangeEnds(second: Address, began: number): boolean {
    if (second.kind === "line") return this.line >= second.line;
    if (second.kind === "more") return this.line >= began + second.count;
    if (second.kind === "multiple") return this.line % second.of === 0;
    return this.matches(second);
  }

  private matches(address: Address): boolean {
    if (address.kind === "line") return this.line === address.line;
    if (address.kind === "last") return this.line === this.lines.length;
    if (address.kind === "match") return this.regex(address.regex)?.test(this.pattern) === true;
    if (address.kind !== "step") return false;
    const { first, step } = address;
    if (step === 0) return this.line === first;
    return this.line >= first && (this.line - first) % step === 0;
  }

  private regex(given: Regex | null): Regex | null {
    this.lastRegex = given ?? this.lastRegex;
    return this.lastRegex;
  }

  private run(command: SedCommand): Next {
    const { name, text } = command;
    switch (name) {
      case "s":
        this.substitute(command.substitution as Substitution);
        return "go-on";
      case "y": {
        const map = command.transliteration as ReadonlyMap<string, string>;
        this.pattern = Array.from(this.pattern, (c) => map.get(c) ?? c).join("");
        return "go-on";
      }
      case "a":
        this.appended += text;
        return "go-on";
      case "i":
        this.out += text;
        return "go-on";
      case "c":
        if (command.addresses.length < 2 || command.negated || !this.ranges.has(command))
          this.out += text;
        return "delete";
      case "q":
      case "Q":
        this.status = Number(text || 0);
        return name === "q" ? "quit" : "quit-silently";
      case "=":
        this.print(String(this.line));
        return "go-on";
      case "p":
        this.print(this.pattern);
        return "go-on";
      case "P":
        this.print(this.pattern.split("\n")[0] as string);
        return "go-on";
      case "d":
        return "delete";
      case "D":
        return this.deleteFirstLine();
      default:
        return this.spaces(name);
    }
  }

  private deleteFirstLine(): Next {
    const end = this.pattern.indexOf("\n");
    if (end < 0) return "delete";
    this.pattern = this.pattern.slice(end + 1);
    return "restart";
  }

  private spaces(name: string): Next {
    if (name === "h") this.hold = this.pattern;
    else if (name === "H") this.hold += `\n${this.pattern}`;
    else if (name === "g") this.pattern = this.hold;
    else if (name === "G") this.pattern += `\n${this.hold}`;
    else if (name === "x") [this.pattern, this.hold] = [this.hold, this.pattern];
    else if (name === "n" || name === "N") return this.nextLine(name === "N");
    return "go-on";
  }

  private nextLine(append: boolean): Next {
    const isLast = this.line >= this.lines.length;
    if (isLast) return "end";
    if (!append && !this.quiet) this.print(this.pattern);
    this.flush();
    const line = this.lines[this.line++] as string;
    this.pattern = append ? `${this.pattern}\n${line}` : line;
    return "go-on";
  }

  private substitute({ regex: given, replacement, global, print, number }: Substitution): void {
    const regex = this.regex(given);
    if (regex === null) return;
    const text = this.pattern;
    let out = "";
    let copied = 0;
    let did = false;
    let lastEnd = -1;
    for (let at = 0, count = 0; at <= text.length; ) {
      const match = regex.match(text, at);
      if (match === null) break;
      const [start, end] = match as [number, number];
      const isEmptyAfterMatch = start === end && start === lastEnd;
      if (!isEmptyAfterMatch && ++count >= number) {
        out += text.slice(copied, start) + filled(replacement, text, match);
        copied = end;
        did = true;
        if (!global) break;
      }
      lastEnd = end;
      at = end > start ? end : end + 1;
    }
    if (!did) return;
    this.pattern = out + text.slice(copied);
    this.substituted = true;
    if (print) this.print(this.pattern);
  }
}

function filled(parts: readonly ReplacementPart[], text: string, match: readonly number[]): string {
  let out = "";
  let whole = "E";
  let one = "";
  for (const part of parts) {
    if (part.kind === "case") {
      if ("ul".includes(part.letter)) one = part.letter;
      else whole = part.letter;
      continue;
    }
    const start = part.kind === "group" ? (match[2 * part.number] ?? -1) : 0;
    let piece =
      part.kind === "text"
        ? part.text
        : start < 0
          ? ""
          : text.slice(start, match[2 * part.number + 1]);
    if (whole !== "E") piece = whole === "U" ? piece.toUpperCase() : piece.toLowerCase();
    if (one !== "" && piece !== "") {
      const first = piece.charAt(0);
      piece = (one === "u" ? first.toUpperCase() : first.toLowerCase()) + piece.slice(1);
      one = "";
    }
    out += piece;
  }
  return out;
}
