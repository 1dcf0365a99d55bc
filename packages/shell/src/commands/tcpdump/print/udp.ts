/** UDP (RFC 768) in `tcpdump`'s words. Left out: the protocols above it, which the real one decodes by their ports. */
import type { OctetReader } from "../packet.ts";
import type { Content } from "./content.ts";
import { hex, type Printer, rightChecksum, transportSum } from "./style.ts";

export function udpText(printer: Printer, octets: OctetReader, content: Content): string {
  const { end, from, ip } = content;
  const hosts = [printer.host(octets, ip + 12), printer.host(octets, ip + 16)] as const;
  if (octets.octets.length < from + 8 || end < from + 8)
    return `${hosts[0]} > ${hosts[1]}:  [|udp]`;
  const source = `${hosts[0]}.${printer.port(octets.short(from), "udp")}`;
  const destination = `${hosts[1]}.${printer.port(octets.short(from + 2), "udp")}`;
  const claimed = octets.short(from + 4);
  const last = claimed >= 8 && from + claimed < end ? from + claimed : end;
  let text = `${source} > ${destination}: `;
  if (printer.style.quiet) return `${text}UDP, length ${last - from - 8}`;
  const { skipsChecksums, verbose } = printer.style;
  if (verbose > 1 && !skipsChecksums && !content.fragmented)
    text += checksumText(octets, content, last);
  return `${text}UDP, length ${(claimed === 0 ? last - from : claimed) - 8}`;
}

function checksumText(octets: OctetReader, { from, ip }: Content, last: number): string {
  const written = octets.short(from + 6);
  if (written === 0) return "[no cksum] ";
  if (octets.octets.length < last) return "";
  const sum = transportSum(octets, ip, from, last, 17);
  if (sum === 0xffff) return "[udp sum ok] ";
  return `[bad udp cksum ${hex(written, 4)} -> ${hex(rightChecksum(written, sum), 4)}!] `;
}
