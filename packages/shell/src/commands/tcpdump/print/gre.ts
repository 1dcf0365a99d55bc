/** GRE (RFC 2784, RFC 2890) in `tcpdump`'s words, version 0. */
import type { OctetReader } from "../packet.ts";
import type { Content } from "./content.ts";
import { hex, type Printer } from "./style.ts";

const CHECKSUM = 0x8000;
const ROUTING = 0x4000;
const KEY = 0x2000;
const SEQUENCE = 0x1000;
const FLAGS: readonly (readonly [number, string])[] = [
  [CHECKSUM, "checksum present"],
  [ROUTING, "routing present"],
  [KEY, "key present"],
  [SEQUENCE, "sequence# present"],
];

export function greText(
  printer: Printer,
  octets: OctetReader,
  { end, from }: Content,
  nested: (at: number, length: number) => string,
): string {
  const bits = octets.short(from);
  const type = octets.short(from + 2);
  const version = bits & 7;
  let text = `GREv${version}`;
  if (version !== 0) return `${text}, length ${end - from}`;
  if (printer.style.verbose > 0) {
    const names = FLAGS.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
    text += `, Flags [${names.length === 0 ? "none" : names.join(", ")}]`;
  }
  let at = from + 4;
  if ((bits & (CHECKSUM | ROUTING)) !== 0) {
    if (printer.style.verbose > 0) text += `, sum ${hex(octets.short(at))}`;
    at += 4;
  }
  if ((bits & KEY) !== 0) {
    text += `, key=${hex(octets.word(at))}`;
    at += 4;
  }
  if ((bits & SEQUENCE) !== 0) {
    text += `, seq ${octets.word(at)}`;
    at += 4;
  }
  if (printer.style.linkHeader)
    text += `, proto ${type === 0x0800 ? "IPv4" : type === 0x6558 ? "TEB" : "unknown"} (${hex(type, 4)})`;
  text += `, length ${end - from}`;
  text += printer.style.verbose < 1 ? ": " : "\n\t";
  return type === 0x0800 ? text + nested(at, end - at) : `${text}gre-proto-${hex(type)}`;
}
