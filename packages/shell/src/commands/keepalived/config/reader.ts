/**
 * Walks through a configuration by tables of keywords, as keepalived's parser does: what it does not know it says and passes
 * over, line by line; so an unknown word that opens a block makes every line in it unknown, and its `}` closes the
 * block around it.
 */
import type { Place, Reporter, Severity } from "./report.ts";
import type { ConfigSource } from "./source.ts";
import { splitScript, splitWords } from "./words.ts";

/** What a keyword does. */
export interface Keyword {
  /** Called with the words of the line, the keyword first. */
  readonly run?: (words: readonly string[], reader: ConfigReader) => void;
  /** Keywords of the block that follows. */
  readonly sub?: Keywords;
  /** Called when the block was read. */
  readonly end?: (reader: ConfigReader) => void;
}

export type Keywords = ReadonlyMap<string, Keyword | "inactive">;

/** Thrown for a line that lacks a word: keepalived ends there. */
export class MissingParameter {}

export class ConfigReader implements Reporter {
  private readonly source: ConfigSource;
  private level = 0;
  /** Blocks open within a part that is not for this process; −1 while its `{` is awaited. */
  private skipping = 0;
  private line = "";
  /** The line that runs now opens its block itself, as only version 1.3.5 lets it. */
  private hasBrace = false;

  constructor(source: ConfigSource) {
    this.source = source;
  }

  get place(): Place {
    return this.source.place;
  }

  report(text: string, severity: Severity = "general"): void {
    this.source.report(text, severity);
  }

  /** Reads everything. */
  run(keywords: Keywords): void {
    this.stream(keywords, false);
    const { depth } = this.source;
    if (depth > 0) this.report(`There are ${depth} missing '}'s or extra '{'s`);
  }

  /** Whether the block of the keyword that runs now is not to be looked at. */
  skipBlock(): void {
    this.skipping = this.hasBrace ? 1 : -1;
  }

  /** Word number `index` of a line; keepalived ends when it is not there. */
  word(words: readonly string[], index: number): string {
    const word = words[index];
    if (word !== undefined) return word;
    const [first = ""] = words;
    this.report(
      `*** Configuration line starting \`${first}\` is missing a parameter after keyword \`${words[index - 1] ?? ""}\` at word position ${index + 1}`,
      "fatal",
    );
    throw new MissingParameter();
  }

  /** The words of a script on the line that runs now, behind its keyword; one quoted string is a whole command line. */
  script(): string[] {
    const typed = splitScript(this.line.replace(/^\S+\s*/, ""));
    const [only = ""] = typed ?? [];
    const words = typed?.length === 1 && /\s/.test(only) ? splitScript(only) : typed;
    if (words === null) this.report(`String '${this.line}': missing terminating "`);
    return words ?? [];
  }

  /** Reads a block that holds values instead of keywords. */
  block(take: (words: readonly string[]) => void): void {
    let needsBrace = true;
    for (;;) {
      const words = this.nextWords();
      if (words === null) return;
      if (needsBrace && words[0] === "{") {
        needsBrace = false;
        if (words.length === 1) continue;
      }
      needsBrace = false;
      const values = words.filter((word) => word !== "{" && word !== "}");
      if (values.length > 0) take(values);
      if (words.includes("}")) return;
    }
  }

  private nextWords(): readonly string[] | null {
    for (;;) {
      const line = this.source.next();
      if (line === null) return null;
      this.line = line;
      const { words, unmatched } = splitWords(line);
      if (unmatched) this.report(`Unmatched quote: '${line}'`);
      if (words.length > 0) return words;
    }
  }

  /** True when the block was left because it was skipped. */
  private stream(keywords: Keywords, wantsBrace: boolean): boolean {
    let needsBrace = wantsBrace;
    for (;;) {
      const words = this.nextWords();
      if (words === null) return false;
      const [first = ""] = words;
      if (this.skipping !== 0) {
        const outcome = this.skip(words);
        if (outcome === "left") return true;
        if (outcome === "skipped") {
          needsBrace = false;
          continue;
        }
      }
      if (needsBrace) {
        needsBrace = false;
        if (first === "{" && this.level > 0) continue;
        this.report("Missing '{' at beginning of configuration block");
      } else if (first === "{") {
        this.report("Unexpected '{' - ignoring");
        continue;
      }
      if (first === "}" && this.level > 0) return false;
      this.keyword(keywords, words);
    }
  }

  private skip(words: readonly string[]): "left" | "skipped" | "over" {
    if (this.skipping === -1) {
      if (words[0] !== "{") {
        this.skipping = 0;
        return "over";
      }
      this.skipping = 1;
      return "skipped";
    }
    for (const word of words) {
      if (word === "{") this.skipping++;
      else if (word === "}" && --this.skipping === 0) return this.level > 0 ? "left" : "skipped";
    }
    return "skipped";
  }

  private keyword(keywords: Keywords, typed: readonly string[]): void {
    const [first = ""] = typed;
    const keyword = keywords.get(first);
    if (keyword === undefined) return this.report(`Unknown keyword '${first}'`);
    const hasBrace = typed.length > 1 && typed[typed.length - 1] === "{";
    this.hasBrace = hasBrace;
    if (keyword === "inactive") {
      this.skipping = hasBrace ? 1 : -1;
      return;
    }
    const words = hasBrace ? typed.slice(0, -1) : typed;
    keyword.run?.(words, this);
    if (keyword.sub === undefined) return;
    this.level++;
    const wasSkipped = this.stream(keyword.sub, !hasBrace);
    this.level--;
    if (!wasSkipped) keyword.end?.(this);
  }
}
