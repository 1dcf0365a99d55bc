/** Readers of option values that several extensions share. */
import { hexText, leadingNumber, parseNumber, UINT32_MAX } from "../numbers.ts";
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

/** `a`, `a:b`, `a:` or `:b`, the open end for `max`: first and last, or one of them. */
export function readParts(
  extension: string,
  option: string,
  max: number,
  text: string,
): readonly number[] {
  const parts: number[] = [];
  let rest = text;
  for (;;) {
    if (parts.length === 2)
      usage(`${extension}: Too many components for option "--${option}" (max: 2)\n`);
    const open = parts.length === 0 ? 0 : max;
    const isOpen = rest === "" || rest.startsWith(":");
    const [value, end] = isOpen
      ? [open, rest]
      : (leadingNumber(rest, 0, max) ??
        usage(
          `${extension}: bad value for option "--${option}" near "${rest}", or out of range (0-${max}).\n`,
        ));
    if (end !== "" && !end.startsWith(":"))
      usage(`${extension}: Argument to "--${option}" has unexpected characters near "${end}".\n`);
    parts.push(value);
    if (end === "") return parts;
    rest = end.slice(1);
  }
}

/** As `readParts`, kept as `a` or `a:b`. */
export const readRange =
  (extension: string, option: string, max: number) =>
  (text: string): string => {
    const [from = 0, to = from] = readParts(extension, option, max, text);
    return from === to ? String(from) : `${from}:${to}`;
  };

/** `value` or `value/mask`, 32 bits each. */
export function readMarkAndMask(
  extension: string,
  option: string,
  text: string,
): readonly [value: number, mask: number] {
  const bad = (): never =>
    usage(`${extension}: bad integer value for option "--${option}", or out of range.\n`);
  const [value, rest] = leadingNumber(text, 0, UINT32_MAX) ?? bad();
  const [mask, end] = rest.startsWith("/")
    ? (leadingNumber(rest.slice(1), 0, UINT32_MAX) ?? bad())
    : [UINT32_MAX, rest];
  if (end !== "") usage(`${extension}: trailing garbage after value for option "--${option}".\n`);
  return [value, mask];
}

/** `0x1`, or `0x1/0xff` where not all bits count. */
export const markText = (value: number, mask: number): string =>
  mask === UINT32_MAX ? hexText(value) : `${hexText(value)}/${hexText(mask)}`;

/**
 * The members of `names` that `text` lists, each by a prefix in any case, in their own order. `complain` gets a word
 * that fits none, and what stands from there on.
 */
export function readWords(
  text: string,
  names: readonly string[],
  complain: (word: string, rest: string) => never,
): string {
  const chosen = new Set<string>();
  const words = text.split(",");
  words.forEach((word, index) => {
    const wanted = word.toUpperCase();
    const name = wanted === "" ? undefined : names.find((known) => known.startsWith(wanted));
    chosen.add(name ?? complain(word, words.slice(index).join(",")));
  });
  return names.filter((name) => chosen.has(name)).join(",");
}

const INTERFACE_NAME_MAX = 15;

/** An interface's name, or a prefix with a `+`. */
export function readInterfaceName(word: string, warnings: string[]): string {
  if (word.length > INTERFACE_NAME_MAX)
    usage(`interface name \`${word}' must be shorter than IFNAMSIZ (${INTERFACE_NAME_MAX})`);
  if (/[/ ]/.test(word))
    warnings.push(
      `Warning: weird character in interface \`${word}' ('/' and ' ' are not allowed by the kernel).\n`,
    );
  return word;
}
