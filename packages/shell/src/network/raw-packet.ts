/**
 * A raw socket's way out (`raw(7)`, `ip_append_data`): a packet of the caller's making is given route, source, length,
 * identification and DF as IP_MTU_DISCOVER says, and sent like any packet of the host's own.
 */
import {
  countType,
  Errno,
  FragmentField,
  type Frame,
  IpProtocol,
  type Ipv4Address,
  type NetworkNamespace,
  packetLength,
  type Route,
} from "@lvsim/core";

/** What IP_MTU_DISCOVER asks for: `probe` is DF whatever was learnt, as long as the device can send it. */
export type PathMtuDiscovery = "dont" | "want" | "do" | "probe";

export interface RawWay {
  /** SO_BINDTODEVICE: an interface index; 0 for none. */
  readonly outputInterface: number;
  readonly discovery: PathMtuDiscovery;
}

/** How sending went: 0, or an errno; with EMSGSIZE the MTU that was too small, which a real socket's error queue tells. */
export interface RawOutcome {
  readonly errno: number;
  readonly mtu: number;
}

const PACKET_MAX = 65_535;

/** The route of a packet to `destination` as a socket bound to `source` and `outputInterface` gets it, or −errno. */
const rawRoute = (
  { ip }: NetworkNamespace,
  frame: Frame,
  outputInterface: number,
): Route | number =>
  ip.routeOutput(frame.destination, frame.source, outputInterface, frame.mark, frame.tos & 0x1e);

/** The TTL of packets whose sender names none. */
export const defaultTtl = ({ config }: NetworkNamespace): number =>
  Number(config.sysctls.values["net/ipv4/ip_default_ttl"] ?? 64);

/** Sends `frame`, of which everything is set but route, length, identification and DF; a source of 0 is chosen. */
export function sendRaw(network: NetworkNamespace, frame: Frame, way: RawWay): RawOutcome {
  const { ip } = network;
  const route = rawRoute(network, frame, way.outputInterface);
  if (typeof route === "number") return { errno: -route, mtu: 0 };
  if (frame.source === 0) frame.source = ip.sourceFor(route, frame.destination) as Ipv4Address;
  frame.length = packetLength(frame);
  const mtu = mtuFor(network, frame, route, way.discovery);
  const refusesFragments = way.discovery === "do" || way.discovery === "probe";
  if (frame.length > PACKET_MAX) return { errno: Errno.EMSGSIZE, mtu: 0 };
  if (refusesFragments && frame.length > mtu) return { errno: Errno.EMSGSIZE, mtu };
  if (refusesFragments || (way.discovery === "want" && frame.length <= mtu))
    frame.fragment = FragmentField.dontFragment;
  if (!refusesFragments) frame.identification = ip.nextIdentification(frame.destination);
  frame.route = route;
  if (frame.protocol === IpProtocol.icmp) countType(network.counters.icmpOut, frame.icmpType);
  ip.output(frame);
  return { errno: 0, mtu: 0 };
}

function mtuFor(
  network: NetworkNamespace,
  frame: Frame,
  route: Route,
  discovery: PathMtuDiscovery,
): number {
  if (discovery === "probe") return network.device(route.device)?.mtu ?? 0;
  return network.ip.mtuOf(route, frame.destination);
}
