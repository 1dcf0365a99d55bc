/** The tests of the pcap filter language on one packet: hosts, networks, ports, protocols, link addresses. */
import { BROADCAST_MAC, type MacAddress } from "@lvsim/core";
import { CaptureLink } from "../packet.ts";
import { FilterProblem } from "./tokens.ts";
import { ARP, IPV4, IPV6, type LinkLayout, type PacketView, type Predicate, RARP } from "./view.ts";

/** Which end of a packet is meant. */
export type Direction = "either" | "src" | "dst" | "both";

export const and =
  (left: Predicate, right: Predicate): Predicate =>
  (packet) =>
    left(packet) && right(packet);
export const or =
  (left: Predicate, right: Predicate): Predicate =>
  (packet) =>
    left(packet) || right(packet);
export const not =
  (inner: Predicate): Predicate =>
  (packet) =>
    !inner(packet);

export const never: Predicate = () => false;

/** Joins the tests of the two ends as `direction` says. */
function ends(direction: Direction, source: Predicate, destination: Predicate): Predicate {
  if (direction === "src") return source;
  if (direction === "dst") return destination;
  return direction === "both" ? and(source, destination) : or(source, destination);
}

/** Octets of the IPv4 header at `network`. */
const headerLength = (packet: PacketView, network: number): number =>
  (packet.byte(network) & 0xf) * 4;

const isFirstFragment =
  (network: number): Predicate =>
  (packet) =>
    (packet.short(network + 6) & 0x1fff) === 0;

/** An address (`mask` −1) or a network, of IP, ARP or RARP packets: those of `families`. */
export function network(
  layout: LinkLayout,
  families: readonly number[],
  direction: Direction,
  address: number,
  mask: number,
): Predicate {
  const { network: at } = layout;
  const wanted = (address & mask) >>> 0;
  const field =
    (offset: number): Predicate =>
    (packet) =>
      (packet.word(at + offset) & mask) >>> 0 === wanted;
  const tests = families.map((family) => {
    const [source, destination] = family === IPV4 ? [12, 16] : [14, 24];
    return and(layout.isType(family), ends(direction, field(source), field(destination)));
  });
  return tests.reduce(or);
}

export const ALL_FAMILIES: readonly number[] = [IPV4, ARP, RARP];

/** IP packets of this protocol, of either version. */
export function ipProtocol(layout: LinkLayout, protocol: number): Predicate {
  return or(ip4Protocol(layout, protocol), ip6Protocol(layout, protocol));
}

export function ip4Protocol(layout: LinkLayout, protocol: number): Predicate {
  const { network: at } = layout;
  return and(layout.isType(IPV4), (packet) => packet.byte(at + 9) === protocol);
}

function ip6Protocol(layout: LinkLayout, protocol: number): Predicate {
  const { network: at } = layout;
  return and(layout.isType(IPV6), (packet) => packet.byte(at + 6) === protocol);
}

const PORT_PROTOCOLS: readonly number[] = [6, 17, 132];

/** Ports from `first` to `last` of the protocols, or of all that have ports. */
export function ports(
  layout: LinkLayout,
  protocol: number | null,
  direction: Direction,
  first: number,
  last: number,
): Predicate {
  const { network: at } = layout;
  const protocols = protocol === null ? PORT_PROTOCOLS : [protocol];
  const inRange = (port: number): boolean => port >= first && port <= last;
  const field4 =
    (offset: number): Predicate =>
    (packet) =>
      inRange(packet.short(at + headerLength(packet, at) + offset));
  const field6 =
    (offset: number): Predicate =>
    (packet) =>
      inRange(packet.short(at + 40 + offset));
  const is4: Predicate = (packet) => protocols.includes(packet.byte(at + 9));
  const is6: Predicate = (packet) => protocols.includes(packet.byte(at + 6));
  const whole = and(is4, isFirstFragment(at));
  return or(
    and(layout.isType(IPV4), and(whole, ends(direction, field4(0), field4(2)))),
    and(layout.isType(IPV6), and(is6, ends(direction, field6(0), field6(2)))),
  );
}

const mac = (packet: PacketView, at: number): number =>
  packet.short(at) * 2 ** 32 + packet.word(at + 2);

function needsEthernet(layout: LinkLayout): void {
  if (layout.link !== CaptureLink.ethernet)
    throw new FilterProblem(
      "ethernet addresses supported only on ethernet/FDDI/token ring/802.11/ATM LANE/Fibre Channel",
    );
}

export function etherHost(
  layout: LinkLayout,
  direction: Direction,
  address: MacAddress,
): Predicate {
  needsEthernet(layout);
  return ends(
    direction,
    (packet) => mac(packet, 6) === address,
    (packet) => mac(packet, 0) === address,
  );
}

export function etherBroadcast(layout: LinkLayout): Predicate {
  if (layout.link !== CaptureLink.ethernet) throw new FilterProblem("not a broadcast link");
  return etherHost(layout, "dst", BROADCAST_MAC);
}

export function etherMulticast(layout: LinkLayout): Predicate {
  if (layout.link !== CaptureLink.ethernet)
    throw new FilterProblem(
      "link-layer multicast filters supported only on ethernet/FDDI/token ring/ARCNET/802.11/ATM LANE/Fibre Channel",
    );
  return (packet) => (packet.byte(0) & 1) !== 0;
}

/** The host part of the destination is all ones or all zeros, in the interface's own network. */
export function ipBroadcast(layout: LinkLayout): Predicate {
  const { netmask, network: at } = layout;
  const host = ~netmask;
  return and(layout.isType(IPV4), (packet) => {
    const part = packet.word(at + 16) & host;
    return part === 0 || part === host;
  });
}

export function ipMulticast(layout: LinkLayout): Predicate {
  const { network: at } = layout;
  return and(layout.isType(IPV4), (packet) => packet.byte(at + 16) >= 224);
}

const VLAN_TYPES: readonly number[] = [0x8100, 0x88a8, 0x9100];

/** A tagged frame, perhaps of one VLAN; what stands behind it in the filter looks behind the tag. */
export function vlan(layout: LinkLayout, id: number | null): Predicate {
  if (layout.link !== CaptureLink.ethernet && layout.fromFile)
    throw new FilterProblem("no VLAN support for this data link type");
  if (!layout.fromFile)
    return ({ vlanTag }) => vlanTag >= 0 && (id === null || (vlanTag & 0xfff) === id);
  const at = layout.network - 2;
  layout.shift += 4;
  return (packet) =>
    VLAN_TYPES.includes(packet.short(at)) && (id === null || (packet.short(at + 2) & 0xfff) === id);
}
