/** A text that the shell runs, with its parsed form; parsed once, however often it runs. */
import { forEachChild, type HereDoc, type ParsedScript, parse, type SyntaxNode } from "unbash";

export class Source {
  readonly text: string;
  /** Name for messages and traces: a file, or "" for text that was typed or given. */
  readonly file: string;
  /** The line that the first line of `text` counts as. */
  readonly firstLine: number;
  readonly script: ParsedScript;
  private lineStarts: number[] | null = null;

  constructor(text: string, file: string, firstLine = 1, script: ParsedScript = parseCached(text)) {
    this.text = text;
    this.file = file;
    this.firstLine = firstLine;
    this.script = script;
  }

  /** The line of an offset. */
  lineAt(offset: number): number {
    this.lineStarts ??= startsOfLines(this.text);
    const starts = this.lineStarts;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + this.firstLine;
  }

  /** A here-document that has no end in this text. */
  openHereDocument(): HereDoc | undefined {
    let open: HereDoc | undefined;
    const visit = (node: SyntaxNode): void => {
      if (node.type === "HereDoc" && node.closing === undefined) open ??= node;
      forEachChild(node, visit);
    };
    visit(this.script);
    return open;
  }

  /** The text of the line that holds `offset`, without its end. */
  lineText(offset: number): string {
    const start = this.text.lastIndexOf("\n", offset - 1) + 1;
    const end = this.text.indexOf("\n", start);
    return this.text.slice(start, end < 0 ? this.text.length : end);
  }
}

function startsOfLines(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** Parsed scripts by text: `eval` and `bash -c` in loops parse the same few texts again and again. */
const cache = new Map<string, ParsedScript>();
const CACHE_MAX = 256;
const CACHED_TEXT_MAX = 65_536;

function parseCached(text: string): ParsedScript {
  const found = cache.get(text);
  if (found !== undefined) return found;
  const script = parse(text);
  if (text.length <= CACHED_TEXT_MAX) {
    if (cache.size >= CACHE_MAX) cache.clear();
    cache.set(text, script);
  }
  return script;
}
