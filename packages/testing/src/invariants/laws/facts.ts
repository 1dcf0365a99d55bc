/** What several invariants ask of a host or a frame. */
import {
  type ConnectionTracking,
  type DeviceKind,
  FragmentField,
  type Frame,
  type HostDevice,
  type Ipv4Address,
  type NetworkNamespace,
} from "@lvsim/core";

export const OFFSET = FragmentField.offsetMask;

export const isPart = (frame: Frame): boolean =>
  (frame.fragment & (OFFSET | FragmentField.moreFragments)) !== 0;

/** Devices that stand on others or join two: a frame passes several of them. */
const STACKED_KINDS: readonly DeviceKind[] = ["bridge", "vlan", "macvlan", "veth"];
/** Those, and tunnels that carry frames. */
const WINDING_KINDS: readonly DeviceKind[] = [...STACKED_KINDS, "gretap", "erspan"];

/** Whether each packet that comes to the host comes by one device, and goes by one. */
export const isPlain = (host: NetworkNamespace): boolean =>
  host.devices().every(({ kind }) => !STACKED_KINDS.includes(kind));
/** Whether what passes the device passes others as well. */
export const isWinding = ({ kind }: HostDevice): boolean => WINDING_KINDS.includes(kind);

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
