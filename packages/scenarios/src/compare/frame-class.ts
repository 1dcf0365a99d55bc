/**
 * What a captured frame is, without what differs from run to run: ephemeral ports, identifications, sequence numbers,
 * windows, timestamps, payload. Machines stand for their MAC addresses. How often a class must be there depends on time:
 *   - `count`: what opens, ends or refuses something comes as often as it is asked for;
 *   - `presence`: acknowledgements and data are joined or split as time has it, ARP repeats itself.
 * Not compared: unicast ARP requests and what they are answered, with which a kernel checks its neighbours when chance says so.
 */
import {
  ArpOperation,
  decodeFrame,
  EtherType,
  FragmentField,
  type Frame,
  formatIpv4Address,
  formatMacAddress,
  IpProtocol,
  type MacAddress,
  type PcapFile,
  TcpFlag,
} from "@lvsim/core";

interface FrameClass {
  readonly text: string;
  readonly rule: "count" | "presence";
}

/** Ports that Linux gives out by itself (net.ipv4.ip_local_port_range). */
const EPHEMERAL_MIN = 32_768;
const EPHEMERAL_MAX = 60_999;
const BROADCAST = 0xffffffffffff;

/** null for what is neither ARP nor IPv4. */
function frameClass(frame: Frame, nameOf: (mac: MacAddress) => string): FrameClass | null {
  const { etherType, destinationMac, sourceMac } = frame;
  if (etherType !== EtherType.arp && etherType !== EtherType.ipv4) return null;
  const to = destinationMac === BROADCAST ? "everyone" : nameOf(destinationMac);
  const way = `${nameOf(sourceMac)} → ${to}`;
  if (etherType === EtherType.arp) {
    const [source, target] = [frame.source, frame.destination].map(formatIpv4Address);
    const text =
      frame.arpOperation === ArpOperation.request
        ? `ARP request of ${source} for ${target}`
        : `ARP reply: ${source} is at ${nameOf(frame.arpSenderMac)}`;
    return { text: `${text}, ${way}`, rule: "presence" };
  }
  return { text: `${packetText(frame)}, ${way}`, rule: ruleOf(frame) };
}

export interface ClassedPacket extends FrameClass {
  readonly at: number;
}

/** The packets of a capture that are compared, in order. */
export function classesIn(
  { packets }: PcapFile,
  nameOf: (mac: MacAddress) => string,
): ClassedPacket[] {
  /** Addresses that somebody asks for, by who asks, and whether the last question was a check. */
  const checks = new Map<string, boolean>();
  return packets.flatMap(({ at, octets }) => {
    const frame = decodeFrame(octets, 0);
    const { etherType, arpOperation, source, destination, destinationMac } = frame;
    if (etherType === EtherType.arp) {
      const isRequest = arpOperation === ArpOperation.request;
      const key = isRequest ? `${source} ${destination}` : `${destination} ${source}`;
      if (isRequest) checks.set(key, destinationMac !== BROADCAST);
      if (checks.get(key) === true) return [];
    }
    const found = frameClass(frame, nameOf);
    return found === null ? [] : [{ at, ...found }];
  });
}

export const macNames = (
  plugs: readonly { readonly host: string; readonly device: string; readonly mac: string }[],
): ((mac: MacAddress) => string) => {
  const names = new Map(plugs.map(({ host, device, mac }) => [mac, `${host}.${device}`]));
  return (mac) => names.get(formatMacAddress(mac)) ?? "another device";
};

function ruleOf({ protocol, tcpFlags, payloadLength }: Frame): FrameClass["rule"] {
  if (protocol !== IpProtocol.tcp) return protocol === IpProtocol.ipip ? "presence" : "count";
  const marks = TcpFlag.syn | TcpFlag.rst;
  // a FIN may come with the last data or after it
  return (tcpFlags & marks) !== 0 && payloadLength === 0 ? "count" : "presence";
}

const FLAGS = [
  ["SYN", TcpFlag.syn],
  ["FIN", TcpFlag.fin],
  ["RST", TcpFlag.rst],
  ["ACK", TcpFlag.ack],
] as const;

const NAMES: ReadonlyMap<number, string> = new Map<number, string>([
  [IpProtocol.udp, "UDP"],
  [IpProtocol.ipip, "IPIP"],
  [IpProtocol.gre, "GRE"],
  [IpProtocol.sctp, "SCTP"],
]);

function packetText(frame: Frame): string {
  const { source, destination, ttl, tos, fragment, inner } = frame;
  const ends = `${formatIpv4Address(source)}${port(frame, frame.sourcePort)} → ${formatIpv4Address(destination)}${port(frame, frame.destinationPort)}`;
  const marks = [
    `TTL ${ttl}`,
    ...(tos === 0 ? [] : [`TOS ${tos}`]),
    ...((fragment & FragmentField.dontFragment) === 0 ? [] : ["DF"]),
    ...((fragment & ~FragmentField.dontFragment) === 0 ? [] : ["a fragment"]),
  ];
  const about = inner === null ? "" : ` [${packetText(inner)}]`;
  return `${kindOf(frame)} ${ends}, ${marks.join(", ")}${about}`;
}

function kindOf({ protocol, tcpFlags, icmpType, icmpCode }: Frame): string {
  if (protocol === IpProtocol.tcp) {
    const flags = FLAGS.filter(([, bit]) => (tcpFlags & bit) !== 0).map(([name]) => name);
    return `TCP ${flags.join()}`.trimEnd();
  }
  if (protocol === IpProtocol.icmp) return `ICMP ${icmpType}/${icmpCode}`;
  return NAMES.get(protocol) ?? `protocol ${protocol}`;
}

function port({ protocol }: Frame, number: number): string {
  if (protocol !== IpProtocol.tcp && protocol !== IpProtocol.udp && protocol !== IpProtocol.sctp)
    return "";
  return number >= EPHEMERAL_MIN && number <= EPHEMERAL_MAX ? ":*" : `:${number}`;
}
