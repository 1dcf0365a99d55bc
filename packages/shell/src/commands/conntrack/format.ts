/**
 * Flows as libnetfilter_conntrack prints them: the line of `conntrack -L`, the same as an event, XML, and the options
 * that would make the flow again (`-o save`).
 */
import {
  ConnectionStatus,
  type FlowTuple,
  formatIpv4Address,
  IpProtocol,
  JIFFIES_PER_SECOND,
  TRACKED_TCP_STATE_NAMES,
  type TrackedConnection,
} from "@lvsim/core";
import { ctime } from "../iptables/ctime.ts";

const PROTOCOL_NAMES: ReadonlyMap<number, string> = new Map([
  [IpProtocol.icmp, "icmp"],
  [IpProtocol.tcp, "tcp"],
  [IpProtocol.udp, "udp"],
  [IpProtocol.gre, "gre"],
  [IpProtocol.sctp, "sctp"],
]);

const hasPorts = (protocol: number): boolean =>
  protocol === IpProtocol.tcp || protocol === IpProtocol.udp || protocol === IpProtocol.sctp;

const protocolName = (protocol: number): string => PROTOCOL_NAMES.get(protocol) ?? "unknown";

export interface FlowStyle {
  /** -o extended: the layer 3 protocol too. */
  readonly extended: boolean;
  readonly id: boolean;
  /** -o ktimestamp: when it began. */
  readonly began: boolean;
  /** What `use=` shows; 0 leaves it out, as events do. */
  readonly uses: number;
  /** An event says nothing of a mark that is 0. */
  readonly zeroMark: boolean;
  readonly counters: boolean;
}

/** The clocks that flows are printed by. */
export interface FlowClock {
  readonly jiffies: number;
  /** Nanoseconds of simulated time. */
  readonly now: number;
  /** Seconds since 1970 at the start of simulated time. */
  readonly epoch: number;
}

/** Seconds that a flow still has. */
const secondsLeft = ({ timeout }: TrackedConnection, { jiffies }: FlowClock): number =>
  Math.max(0, Math.floor((timeout - jiffies) / JIFFIES_PER_SECOND));

/** The kernel's ids are hashes with a random key. */
const idOf = ({ id }: TrackedConnection): number => Math.imul(id, 0x9e3779b1) >>> 0;

/** Of the protocol: ports, or what ICMP has instead; ends with a blank unless it is empty. */
function keyWords({ protocol, sourcePort, destinationPort }: FlowTuple): string {
  switch (protocol) {
    case IpProtocol.tcp:
    case IpProtocol.udp:
    case IpProtocol.sctp:
      return `sport=${sourcePort} dport=${destinationPort} `;
    case IpProtocol.icmp:
      return `type=${destinationPort >> 8} code=${destinationPort & 255} id=${sourcePort} `;
    case IpProtocol.gre:
      return `srckey=0x${sourcePort.toString(16)} dstkey=0x${destinationPort.toString(16)} `;
    default:
      return "";
  }
}

function tupleWords(tuple: FlowTuple, counters: boolean): string {
  const { source, destination, packets, octets } = tuple;
  const addresses = `src=${formatIpv4Address(source)} dst=${formatIpv4Address(destination)} `;
  const counted = counters ? `packets=${packets} bytes=${octets} ` : "";
  return addresses + keyWords(tuple) + counted;
}

/** One line, without what goes before an event and without a newline. */
export function flowLine(
  connection: TrackedConnection,
  clock: FlowClock,
  style: FlowStyle,
): string {
  const { original, answer, status, tcp, mark, startedAt } = connection;
  const { protocol } = original;
  const counters = style.counters && connection.counts;
  const left = secondsLeft(connection, clock);
  let text = style.extended ? `${"ipv4".padEnd(8)} 2 ` : "";
  text += `${protocolName(protocol).padEnd(8)} ${protocol} `;
  // what has expired is told of without its time
  if (style.uses > 0 || left > 0) text += `${left} `;
  if (tcp !== null) text += `${TRACKED_TCP_STATE_NAMES[tcp.state]} `;
  text += tupleWords(original, counters);
  if ((status & ConnectionStatus.seenReply) === 0) text += "[UNREPLIED] ";
  text += tupleWords(answer, counters);
  if ((status & ConnectionStatus.assured) !== 0) text += "[ASSURED] ";
  if (style.zeroMark || mark !== 0) text += `mark=${mark >>> 0} `;
  if (startedAt >= 0 && style.counters) {
    text += `delta-time=${Math.floor((clock.now - startedAt) / 1e9)} `;
    if (style.began) text += `[start=${ctime(clock.epoch + Math.floor(startedAt / 1e9))}] `;
  }
  if (style.uses > 0) text += `use=${style.uses} `;
  if (style.id) text += `id=${idOf(connection)} `;
  return text.trimEnd();
}

