import { expect, test } from "vitest";
import { say, TEXTS } from "./texts.ts";

const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();

test.each(Object.entries(TEXTS))("%s says the same in both languages", (_key, { en, zh }) => {
  expect(en.trim()).not.toBe("");
  expect(zh.trim()).not.toBe("");
  expect(placeholders(zh)).toEqual(placeholders(en));
});

test("values stand where the text names them", () => {
  expect(say("en", "arpReply", { address: ".200", host: "a" })).toBe("ARP .200 is at a");
  expect(say("zh", "reached", { frame: 5, host: "b" })).toBe("#5 到达 b");
  expect(say("en", "everyone")).toBe("everyone");
});
