/** All rules together: suspects in the order in which they are worth trying, each change once. */
import type { Evidence } from "./evidence.ts";
import { answersForVip, tooQuiet, wrongNeighbour } from "./rules/arp.ts";
import { firewall } from "./rules/firewall.ts";
import { keepalivedFiles } from "./rules/keepalived.ts";
import { listensElsewhere } from "./rules/listeners.ts";
import { takenAway } from "./rules/lost.ts";
import { emptyService, leftOutServer, oddMethod, wrongServer } from "./rules/members.ts";
import { mtu, tunnelDevice } from "./rules/paths.ts";
import { oddAddress, oddGateway, oddSysctl } from "./rules/peers.ts";
import { drainInstead, leftOut, notListening, redirectedPort } from "./rules/programs.ts";
import { astray, deviceDown, forwarding, gateway, gatewayOfNat, oddMask } from "./rules/routes.ts";
import { markedService, mergedPorts, staggered } from "./rules/service-lists.ts";
import {
  localAddresses,
  missingService,
  noUsableServer,
  otherMethod,
  secondDirector,
  serviceOptions,
  timeouts,
  wrongPort,
} from "./rules/services.ts";
import {
  changedConf,
  changedSwitches,
  ipvsSwitches,
  ownSource,
  redirects,
  reversePath,
} from "./rules/sysctls.ts";
import {
  clientAddress,
  elsewhere,
  needsSnat,
  sendRedirects,
  untracked,
} from "./rules/translation.ts";
import {
  duplicateAddress,
  missingOnDirector,
  missingOnServer,
  onTheWire,
  wideMask,
} from "./rules/vip.ts";
import type { Rule, Scene, Suspect } from "./suspect.ts";

const RULES: readonly Rule[] = [
  missingOnServer,
  wideMask,
  onTheWire,
  missingOnDirector,
  duplicateAddress,
  answersForVip,
  tooQuiet,
  firewall,
  deviceDown,
  forwarding,
  reversePath,
  ownSource,
  gatewayOfNat,
  needsSnat,
  untracked,
  gateway,
  oddMask,
  astray,
  missingService,
  noUsableServer,
  wrongPort,
  oddMethod,
  otherMethod,
  serviceOptions,
  secondDirector,
  elsewhere,
  clientAddress,
  mergedPorts,
  markedService,
  staggered,
  timeouts,
  localAddresses,
  mtu,
  tunnelDevice,
  ipvsSwitches,
  changedSwitches,
  changedConf,
  redirects,
  takenAway,
  oddGateway,
  oddSysctl,
  oddAddress,
  wrongNeighbour,
];

/** Rules that look at the trace and at what was typed as well. */
const EVIDENT: readonly ((scene: Scene, evidence: Evidence) => Suspect[])[] = [
  notListening,
  sendRedirects,
  redirectedPort,
  drainInstead,
  keepalivedFiles,
  listensElsewhere,
  leftOutServer,
  emptyService,
  wrongServer,
];

export function suspectsOf(scene: Scene, evidence: Evidence): Suspect[] {
  const single = [
    ...RULES.flatMap((rule) => rule(scene)),
    ...EVIDENT.flatMap((rule) => rule(scene, evidence)),
  ];
  const seen = new Set<string>();
  return [...single, ...joint(single), ...leftOut(evidence)]
    .map((suspect, i) => ({ suspect, i }))
    .sort((a, b) => a.suspect.rank - b.suspect.rank || a.i - b.i)
    .map(({ suspect }) => suspect)
    .filter(({ fix, instead = [], from = "" }) => {
      const key = JSON.stringify([fix, instead, from]);
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
}

/** The same change on every machine that it was suspected on: machines that are alike fail alike. */
function joint(single: readonly Suspect[]): Suspect[] {
  const groups = new Map<string, Suspect[]>();
  for (const suspect of single) {
    const [change, ...more] = suspect.fix;
    if (change === undefined || more.length > 0) continue;
    const key = `${suspect.cause} ${change.command}`;
    groups.set(key, [...(groups.get(key) ?? []), suspect]);
  }
  return [...groups.values()].flatMap((group) => {
    const fix = group.flatMap((one) => [...one.fix]);
    const machines = new Set(fix.map(({ machine }) => machine));
    const [first] = group;
    if (first === undefined || machines.size < 2 || machines.size < fix.length) return [];
    const all = [...machines].join(", ");
    const values = {
      ...first.values,
      ...("host" in first.values ? { host: all } : { hosts: all }),
    };
    const rank = Math.min(...group.map((one) => one.rank)) + 0.3;
    return [{ ...first, values, fix, rank }];
  });
}
