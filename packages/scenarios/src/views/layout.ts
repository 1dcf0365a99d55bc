/** Fitting text into columns. */
import { BLANK, type Line, line, type Page, type Span, span, type Tone } from "./styled.ts";

/** Simulated seconds with six decimals. */
export const timeText = (at: number): string => (at / 1e9).toFixed(6);

/** `text` followed by blanks up to `columns`. */
export const padTo = (page: Page, text: string, columns: number): string =>
  text + " ".repeat(Math.max(columns - page.widthOf(text), 0));

export const indent = (columns: number): string => " ".repeat(columns);

/** The greatest width among `texts`, at most `most`. */
export const widest = (page: Page, texts: readonly string[], most: number): number =>
  Math.min(Math.max(0, ...texts.map((text) => page.widthOf(text))), most);

/** Words of a text: what stands between blanks, and each wide character by itself. */
function wordsOf(page: Page, text: string): string[] {
  const words: string[] = [];
  let word = "";
  for (const character of text) {
    const wide = page.widthOf(character) > 1;
    if (wide && word !== "" && !/^[,。;:、)」]$/.test(character)) {
      words.push(word);
      word = "";
    }
    word += character;
    if (character === " ") {
      words.push(word);
      word = "";
    }
  }
  return word === "" ? words : [...words, word];
}

/** Breaks `text` so that no line is wider than `columns`, but for words that are. */
export function wrap(page: Page, text: string, columns: number): string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of wordsOf(page, text)) {
    if (current !== "" && page.widthOf(current + word.trimEnd()) > columns) {
      lines.push(current.trimEnd());
      current = "";
    }
    current += word;
  }
  return [...lines, current.trimEnd()];
}

/** Puts `parts` beside each other with `separator`, going to a new line before one that does not fit. */
export function flow(
  page: Page,
  parts: readonly string[],
  separator: string,
  columns: number,
): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const joined = `${last ?? ""}${separator}${part}`;
    if (last !== undefined && page.widthOf(joined) <= columns) lines[lines.length - 1] = joined;
    else lines.push(part);
  }
  return lines.flatMap((text) => wrap(page, text, columns));
}

/** `label` on the left of the first line, the texts below each other on its right. */
export function hanging(
  page: Page,
  label: Span,
  texts: readonly string[],
  start: number,
  tone: Tone = "plain",
): Line[] {
  const first = padTo(page, label.text, start);
  const gap = page.widthOf(label.text) > start ? " " : "";
  return texts.map((text, i) =>
    line(i === 0 ? span(first + gap, label.tone) : indent(start), span(text, tone)),
  );
}

/** Blocks with a blank line between those that have anything. */
export function stacked(blocks: readonly (readonly Line[])[]): Line[] {
  return blocks
    .filter((block) => block.length > 0)
    .flatMap((block, i) => (i === 0 ? [...block] : [BLANK, ...block]));
}
