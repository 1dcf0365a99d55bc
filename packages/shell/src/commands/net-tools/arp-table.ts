/** The neighbours as /proc/net/arp tells them: all but those without a state or a need of one, and the proxies. */
import {
  formatMacAddress,
  type Ipv4Address,
  listNeighbours,
  NeighbourState,
  VALID,
} from "@lvsim/core";
import type { CommandNetwork } from "../network.ts";

export interface ArpRow {
  readonly address: Ipv4Address;
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
const UNKNOWN = "00:00:00:00:00:00";

export function arpRows(network: CommandNetwork): readonly ArpRow[] {
  const everything = {
    device: null,
    network: 0 as Ipv4Address,
    prefixLength: 0,
    states: LISTED,
  };
  const rows: ArpRow[] = listNeighbours(network.neighbours, everything).map((entry) => ({
    address: entry.address,
    mac: entry.linkAddress === null ? UNKNOWN : formatMacAddress(entry.linkAddress),
    device: entry.device.name,
    complete: (entry.state & VALID) !== 0,
    permanent: entry.state === NeighbourState.permanent,
    published: false,
  }));
  for (const { address, device } of network.proxies.list())
    rows.push({
      address,
      mac: UNKNOWN,
      device: network.devices().find(({ index }) => index === device)?.name ?? "*",
      complete: false,
      permanent: true,
      published: true,
    });
  return rows;
}
