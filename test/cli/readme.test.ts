/** What the READMEs show is what the lab prints. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { lvsim } from "./lvsim.ts";

const ROOT = new URL("../../", import.meta.url);

test.each([
  ["README.md", "en", "First request"],
  ["README.zh-CN.md", "zh", "第一个请求"],
])("%s quotes the report of the lab", { timeout: 60_000 }, async (readme, language, firstLine) => {
  const lines = readFileSync(new URL(readme, ROOT), "utf8").split("\n");
  const begin = lines.findIndex((line) => line.startsWith(firstLine));
  const quoted = lines.slice(begin, lines.indexOf("```", begin)).filter((line) => line !== "  …");
  const { out } = await lvsim(["run", "dr", "--lang", language]);
  const printed = new Set(out.split("\n"));
  expect(quoted.length).toBeGreaterThan(20);
  expect(quoted.filter((line) => !printed.has(line))).toEqual([]);
});
