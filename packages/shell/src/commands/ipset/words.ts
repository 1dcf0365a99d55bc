/** Words of an ipset command line one after another, and the values that several options share. */
import { misused, syntaxError } from "./problem.ts";

export class Words {
  private readonly words: readonly string[];
  private at = 0;

  constructor(words: readonly string[]) {
    this.words = words;
  }

  next(): string | undefined {
    return this.words[this.at++];
  }

  /** The value of an option that needs one. */
  value(option: string): string {
    return this.next() ?? misused(`Missing mandatory argument of option \`${option}'`);
  }
}

export const UINT32_MAX = 4_294_967_295;
/** Whole seconds that fit into the kernel's milliseconds. */
export const TIMEOUT_MAX = 2_147_483;

/** A number as strtoull(3) takes it, with a base prefix; `max` is put into the message as it stands. */
export function readNumber(text: string, min: number, max: number, maxText = String(max)): number {
  const value = Number(/^-?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.test(text) ? octal(text) : "x");
  if (Number.isNaN(value)) syntaxError(`'${text}' is invalid as number`);
  if (value < min || value > max) syntaxError(`'${text}' is out of range ${min}-${maxText}`);
  return value;
}

/** A leading 0 makes a number octal. */
const octal = (text: string): string => (/^0[0-7]+$/.test(text) ? `0o${text.slice(1)}` : text);
