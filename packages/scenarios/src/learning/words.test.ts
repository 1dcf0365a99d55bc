import { expect, test } from "vitest";
import { LEARNING_TEXTS } from "./words.ts";

const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();

test.each(Object.entries(LEARNING_TEXTS))(
  "%s says the same in both languages",
  (_key, { en, zh }) => {
    expect(en.trim()).not.toBe("");
    expect(placeholders(zh)).toEqual(placeholders(en));
  },
);
