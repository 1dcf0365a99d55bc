/** Values that `ip tunnel` and `ip link … type ipip | gre` share: keys, TTL, TOS, and how they are printed. */
import { formatIpv4Address, type Ipv4Address } from "@lvsim/core";
import { CommandFailure } from "../../options/failure.ts";
import { invalidArgument } from "../../options/iproute2.ts";
import { parseUnsigned, readAddress } from "./arguments.ts";

/** DiffServ code points by name, as /etc/iproute2/rt_dsfield has them. */
const DSFIELD_NAMES: ReadonlyMap<string, number> = new Map([
  ...[1, 2, 3, 4, 5, 6, 7].map((n) => [`CS${n}`, n << 5] as const),
  ...[1, 2, 3, 4].flatMap((n) =>
    [1, 2, 3].map((m) => [`AF${n}${m}`, (8 * n + 2 * m) << 2] as const),
  ),
  ["EF", 0xb8],
]);

/** A number or a dotted quad, as a signed 32-bit integer. */
export function readKey(name: string, word: string): number {
  if (word.includes(".")) return readAddress(word, "inet");
  const key = parseUnsigned(word);
  if (key === undefined)
    throw new CommandFailure(
      255,
      `invalid value for "${name}": "${word}"; it should be an unsigned integer\n`,
    );
  return key | 0;
}

/** 0 stands for `inherit`. */
export function readTtl(word: string, message = "invalid TTL\n"): number {
  if (word === "inherit") return 0;
  const ttl = parseUnsigned(word);
  if (ttl === undefined) throw invalidArgument(message, word);
  if (ttl > 255) throw invalidArgument("TTL must be <=255\n", word);
  return ttl;
}

/** 1 stands for `inherit`; numbers are hexadecimal. */
export function readTos(word: string, message = "bad TOS value"): number {
  if (word === "inherit") return 1;
  const named = DSFIELD_NAMES.get(word);
  if (named !== undefined) return named;
  const tos = /^(0x)?[0-9a-f]+$/i.test(word) ? Number.parseInt(word, 16) : 256;
  if (tos > 255) throw invalidArgument(`${message}\n`, word);
  return tos;
}

/** `rtnl_dsfield_n2a`. */
function dsfieldText(value: number): string {
  for (const [name, number] of DSFIELD_NAMES) if (number === value) return name;
  return `0x${value.toString(16).padStart(2, "0")}`;
}

/** As `ip tunnel` prints it; "" for 0. */
export function tosText(tos: number): string {
  if (tos === 0) return "";
  if (tos === 1) return " tos inherit";
  return ` tos ${(tos & 1) === 0 ? "" : "inherit/"}${dsfieldText(tos & ~1)}`;
}

export const endText = (address: Ipv4Address): string =>
  address === 0 ? "any" : formatIpv4Address(address);
