/** What several invariants ask of a host or a frame. */
import {
  type ConnectionTracking,
  type DeviceKind,
  FragmentField,
  type Frame,
  type Ipv4Address,
  type NetworkNamespace,
} from "@lvsim/core";

export const OFFSET = FragmentField.offsetMask;

export const isPart = (frame: Frame): boolean =>
  (frame.fragment & (OFFSET | FragmentField.moreFragments)) !== 0;

/** Devices by which a packet leaves its host, or not at all. */
export const PLAIN_KINDS: readonly DeviceKind[] = ["ethernet", "loopback", "dummy", "ipip", "gre"];
export const TUNNEL_KINDS: readonly DeviceKind[] = ["ipip", "gre"];

/** RTN_LOCAL, RTN_BROADCAST, RTN_MULTICAST. */
const OURS: readonly number[] = [2, 3, 5];

/** Whether the host may take in a packet for this address. */
export const ownsAddress = (host: NetworkNamespace, address: Ipv4Address): boolean =>
  OURS.includes(host.router.addressType(address));

export const isDirector = ({ config }: NetworkNamespace): boolean =>
  config.ipvs.services.length > 0;

/** Whether it puts fragments together that only pass, to see their ports: for IPVS, or to track their connections. */
export const putsTogether = (host: NetworkNamespace): boolean =>
  isDirector(host) || tracked(host) !== null;

/** Connection tracking of the host; null while nothing there needs it. To ask must not load it. */
export const tracked = (host: NetworkNamespace): ConnectionTracking | null =>
  Object.keys(host.config.netfilter.tables).length > 0 ? host.netfilter.connections.loaded : null;
