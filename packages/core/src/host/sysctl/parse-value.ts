/**
 * How the kernel reads what is written into a file below /proc/sys (`proc_dointvec`): numbers in C's notation between
 * blanks. What follows the numbers that the file holds is not looked at.
 */
import { assert } from "../../base/assert.ts";
import type { SysctlFile } from "./sysctl-file.ts";

/** A word that is longer than the kernel's buffer for one number is no number. */
const WORD_LENGTH_MAX = 21;
const NUMBER = /^-?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/;
/** How many milliseconds a jiffy lasts: HZ is 250. */
const JIFFY_MS = 4;

/** The whole number that `word` stands for: decimal, `0x…` or octal `0…`; undefined for anything else. */
function parseWord(word: string): number | undefined {
  if (word.length > WORD_LENGTH_MAX || !NUMBER.test(word)) return undefined;
  const negative = word.startsWith("-");
  const digits = negative ? word.slice(1) : word;
  const octal = digits.length > 1 && /^0[0-7]/.test(digits);
  const value = octal ? Number.parseInt(digits, 8) : Number(digits);
  return negative ? -value : value;
}

/** What a file of this kind keeps when `value` is written. */
function throughJiffies(value: number, kind: SysctlFile["kind"]): number {
  if (kind === "milliseconds") return Math.ceil(value / JIFFY_MS) * JIFFY_MS;
  if (kind === "centiseconds") return Math.floor(Math.floor((value * 5) / 2) / 2.5);
  return value;
}

/**
 * The numbers that `text` writes into a file, at least one and at most as many as it holds; undefined when the kernel
 * refuses with EINVAL.
 */
export function parseNumbers(text: string, file: SysctlFile): number[] | undefined {
  assert(file.kind !== "text", "not a file of numbers");
  const words = text.split(/[ \t\n\v\f\r\0]+/).filter((word) => word !== "");
  if (words.length === 0) return undefined;
  const numbers: number[] = [];
  for (const word of words.slice(0, file.count)) {
    const value = parseWord(word);
    if (value === undefined || value < file.min || value > file.max) return undefined;
    numbers.push(throughJiffies(value, file.kind));
  }
  return numbers;
}

/** The single number that `text` writes; undefined when the kernel refuses. */
export const parseNumber = (text: string, file: SysctlFile): number | undefined =>
  parseNumbers(text, file)?.[0];
