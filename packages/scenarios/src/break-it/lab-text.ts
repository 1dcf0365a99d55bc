/** A made lab as a file that people read, and its answer: what was planted, and the lines that take it back. */
import { stringify } from "yaml";
import type { LabSource } from "../lab-file/schema.ts";
import { type Edit, isLineEdit } from "./edit.ts";
import type { Fault } from "./fault-kind.ts";

/** The text of a lab file; `head` is a comment on top. */
export const madeLabText = (source: LabSource, head: string): string =>
  `# ${head}\n${stringify(source, { lineWidth: 0, aliasDuplicateObjects: false })}`;

/** The answer, line by line: each fault in a sentence, and below it what was changed, as a difference that mends it. */
export function faultLines(faults: readonly Fault[], language: "en" | "zh"): string[] {
  return faults.flatMap(({ kind, says, edits }, i) => [
    `${i + 1}. ${says[language]} (${kind})`,
    ...edits.flatMap(difference).map((line) => `   ${line}`),
  ]);
}

/** `rs1  - the line as it is`, `rs1  + as it should be`. */
function difference(edit: Edit): string[] {
  const where = isLineEdit(edit) ? edit.on : edit.at.slice(1).join(".");
  const wrong = (edit.is ?? "").split("\n");
  const right = (edit.was ?? "").split("\n");
  const lines = (sign: string, own: readonly string[], others: readonly string[]): string[] =>
    own
      .filter((line) => line !== "" && !others.includes(line))
      .map((line) => `${where}  ${sign} ${line.trim()}`);
  return [...lines("-", wrong, right), ...lines("+", right, wrong)];
}
