/** Readers of option values that several extensions share. */
import { hexText, parseNumber, UINT32_MAX } from "../numbers.ts";
import { usage } from "../problem.ts";

/** A whole number of that range. */
export const readBounded =
  (extension: string, option: string, min: number, max: number) =>
  (text: string): string =>
    String(
      parseNumber(text, min, max) ??
        usage(
          `${extension}: bad value for option "--${option}", or out of range (${min}-${max}).\n`,
        ),
    );

/** `value` or `value/mask`, 32 bits each. */
export function readMarkAndMask(
  extension: string,
  option: string,
  text: string,
): readonly [value: number, mask: number] {
  const slash = text.indexOf("/");
  const value = parseNumber(slash < 0 ? text : text.slice(0, slash), 0, UINT32_MAX);
  const mask = slash < 0 ? UINT32_MAX : parseNumber(text.slice(slash + 1), 0, UINT32_MAX);
  if (value === undefined || mask === undefined)
    return usage(`${extension}: bad integer value for option "--${option}", or out of range.\n`);
  return [value, mask];
}

/** `0x1`, or `0x1/0xff` where not all bits count. */
export const markText = (value: number, mask: number): string =>
  mask === UINT32_MAX ? hexText(value) : `${hexText(value)}/${hexText(mask)}`;

/** The members of `names` that `text` lists, each by a prefix in any case, in their own order. */
export function readWords(
  text: string,
  names: readonly string[],
  complain: (word: string) => never,
): string {
  const chosen = new Set<string>();
  for (const word of text.split(",")) {
    const wanted = word.toUpperCase();
    const name = wanted === "" ? undefined : names.find((known) => known.startsWith(wanted));
    chosen.add(name ?? complain(word));
  }
  return names.filter((name) => chosen.has(name)).join(",");
}
