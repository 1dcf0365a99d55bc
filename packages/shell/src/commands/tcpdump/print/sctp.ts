/**
 * SCTP (RFC 9260) in `tcpdump`'s words: ports are numbers always. Left out: names of payload protocols, ForCES, gaps of a
 * SACK, and payload itself, which the real one shows with -vv.
 */
import type { OctetReader } from "../packet.ts";
import type { Content } from "./content.ts";
import { hex, type Printer } from "./style.ts";

const HEADER_LENGTH = 12;
const CHUNK_HEADER_LENGTH = 4;

const CHUNKS = [
  "DATA",
  "INIT",
  "INIT ACK",
  "SACK",
  "HB REQ",
  "HB ACK",
  "ABORT",
  "SHUTDOWN",
  "SHUTDOWN ACK",
  "OP ERR",
  "COOKIE ECHO",
  "COOKIE ACK",
  "ECNE",
  "CWR",
  "SHUTDOWN COMPLETE",
  "AUTH",
] as const;

export function sctpText(printer: Printer, octets: OctetReader, content: Content): string {
  const { end, from, ip } = content;
  if (end < from + HEADER_LENGTH) return `[length ${end - from} < ${HEADER_LENGTH}] (invalid)`;
  if (octets.octets.length < from + HEADER_LENGTH) return " [|sctp]";
  const source = `${printer.host(octets, ip + 12)}.${octets.short(from)}`;
  const destination = `${printer.host(octets, ip + 16)}.${octets.short(from + 2)}`;
  return `${source} > ${destination}: sctp${chunksText(printer, octets, from + HEADER_LENGTH, end)}`;
}

function chunksText(printer: Printer, octets: OctetReader, from: number, end: number): string {
  const lines = printer.style.verbose > 1;
  let text = "";
  for (let at = from, count = 1; at < end; count++) {
    const head = `${lines ? "\n\t" : count === 1 ? " (" : ", ("}${count}) `;
    if (end - at < CHUNK_HEADER_LENGTH)
      return `${text}${head}[chunk descriptor cut off at end of packet]`;
    if (octets.octets.length < at + CHUNK_HEADER_LENGTH) return `${text} [|sctp]`;
    const length = octets.short(at + 2);
    if (length < CHUNK_HEADER_LENGTH)
      return `${text}${head}[Bad chunk length ${length}, < size of chunk descriptor]`;
    if (octets.octets.length < at + length) return `${text} [|sctp]`;
    const type = octets.byte(at);
    const name = CHUNKS[type] ?? `Unknown chunk type: ${hex(type)}`;
    text += `${head}[${name}] ${detailText(octets, at, type, length)}`;
    at += (length + 3) & ~3;
  }
  return text;
}

/** What a chunk says beyond its type. */
function detailText(octets: OctetReader, at: number, type: number, length: number): string {
  const from = at + CHUNK_HEADER_LENGTH;
  const here = length - CHUNK_HEADER_LENGTH;
  const lacks = (wanted: number): string | null =>
    here < wanted ? `[chunk length ${here} < ${wanted}] (invalid)` : null;
  switch (CHUNKS[type]) {
    case "DATA":
      return flagsText(octets.byte(at + 1)) + (lacks(12) ?? dataText(octets, from));
    case "INIT":
    case "INIT ACK":
      return lacks(16) ?? initText(octets, from);
    case "SACK":
      return lacks(12) ?? sackText(octets, from);
    default:
      return "";
  }
}

function flagsText(flags: number): string {
  const names = `${flags & 4 ? "(U)" : ""}${flags & 2 ? "(B)" : ""}${flags & 1 ? "(E)" : ""}`;
  return names === "" ? "" : `${names} `;
}

const dataText = (octets: OctetReader, at: number): string =>
  `[TSN: ${octets.word(at)}] [SID: ${octets.short(at + 4)}] [SSEQ ${octets.short(at + 6)}] ` +
  `[PPID ${hex(octets.word(at + 8))}] `;

const initText = (octets: OctetReader, at: number): string =>
  `[init tag: ${octets.word(at)}] [rwnd: ${octets.word(at + 4)}] [OS: ${octets.short(at + 8)}] ` +
  `[MIS: ${octets.short(at + 10)}] [init TSN: ${octets.word(at + 12)}] `;

const sackText = (octets: OctetReader, at: number): string =>
  `[cum ack ${octets.word(at)}] [a_rwnd ${octets.word(at + 4)}] ` +
  `[#gap acks ${octets.short(at + 8)}] [#dup tsns ${octets.short(at + 10)}] `;
