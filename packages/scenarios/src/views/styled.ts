/** Lines of text whose parts say what they are; whoever prints them chooses the colours. */

/** What a piece of text is. */
export type Tone =
  | "plain"
  | "title"
  | "dim"
  /** A host's name. */
  | "host"
  /** Something that a hop changed. */
  | "changed"
  | "good"
  | "bad"
  /** From the lab sheet. */
  | "sheet";

export interface Span {
  readonly text: string;
  readonly tone: Tone;
}
export type Line = readonly Span[];

/** Language of the text that is ours. */
export type Language = "en" | "zh";

/** What a view is drawn on. */
export interface Page {
  readonly language: Language;
  /** Width in columns. */
  readonly columns: number;
  /** Columns that a text takes: a Chinese character takes two. */
  readonly widthOf: (text: string) => number;
  /** MAC addresses beside names. */
  readonly showMacs: boolean;
}

export const span = (text: string, tone: Tone = "plain"): Span => ({ text, tone });

/** A line of one piece, or of several. */
export const line = (...parts: readonly (string | Span)[]): Line =>
  parts
    .map((part) => (typeof part === "string" ? span(part) : part))
    .filter(({ text }) => text !== "");

export const BLANK: Line = [];

export const textOf = (of: Line): string => of.map(({ text }) => text).join("");
