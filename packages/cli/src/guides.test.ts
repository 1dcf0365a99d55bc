/** What a guide shows on a console is what lvsim prints: every command is run in its order, on the files that the guide gives. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { lvsim } from "./program.ts";

const ROOT = new URL("../../../", import.meta.url);
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

interface Shown {
  readonly command: string;
  readonly lines: readonly string[];
}

/** Blocks of the kind console: `$ command`, then lines of what it prints; … stands for any. */
function shownIn(guide: string): Shown[] {
  const blocks = [...guide.matchAll(/^```console\n([^`]*)^```$/gm)].map(([, block = ""]) => block);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((part) => {
        const [command = "", ...lines] = part.trimEnd().split("\n");
        return { command, lines: lines.filter((line) => line.trim() !== "…") };
      }),
  );
}

/** Files that the guide gives: `name`: and a block. */
const filesIn = (guide: string): [string, string][] =>
  [...guide.matchAll(/`([\w.-]+\.yml)`[:：]\n\n```yaml\n([^`]*)```/g)].map(
    ([, name = "", text = ""]) => [name, text],
  );

/** Words that name something in the reader's folder. */
const isLocal = (word: string): boolean =>
  /^(?:captures|[\w-]+(?:\.lab)?\.(?:yml|sh|txt))$/.test(word);

function printed(command: string, folder: string, language: string): string {
  const [words = "", file] = command.split(" > ");
  const [program, ...rest] = words.split(" ");
  expect(program).toBe("lvsim");
  let out = "";
  const put = (text: string): void => {
    out += text;
  };
  const variables = { LANG: language };
  const argv = rest.map((word) => (isLocal(word) ? join(folder, word) : word));
  const world = { variables, isTerminal: false, showsProgress: false, clock: () => 0 };
  lvsim(argv, { out: put, err: put, ...world });
  if (file !== undefined) writeFileSync(join(folder, file), out);
  return out.replaceAll(`${folder}/`, "");
}

test.each([
  ["docs/guides/first-ten-minutes.md", "C"],
  ["docs/guides/first-ten-minutes.zh.md", "zh_CN.UTF-8"],
])("%s shows what lvsim prints", (path, language) => {
  const guide = readFileSync(new URL(path, ROOT), "utf8");
  const folder = mkdtempSync(join(tmpdir(), "lvsim-guide-"));
  folders.push(folder);
  for (const [name, text] of filesIn(guide)) writeFileSync(join(folder, name), text);
  const all = shownIn(guide);
  expect(all.length).toBeGreaterThan(10);
  for (const { command, lines } of all) {
    const out = printed(command, folder, language).split("\n");
    const strange = lines.filter((line) => !out.includes(line));
    expect(strange, `${command} prints\n${out.join("\n")}`).toEqual([]);
  }
});

test.each(["README.md", "README.zh-CN.md"])(
  "every lvsim in a block of %s does its work",
  (path) => {
    const blocks = readFileSync(new URL(path, ROOT), "utf8").matchAll(/^```sh\n([^`]*)^```$/gm);
    const commands = [...blocks].flatMap(([, block = ""]) => block.match(/^lvsim .*$/gm) ?? []);
    const folder = mkdtempSync(join(tmpdir(), "lvsim-guide-"));
    folders.push(folder);
    expect(commands.length).toBeGreaterThan(7);
    for (const command of commands)
      expect(printed(command, folder, "C"), command).not.toMatch(/^lvsim: |error:/);
  },
);
