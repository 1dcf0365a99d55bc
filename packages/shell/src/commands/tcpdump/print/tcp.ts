/** TCP (RFC 9293) in `tcpdump`'s words; numbers count from where the conversation was first seen, unless `-S`. */
import type { OctetReader } from "../packet.ts";
import type { Content } from "./content.ts";
import { payloadText } from "./payload.ts";
import { hex, type Printer, rightChecksum, transportSum } from "./style.ts";

const FLAGS: readonly (readonly [number, string])[] = [
  [0x01, "F"],
  [0x02, "S"],
  [0x04, "R"],
  [0x08, "P"],
  [0x10, "."],
  [0x20, "U"],
  [0x40, "E"],
  [0x80, "W"],
  [0x100, "e"],
];
const SYN_FIN_RST = 0x07;
const SYN = 0x02;
const RST = 0x04;
const ACK = 0x10;
const URG = 0x20;

/** What to subtract from the numbers of one packet. */
interface Origin {
  readonly sequence: number;
  readonly acknowledgement: number;
  /** From SACK blocks, which tell of the other direction. */
  readonly sack: number;
}

const ABSOLUTE: Origin = { sequence: 0, acknowledgement: 0, sack: 0 };

export function tcpText(printer: Printer, octets: OctetReader, content: Content): string {
  const { end, from, ip } = content;
  const { quiet, verbose } = printer.style;
  if (octets.octets.length < from + 14 || end < from + 14)
    return endsText(printer, octets, content, " [|tcp]");
  const header = (octets.byte(from + 12) >>> 4) * 4;
  const length = end - from - header;
  const ends = endsText(printer, octets, content, ": ");
  if (header < 20) return `${ends} [bad hdr length ${header} - too short, < 20]`;
  if (quiet) return `${ends}tcp ${length}`;
  if (length < 0)
    return `${ends}tcp ${length} [bad hdr length ${header} - too long, > ${end - from}]`;
  const flags = octets.byte(from + 13) | ((octets.byte(from + 12) & 1) << 8);
  const names = FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
  let text = `${ends}Flags [${names.length === 0 ? "none" : names.join("")}]`;
  const origin = originOf(printer, octets, ip, from, flags);
  if (verbose > 0 && !printer.style.skipsChecksums && !content.fragmented)
    text += checksumText(octets, content);
  const sequence = (octets.word(from + 4) - origin.sequence) >>> 0;
  if (verbose > 1 || length > 0 || (flags & SYN_FIN_RST) !== 0)
    text += `, seq ${sequence}${length > 0 ? `:${(sequence + length) >>> 0}` : ""}`;
  if ((flags & ACK) !== 0)
    text += `, ack ${(octets.word(from + 8) - origin.acknowledgement) >>> 0}`;
  text += `, win ${octets.short(from + 14)}`;
  if ((flags & URG) !== 0) text += `, urg ${octets.short(from + 18)}`;
  if (header > 20) text += `, options [${optionsText(octets, from + 20, from + header, origin)}]`;
  text += `, length ${length}`;
  if (length <= 0) return text;
  if ((flags & RST) !== 0)
    return verbose > 0 ? text + resetText(octets.octets.subarray(from + header, end)) : text;
  const ports = [octets.short(from), octets.short(from + 2)] as const;
  return text + payloadText(octets.octets.subarray(from + header, end), ports, verbose);
}

const RESET_TEXT_MAX = 30;

/** What some stacks say in a RST about why (RFC 1122 §4.2.2.12). */
function resetText(data: Uint8Array): string {
  const shown = Array.from(data.subarray(0, RESET_TEXT_MAX), visible).join("");
  return ` [RST${data.length > RESET_TEXT_MAX ? "+" : ""} ${shown}]`;
}

/** An octet as `cat -v` shows it. */
function visible(octet: number): string {
  const meta = octet >= 128 ? "M-" : "";
  const low = octet & 0x7f;
  return low < 32 || low === 127
    ? `${meta}^${String.fromCharCode(low ^ 0x40)}`
    : `${meta}${String.fromCharCode(low)}`;
}

function endsText(
  printer: Printer,
  octets: OctetReader,
  { from, ip }: Content,
  after: string,
): string {
  const source = `${printer.host(octets, ip + 12)}.${printer.port(octets.short(from), "tcp")}`;
  const destination = `${printer.host(octets, ip + 16)}.${printer.port(octets.short(from + 2), "tcp")}`;
  return `${source} > ${destination}${after}`;
}

