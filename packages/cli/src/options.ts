/** Values of options, checked before anything runs. */
import type { Language } from "@lvsim/scenarios";
import { didYouMean } from "./suggest.ts";
import { UsageError } from "./usage-error.ts";

/** A whole number from 0 to 2^53 − 1 in decimal digits; leading zeros do not count. */
export function parseSeed(text: string): string {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new UsageError(
      `a seed is a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, as --seed 7; not "${text}"`,
    );
  return String(value);
}

/** The number of a request, from 1. */
export function parseRequest(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new UsageError(`a request is named by its number from 1, not "${text}"`);
  return Number(text);
}

const LANGUAGES: readonly Language[] = ["en", "zh"];

export function parseLanguage(text: string): Language {
  const found = LANGUAGES.find((language) => language === text);
  if (found === undefined)
    throw new UsageError(
      `no language "${text}"; known: ${LANGUAGES.join(", ")}${didYouMean(text, LANGUAGES)}`,
    );
  return found;
}
