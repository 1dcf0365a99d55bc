/** Switches know where stations are. */
import { formatMacAddress, type Link, type MacAddress } from "@lvsim/core";
import type { Lab } from "@lvsim/scenarios";
import type { Goal } from "../eventually.ts";

/** The cable of the machine's device with this link address; undefined when none has it. */
function cableOf({ simulation }: Lab, mac: MacAddress): Link | undefined {
  const devices: readonly unknown[] = simulation.namespaces.flatMap((host) =>
    host.devices().filter((device) => device.mac === mac),
  );
  return simulation.links.find(
    ({ a, b }) => devices.includes(a.owner) || devices.includes(b.owner),
  );
}

/** Whatever a switch has learnt, the station is behind that port; stations that no machine of the lab is do not count. */
export const switchesKnow: Goal = {
  name: "switches know where stations are",
  missing(lab) {
    for (const { name, database, ports } of lab.simulation.switches)
      for (const { mac, port } of database.list(lab.now)) {
        const cable = cableOf(lab, mac);
        if (cable !== undefined && ports[port]?.cable?.link !== cable)
          return `${name} has ${formatMacAddress(mac)} behind ${ports[port]?.name}`;
      }
    return null;
  },
};