/** Both directions of a conversation have one entry, made by the first packet with ACK and by every SYN with ACK. */
function originOf(
  printer: Printer,
  octets: OctetReader,
  ip: number,
  from: number,
  flags: number,
): Origin {
  if (printer.style.absoluteSequences || (flags & ACK) === 0) return ABSOLUTE;
  const source = octets.word(ip + 12) * 65_536 + octets.short(from);
  const destination = octets.word(ip + 16) * 65_536 + octets.short(from + 2);
  const reversed = source > destination;
  const key = reversed ? `${destination} ${source}` : `${source} ${destination}`;
  const sequence = octets.word(from + 4);
  const acknowledgement = octets.word(from + 8);
  const known = printer.conversations.get(key);
  if (known === undefined || (flags & SYN) !== 0) {
    const own = sequence;
    const other = (acknowledgement - 1) >>> 0;
    printer.remember(
      key,
      reversed
        ? { sequence: other, acknowledgement: own }
        : { sequence: own, acknowledgement: other },
    );
    return { ...ABSOLUTE, sack: other };
  }
  return reversed
    ? { sequence: known.acknowledgement, acknowledgement: known.sequence, sack: known.sequence }
    : {
        sequence: known.sequence,
        acknowledgement: known.acknowledgement,
        sack: known.acknowledgement,
      };
}

function checksumText(octets: OctetReader, { end, from, ip }: Content): string {
  if (octets.octets.length < end) return "";
  const written = octets.short(from + 16);
  const sum = transportSum(octets, ip, from, end, 6);
  if (sum === 0xffff) return `, cksum ${hex(written, 4)} (correct)`;
  return `, cksum ${hex(written, 4)} (incorrect -> ${hex(rightChecksum(written, sum), 4)})`;
}

function optionsText(octets: OctetReader, from: number, end: number, origin: Origin): string {
  const texts: string[] = [];
  for (let at = from; at < end; ) {
    const kind = octets.byte(at);
    const size = kind < 2 ? 1 : octets.byte(at + 1);
    if (size < 1 || at + size > end || (kind > 1 && size < 2)) {
      texts.push(`${OPTION_NAMES.get(kind) ?? `unknown-${kind}`}[bad opt]`);
      break;
    }
    texts.push(optionText(octets, at, kind, size, origin));
    if (kind === 0) break;
    at += size;
  }
  return texts.join(",");
}

/** Of RFC 6994's options for experiments the first two octets say which; a FULLNAT director's TOA has the client's port there. */
const EXPERIMENT = 254;

const OPTION_NAMES: ReadonlyMap<number, string> = new Map([
  [0, "eol"],
  [1, "nop"],
  [2, "mss"],
  [3, "wscale"],
  [4, "sackOK"],
  [5, "sack"],
  [8, "TS"],
  [19, "md5"],
  [28, "uto"],
  [34, "tfo"],
  [EXPERIMENT, "exp"],
]);

function optionText(
  octets: OctetReader,
  at: number,
  kind: number,
  size: number,
  { sack }: Origin,
): string {
  const name = OPTION_NAMES.get(kind) ?? `unknown-${kind}`;
  if (kind === 2 && size === 4) return `mss ${octets.short(at + 2)}`;
  if (kind === 3 && size === 3) return `wscale ${octets.byte(at + 2)}`;
  if (kind === 8 && size === 10) return `TS val ${octets.word(at + 2)} ecr ${octets.word(at + 6)}`;
  if (kind === 5 && (size - 2) % 8 === 0) {
    let blocks = "";
    for (let block = at + 2; block < at + size; block += 8)
      blocks += `{${(octets.word(block) - sack) >>> 0}:${(octets.word(block + 4) - sack) >>> 0}}`;
    return `sack ${(size - 2) / 8} ${blocks}`;
  }
  if (kind < 2 || kind === 4) return name;
  if (kind === EXPERIMENT)
    return size < 4 ? `${name}[bad opt]` : `${name}-${hex(octets.short(at + 2), 4).slice(2)}`;
  let data = "";
  for (let i = 2; i < size; i++)
    data += octets
      .byte(at + i)
      .toString(16)
      .padStart(2, "0");
  return size > 2 ? `${name} 0x${data}` : name;
}
