/** What the READMEs show is what the lab prints. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string): string[] => readFileSync(new URL(path, ROOT), "utf8").split("\n");

test.each([
  ["README.md", "dr.en.txt", "First request"],
  ["README.zh-CN.md", "dr.zh.txt", "第一个请求"],
])("%s quotes the report of the lab", (readme, golden, firstLine) => {
  const lines = read(readme);
  const begin = lines.findIndex((line) => line.startsWith(firstLine));
  const quoted = lines.slice(begin, lines.indexOf("```", begin)).filter((line) => line !== "  …");
  const printed = new Set(read(`packages/scenarios/src/views/golden/${golden}`));
  expect(quoted.length).toBeGreaterThan(20);
  expect(quoted.filter((line) => !printed.has(line))).toEqual([]);
});
