/** ICMP (RFC 792) in `tcpdump`'s words; with `-v` the packet that an error quotes as well. */
import type { OctetReader } from "../packet.ts";
import type { Content } from "./content.ts";
import { type Printer, rightChecksum, sum16 } from "./style.ts";

/** Prints the IP packet of `length` octets at a place. */
type Nested = (at: number, length: number) => string;

export function icmpText(
  printer: Printer,
  octets: OctetReader,
  content: Content,
  nested: Nested,
): string {
  const { end, from } = content;
  if (octets.octets.length < from + 8 || end < from + 8) return " [|icmp]";
  const type = octets.byte(from);
  let text = `ICMP ${messageText(printer, octets, from, type)}`;
  const { skipsChecksums, verbose } = printer.style;
  if (verbose > 0 && !skipsChecksums && !content.fragmented && octets.octets.length >= end) {
    const sum = sum16(octets, from, end);
    const written = octets.short(from + 2);
    if (sum !== 0xffff)
      text += ` (wrong icmp cksum ${written.toString(16)} (->${rightChecksum(written, sum).toString(16)})!)`;
  }
  text += `, length ${end - from}`;
  const quotes = type === 3 || type === 4 || type === 5 || type === 11 || type === 12;
  if (verbose > 0 && quotes) text += `\n\t${nested(from + 8, octets.short(from + 10))}`;
  return text;
}

function messageText(printer: Printer, octets: OctetReader, from: number, type: number): string {
  const code = octets.byte(from + 1);
  const pair = `id ${octets.short(from + 4)}, seq ${octets.short(from + 6)}`;
  switch (type) {
    case 0:
      return `echo reply, ${pair}`;
    case 8:
      return `echo request, ${pair}`;
    case 3:
      return unreachableText(printer, octets, from, code);
    case 4:
      return "source quench";
    case 5:
      return redirectText(printer, octets, from, code);
    case 11:
      return code === 0
        ? "time exceeded in-transit"
        : code === 1
          ? "ip reassembly time exceeded"
          : `time exceeded-#${code}`;
    case 12:
      return code === 0
        ? `parameter problem - octet ${octets.byte(from + 4)}`
        : `parameter problem - code ${code}`;
    case 13:
      return `time stamp query id ${octets.short(from + 4)} seq ${octets.short(from + 6)}`;
    case 14:
      return `time stamp reply id ${octets.short(from + 4)} seq ${octets.short(from + 6)}`;
    default:
      return `type-#${type}`;
  }
}

const REDIRECTS: readonly string[] = ["to net", "to host", "to net", "to host"];

function redirectText(printer: Printer, octets: OctetReader, from: number, code: number): string {
  const destination = printer.host(octets, from + 24);
  const gateway = printer.host(octets, from + 4);
  const known = REDIRECTS[code];
  if (known === undefined) return `redirect-#${code} ${destination} to ${gateway}`;
  return `redirect${code > 1 ? "-tos" : ""} ${destination} ${known} ${gateway}`;
}

/** Said of the destination of the packet that could not be delivered. */
const UNREACHABLE: ReadonlyMap<number, readonly [string, string]> = new Map([
  [0, ["net ", " unreachable"]],
  [1, ["host ", " unreachable"]],
  [5, ["", " unreachable - source route failed"]],
  [6, ["net ", " unreachable - unknown"]],
  [7, ["host ", " unreachable - unknown"]],
  [8, ["", " unreachable - source host isolated"]],
  [9, ["net ", " unreachable - admin prohibited"]],
  [10, ["host ", " unreachable - admin prohibited"]],
  [11, ["net ", " unreachable - tos prohibited"]],
  [12, ["host ", " unreachable - tos prohibited"]],
  [13, ["host ", " unreachable - admin prohibited filter"]],
  [14, ["host ", " unreachable - host precedence violation"]],
  [15, ["host ", " unreachable - precedence cutoff"]],
]);

function unreachableText(
  printer: Printer,
  octets: OctetReader,
  from: number,
  code: number,
): string {
  const quoted = from + 8;
  const destination = printer.host(octets, quoted + 16);
  if (code === 2) return `${destination} protocol ${octets.byte(quoted + 9)} unreachable`;
  if (code === 3) return portText(printer, octets, quoted, destination);
  if (code === 4) {
    const mtu = octets.short(from + 6);
    const known = mtu === 0 ? "" : ` (mtu ${mtu})`;
    return `${destination} unreachable - need to frag${known}`;
  }
  const [before, after] = UNREACHABLE.get(code) ?? ["", ` unreachable - #${code}`];
  return `${before}${destination}${after}`;
}

function portText(
  printer: Printer,
  octets: OctetReader,
  quoted: number,
  destination: string,
): string {
  const protocol = octets.byte(quoted + 9);
  const port = octets.short(quoted + (octets.byte(quoted) & 0xf) * 4 + 2);
  if (protocol === 6) return `${destination} tcp port ${printer.port(port, "tcp")} unreachable`;
  if (protocol === 17) return `${destination} udp port ${printer.port(port, "udp")} unreachable`;
  return `${destination} protocol ${protocol} port ${port} unreachable`;
}
