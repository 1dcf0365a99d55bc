/** A LOG line in the form in which recordings hold it; the prefix names namespace, table and chain. */
import { formatIpv4Address, IpProtocol, type LogEntry, TcpFlag } from "@lvsim/core";
import type { JsonObject } from "./recording.ts";

const PROTOCOLS = new Map<number, string>([
  [IpProtocol.icmp, "ICMP"],
  [IpProtocol.tcp, "TCP"],
  [IpProtocol.udp, "UDP"],
]);

const LETTERS = [
  [TcpFlag.ack, "A"],
  [TcpFlag.psh, "P"],
  [TcpFlag.rst, "R"],
  [TcpFlag.syn, "S"],
  [TcpFlag.fin, "F"],
] as const;

/** A before P, F and R, but SA. */
function flagsText(flags: number): string {
  if ((flags & TcpFlag.syn) !== 0) return (flags & TcpFlag.ack) !== 0 ? "SA" : "S";
  return LETTERS.filter(([bit]) => (flags & bit) !== 0)
    .map(([, letter]) => letter)
    .join("");
}

export function logJson(ns: string, entry: LogEntry): JsonObject {
  const [, table = "", chain = ""] = entry.prefix.split("|");
  return {
    ns,
    table,
    chain,
    in: entry.input === "" ? null : entry.input,
    out: entry.output === "" ? null : entry.output,
    src: formatIpv4Address(entry.source),
    dst: formatIpv4Address(entry.destination),
    ttl: entry.ttl,
    proto: PROTOCOLS.get(entry.protocol) ?? String(entry.protocol),
    ...transport(entry),
  };
}

function transport(entry: LogEntry): JsonObject {
  const { sourcePort: sport, destinationPort: dport } = entry;
  if (entry.protocol === IpProtocol.tcp) return { sport, dport, flags: flagsText(entry.tcpFlags) };
  if (entry.protocol === IpProtocol.udp) return { sport, dport };
  if (entry.protocol === IpProtocol.icmp) return { type: entry.icmpType, code: entry.icmpCode };
  return {};
}
