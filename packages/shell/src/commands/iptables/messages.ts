/** iptables' words for what went wrong, with the exit statuses of 1.8.9. */
import type { NetfilterError } from "@lvsim/core";
import type { Outcome } from "./kernel.ts";
import { KernelProblem, TableProblem, UsageProblem } from "./problem.ts";

export const VERSION = "v1.8.9 (legacy)";

const STATUS = { kernel: 1, usage: 2, table: 3 } as const;

const SEE_DMESG = " Run `dmesg' for more information.";

/** libiptc's words, and strerror's where it has none. */
const TEXTS: Readonly<Record<NetfilterError, string>> = {
  "no-such-name": "No chain/target/match by that name.",
  "no-such-rule": "Bad rule (does a matching rule exist in that chain?).",
  "chain-exists": "Chain already exists.",
  "name-taken": "File exists.",
  "chain-not-empty": "Directory not empty.",
  "chain-in-use": "Too many links.",
  "built-in-chain": `Invalid argument.${SEE_DMESG}`,
  "insert-index": "Index of insertion too big.",
  "replace-index": "Index of replacement too big.",
  "delete-index": "Index of deletion too big.",
  "zero-index": "Index of counter too big.",
  "not-built-in": "Bad built-in chain name.",
  "bad-policy": `Bad policy name.${SEE_DMESG}`,
  "bad-target": `Invalid argument.${SEE_DMESG}`,
  loop: "Too many levels of symbolic links.",
  invalid: `Invalid argument.${SEE_DMESG}`,
};

export const kernelProblem = (error: NetfilterError): KernelProblem =>
  new KernelProblem(TEXTS[error]);

/** libiptc's word without what iptables adds. */
export const errorWords = (error: NetfilterError): string =>
  TEXTS[error].replace(SEE_DMESG, "").replace(/\.$/, "");

const seeHelp = (program: string): string =>
  `Try \`${program} -h' or '${program} --help' for more information.\n`;

/** What a usage problem prints; `line` of a file that was read, 0 for none. */
function usageText(problem: UsageProblem, program: string, line: number): string {
  const head = problem.named ? `${program} ${VERSION}: ` : "";
  const body = problem.complaint === "" ? "" : `${head}${problem.complaint}\n`;
  return body + (line === 0 ? "" : `Error occurred at line: ${line}\n`) + seeHelp(program);
}

/** The outcome of a problem that was thrown; anything else is our own bug and is thrown on. */
export function problemOutcome(thrown: unknown, program: string, line: number): Outcome {
  if (thrown instanceof UsageProblem)
    return { status: STATUS.usage, stdout: "", stderr: usageText(thrown, program, line) };
  if (thrown instanceof KernelProblem)
    return { status: STATUS.kernel, stdout: "", stderr: `${program}: ${thrown.text}\n` };
  if (!(thrown instanceof TableProblem)) throw thrown;
  const complaint = `can't initialize iptables table \`${thrown.table}': Table does not exist (do you need to insmod?)`;
  return {
    status: STATUS.table,
    stdout: "",
    stderr: `${program} ${VERSION}: ${complaint}\nPerhaps iptables or your kernel needs to be upgraded.\n`,
  };
}