function xmlTuple(tuple: FlowTuple, direction: string): string {
  const { source, destination, protocol, sourcePort, destinationPort } = tuple;
  const ports = hasPorts(protocol)
    ? `<sport>${sourcePort}</sport><dport>${destinationPort}</dport>`
    : "";
  return (
    `<meta direction="${direction}"><layer3 protonum="2" protoname="ipv4">` +
    `<src>${formatIpv4Address(source)}</src><dst>${formatIpv4Address(destination)}</dst></layer3>` +
    `<layer4 protonum="${protocol}" protoname="${protocolName(protocol)}">${ports}</layer4></meta>`
  );
}

export const XML_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<conntrack>\n';
export const XML_END = "</conntrack>\n";

/** One element, without a newline. */
export function flowXml(connection: TrackedConnection, clock: FlowClock): string {
  const { original, answer, status, tcp, mark } = connection;
  const state = tcp === null ? "" : `<state>${TRACKED_TCP_STATE_NAMES[tcp.state]}</state>`;
  const unreplied = (status & ConnectionStatus.seenReply) === 0 ? "<unreplied/>" : "";
  const assured = (status & ConnectionStatus.assured) !== 0 ? "<assured/>" : "";
  return (
    `<flow>${xmlTuple(original, "original")}${xmlTuple(answer, "reply")}` +
    `<meta direction="independent">${state}<timeout>${secondsLeft(connection, clock)}</timeout>` +
    `<mark>${mark >>> 0}</mark><use>1</use><id>${idOf(connection)}</id>${unreplied}${assured}</meta></flow>`
  );
}

/** The options of `conntrack -A`. */
export function flowOptions(connection: TrackedConnection, clock: FlowClock): string {
  const { original, answer, status, tcp } = connection;
  const { protocol } = original;
  const words: string[] = [];
  if ((status & ConnectionStatus.seenReply) !== 0) words.push("SEEN_REPLY");
  if ((status & ConnectionStatus.assured) !== 0) words.push("ASSURED");
  let text = `-A -t ${secondsLeft(connection, clock)} -u ${words.join(",") || "UNSET"}`;
  text += ` -s ${formatIpv4Address(original.source)} -d ${formatIpv4Address(original.destination)}`;
  text += ` -r ${formatIpv4Address(answer.source)} -n ${formatIpv4Address(answer.destination)}`;
  text += ` -p ${protocolName(protocol)}`;
  if (protocol === IpProtocol.icmp) {
    const { sourcePort, destinationPort } = original;
    return `${text} --icmp-type ${destinationPort >> 8} --icmp-code ${destinationPort & 255} --icmp-id ${sourcePort}`;
  }
  if (hasPorts(protocol)) {
    text += ` --sport ${original.sourcePort} --dport ${original.destinationPort}`;
    text += ` --reply-port-src ${answer.sourcePort} --reply-port-dst ${answer.destinationPort}`;
  }
  return tcp === null ? text : `${text} --state ${TRACKED_TCP_STATE_NAMES[tcp.state]}`;
}

/** As /proc/net/nf_conntrack has it. */
export const procLine = (connection: TrackedConnection, clock: FlowClock): string => {
  const style = {
    extended: true,
    id: false,
    began: false,
    uses: 2,
    zeroMark: true,
    counters: true,
  };
  return `${flowLine(connection, clock, style).replace(/ use=2$/, " zone=0 use=2")}\n`;
};
