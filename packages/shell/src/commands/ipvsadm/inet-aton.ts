/** IPv4 addresses in the forms of inet_aton(3): one to four parts, decimal, octal or hexadecimal; what follows a blank is not read. */
import type { Ipv4Address } from "@lvsim/core";

export type { Ipv4Address };

function part(text: string): number | undefined {
  if (/^0x[0-9a-f]+$/i.test(text)) return Number.parseInt(text.slice(2), 16);
  if (/^0[0-7]*$/.test(text)) return Number.parseInt(text, 8);
  return /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}

/** `10.1` is 10.0.0.1, `0x0a000001` is 10.0.0.1; undefined for what inet_aton refuses. */
export function parseInetAton(text: string): Ipv4Address | undefined {
  const parts = text.replace(/\s.*$/s, "").split(".").map(part);
  if (parts.length > 4) return undefined;
  let value = 0;
  for (const [i, number] of parts.entries()) {
    if (number === undefined) return undefined;
    const last = i === parts.length - 1;
    if (number >= (last ? 256 ** (4 - i) : 256)) return undefined;
    value += last ? number : number * 256 ** (3 - i);
  }
  return (value | 0) as Ipv4Address;
}
