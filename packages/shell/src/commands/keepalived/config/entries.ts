/** Keywords of the common kinds: a number, a time, a switch, a script, and what is read for nothing. */
import type { Duration } from "@lvsim/core";
import type { Script } from "./model.ts";
import type { ConfigReader, Keyword } from "./reader.ts";
import { readNumber, readOption, readTimer } from "./values.ts";

export type Entry = [string, Keyword];
export type Run = NonNullable<Keyword["run"]>;

export const run = (word: string, body: Run): Entry => [word, { run: body }];

export const last = <T>(list: readonly T[]): T => list[list.length - 1] as T;

export const scriptOf = (reader: ConfigReader): Script => ({
  argv: reader.script(),
  place: reader.place,
});

/** A block whose values mean nothing here. */
export const passOver: Run = (_words, reader) => reader.block(() => {});

export const ignoredKeywords = (text: string): Entry[] =>
  text
    .trim()
    .split(/\s+/)
    .map((word) => run(word, () => {}));

export const count = (
  word: string,
  min: number,
  max: number,
  set: (value: number) => void,
): Entry =>
  run(word, (words, reader) => {
    const value = readNumber(reader, words, 1, min, max);
    if (value !== null) set(value);
  });

/** Seconds; without a maximum keepalived's own. */
export const timer = (word: string, set: (value: Duration) => void, min = 0, max?: number): Entry =>
  run(word, (words, reader) => {
    const value = readTimer(reader, words, 1, min, max);
    if (value !== null) set(value);
  });

export const option = (word: string, set: (value: boolean) => void): Entry =>
  run(word, (words, reader) => {
    const value = readOption(reader, words, word);
    if (value !== null) set(value);
  });

export const word = (name: string, set: (value: string) => void): Entry =>
  run(name, (words, reader) => set(reader.word(words, 1)));
