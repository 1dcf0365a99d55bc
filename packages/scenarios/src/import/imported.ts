/** What importing gives: a lab, and what of the files it could not carry over. */
import type { LabSource } from "../lab-file/schema.ts";

/** A file as it was found; `path` is what messages name. */
export interface ImportFile {
  readonly path: string;
  readonly text: string;
}

/** Something that the lab does not have, or that was added to it. */
export interface ImportNote {
  readonly path: string;
  /** From 1; 0 when it is about the file as a whole. */
  readonly line: number;
  readonly en: string;
  readonly zh: string;
}

export interface Imported {
  readonly source: LabSource;
  readonly notes: readonly ImportNote[];
}

/** Nothing could be made of it: what, where, how to mend it. */
export class ImportError extends Error {
  override readonly name = "ImportError";
}

/** Collects notes on one file. */
export class Notes {
  readonly all: ImportNote[] = [];

  add(path: string, line: number, en: string, zh: string): void {
    if (!this.all.some((one) => one.path === path && one.line === line && one.en === en))
      this.all.push({ path, line, en, zh });
  }
}

/** Lines without byte order mark, CRLF and no-break spaces. */
export const linesOf = (text: string): string[] =>
  text
    .replace(/^\ufeff/, "")
    .replaceAll("\u00a0", " ")
    .split(/\r\n|\r|\n/);

export const plainText = (text: string): string => linesOf(text).join("\n");

/** Names of a lab: lower-case letters, digits and hyphens, a letter first, 31 characters. */
export function labName(text: string, taken: (name: string) => boolean = () => false): string {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^-+|-+$/g, "");
  const name = (/^[a-z]/.test(plain) ? plain : `n${plain}`).slice(0, 28);
  if (!taken(name)) return name;
  for (let i = 2; ; i++) if (!taken(`${name}${i}`)) return `${name}${i}`;
}
