/** Names of ICMP types with their codes, as ipset reads and writes them: an element is one type and one code. */
import { ANY_TYPE, ICMP_TYPES } from "../../network/icmp-types.ts";

const hasCodes = (type: number): boolean =>
  ICMP_TYPES.some(([, other, code]) => other === type && code !== undefined);

/** Without those that stand for all codes of a type. */
const NAMES: readonly (readonly [name: string, type: number, code: number])[] = ICMP_TYPES.flatMap(
  ([name, type, code]) =>
    type === ANY_TYPE || (code === undefined && hasCodes(type)) ? [] : [[name, type, code ?? 0]],
);

/** Type × 256 + code; undefined for a name that nobody knows. */
export function icmpPort(name: string): number | undefined {
  const found = NAMES.find(([known]) => known === name);
  return found === undefined ? undefined : found[1] * 256 + found[2];
}

/** The name, or `type/code`. */
export function icmpText(port: number): string {
  const [type, code] = [port >> 8, port & 255];
  return NAMES.find(([, t, c]) => t === type && c === code)?.[0] ?? `${type}/${code}`;
}
