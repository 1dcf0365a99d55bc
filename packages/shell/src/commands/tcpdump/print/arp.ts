/** ARP (RFC 826) in `tcpdump`'s words. */
import type { OctetReader } from "../packet.ts";
import { hexAndAsciiDump } from "./hex-dump.ts";
import type { Printer } from "./style.ts";

const OPERATIONS: ReadonlyMap<number, string> = new Map([
  [1, "Request"],
  [2, "Reply"],
  [3, "Reverse Request"],
  [4, "Reverse Reply"],
  [8, "Inverse Request"],
  [9, "Inverse Reply"],
  [10, "NACK Reply"],
]);

/** Of ATM; never on Ethernet. */
const NACK = 10;

export function arpText(printer: Printer, octets: OctetReader, at: number, length: number): string {
  const { linkHeader, verbose } = printer.style;
  const head = linkHeader ? "" : "ARP, ";
  if (octets.octets.length < at + 28) return `${head} [|arp]`;
  const operation = octets.short(at + 6);
  const name = OPERATIONS.get(operation) ?? `Unknown (${operation})`;
  if (!OPERATIONS.has(operation) || operation === NACK) {
    const unknown = verbose > 0 ? `Ethernet (len 6), IPv4 (len 4), ${name}` : name;
    return `${head}${unknown} ${hexAndAsciiDump(octets.octets.subarray(at, at + length))}`;
  }
  const kind = verbose > 0 ? "Ethernet (len 6), IPv4 (len 4), " : "";
  return `${head}${kind}${name} ${aboutText(printer, octets, at, operation)}, length ${length}`;
}

function aboutText(printer: Printer, octets: OctetReader, at: number, operation: number): string {
  const sender = printer.host(octets, at + 14);
  const target = printer.host(octets, at + 24);
  if (operation === 1) {
    const known = octets.short(at + 18) !== 0 || octets.word(at + 20) !== 0;
    return `who-has ${target}${known ? ` (${printer.mac(octets, at + 18)})` : ""} tell ${sender}`;
  }
  if (operation === 2) return `${sender} is-at ${printer.mac(octets, at + 8)}`;
  if (operation === 3 || operation === 8)
    return `who-is ${printer.mac(octets, at + 18)} tell ${printer.mac(octets, at + 8)}`;
  if (operation === 9) return `${printer.mac(octets, at + 8)} at ${sender}`;
  return `${printer.mac(octets, at + 18)} at ${target}`;
}
