/** Numbers as iptables reads them (`xtables_strtoui`): decimal, 0x… or 0… for octal, within bounds. */

const SYNTAX = /^(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))$/;

/** The value if the whole text is a number of that range, bounds included. */
export function parseNumber(text: string, min: number, max: number): number | undefined {
  const match = SYNTAX.exec(text);
  if (match === null) return undefined;
  const [, hex, octal, decimal] = match;
  const value =
    hex !== undefined
      ? Number.parseInt(hex, 16)
      : octal !== undefined
        ? Number.parseInt(octal, 8)
        : Number(decimal);
  return value >= min && value <= max ? value : undefined;
}

const LEADING = /^\s*(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/;

/** As strtoul(3) stops where the number ends: the value, if it is in range, and what follows it. */
export function leadingNumber(
  text: string,
  min: number,
  max: number,
): readonly [value: number, rest: string] | undefined {
  const digits = LEADING.exec(text)?.[0];
  const value = digits === undefined ? undefined : parseNumber(digits.trim(), min, max);
  return value === undefined ? undefined : [value, text.slice(digits?.length ?? 0)];
}

export const UINT32_MAX = 0xffffffff;

/** As C's %x with 0x before it. */
export const hexText = (value: number): string => `0x${(value >>> 0).toString(16)}`;
