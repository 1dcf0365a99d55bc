/** Neighbour tables say what is so. */
import {
  assert,
  formatIpv4Address,
  formatMacAddress,
  type HostDevice,
  type Ipv4Address,
  type MacAddress,
  NeighbourState,
  type NetworkNamespace,
  parseIpv4Address,
} from "@lvsim/core";
import type { Lab } from "@lvsim/scenarios";
import type { Goal } from "../eventually.ts";

/** NUD_VALID but for NOARP: a link address is known, however surely. */
const VALID: readonly number[] = [
  NeighbourState.reachable,
  NeighbourState.stale,
  NeighbourState.delay,
  NeighbourState.probe,
  NeighbourState.permanent,
];

interface Belief {
  readonly host: NetworkNamespace;
  readonly address: Ipv4Address;
  readonly linkAddress: MacAddress;
  readonly text: string;
}

/**
 * Every valid entry of every machine's first network namespace. Those of devices without link addresses say nothing, and
 * those for addresses of the machine itself, which it had while another one owned the address, are not asked any more.
 */
function beliefsOf(lab: Lab): Belief[] {
  return lab.simulation.namespaces.flatMap((host) =>
    host.neighbours
      .entries()
      .filter(({ state, linkAddress }) => VALID.includes(state) && linkAddress !== 0)
      .filter(({ address }) => !owns(host, address))
      .map(({ address, linkAddress, device }) => {
        const where = `${host.name} has ${formatIpv4Address(address)} dev ${device.name}`;
        return { host, address, linkAddress, text: `${where} at ${formatMacAddress(linkAddress)}` };
      }),
  );
}

const deviceWith = (
  lab: Lab,
  mac: MacAddress,
): { readonly host: NetworkNamespace; readonly device: HostDevice } | undefined =>
  lab.simulation.namespaces
    .flatMap((host) => host.devices().map((device) => ({ host, device })))
    .find(({ device }) => device.mac === mac);

const owns = ({ config }: NetworkNamespace, address: Ipv4Address): boolean =>
  config.devices.some(({ addresses }) => addresses.some(({ local }) => local === address));

/** Whoever has a neighbour entry for an address has the link address of a machine that owns it. */
export const neighboursAgree: Goal = {
  name: "neighbour tables agree with the owners of addresses",
  missing(lab) {
    for (const { address, linkAddress, text } of beliefsOf(lab)) {
      const found = deviceWith(lab, linkAddress);
      if (found === undefined) return `${text}, where nobody is`;
      if (!owns(found.host, address))
        return `${text}, which is ${found.host.name}, who does not own it`;
    }
    return null;
  },
};

/** Whoever has a neighbour entry for the virtual address has the link address of that machine: nobody else draws it. */
export const vipIsAt = (vip: string, machine: string): Goal => ({
  name: `${vip} is at ${machine}`,
  missing(lab) {
    const wanted = parseIpv4Address(vip);
    assert(wanted !== undefined, `${vip} is no address`);
    for (const { address, linkAddress, text } of beliefsOf(lab)) {
      if (address !== wanted) continue;
      const found = deviceWith(lab, linkAddress);
      if (found?.host.name !== machine) return `${text}, which is ${found?.host.name ?? "nobody"}`;
    }
    return null;
  },
});
