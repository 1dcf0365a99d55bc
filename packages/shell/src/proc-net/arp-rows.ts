/** The neighbours as /proc/net/arp and the ioctls of `arp` tell them: all but those without a state or a need of one, and the proxies. */
import {
  formatMacAddress,
  type Ipv4Address,
  listNeighbours,
  NeighbourState,
  type NetworkNamespace,
  VALID,
} from "@lvsim/core";

export interface ArpRow {
  readonly address: Ipv4Address;
  /** ARPHRD_*: 1 for Ethernet. */
  readonly hardware: number;
  /** `00:00:00:00:00:00` when it is not known. */
  readonly mac: string;
  readonly device: string;
  /** ATF_COM: the link address is known. */
  readonly complete: boolean;
  /** ATF_PERM. */
  readonly permanent: boolean;
  /** ATF_PUBL: a proxy entry. */
  readonly published: boolean;
}

const LISTED = 0xff & ~NeighbourState.noArp;
const ETHERNET = 1;
const LOOPBACK = 772;
const UNKNOWN = "00:00:00:00:00:00";

export function arpRows(network: NetworkNamespace): readonly ArpRow[] {
  const everything = {
    device: null,
    network: 0 as Ipv4Address,
    prefixLength: 0,
    states: LISTED,
  };
  const rows: ArpRow[] = listNeighbours(network.neighbours, everything).map((entry) => ({
    address: entry.address,
    hardware: entry.device.loopback ? LOOPBACK : ETHERNET,
    mac: entry.linkAddress === null ? UNKNOWN : formatMacAddress(entry.linkAddress),
    device: entry.device.name,
    complete: (entry.state & VALID) !== 0,
    permanent: entry.state === NeighbourState.permanent,
    published: false,
  }));
  for (const { address, device } of network.proxies.list())
    rows.push({
      address,
      hardware: ETHERNET,
      mac: UNKNOWN,
      device: network.devices().find(({ index }) => index === device)?.name ?? "*",
      complete: false,
      permanent: true,
      published: true,
    });
  return rows;
}
