/** All rules together: suspects in the order in which they are worth trying, each change once. */
import type { Evidence } from "./evidence.ts";
import { answersForVip, tooQuiet, wrongNeighbour } from "./rules/arp.ts";
import { firewall } from "./rules/firewall.ts";
import { takenAway } from "./rules/lost.ts";
import { mtu, tunnelDevice } from "./rules/paths.ts";
import { oddAddress, oddGateway, oddSysctl } from "./rules/peers.ts";
import { leftOut, notListening } from "./rules/programs.ts";
import { astray, deviceDown, forwarding, gateway, gatewayOfNat, oddMask } from "./rules/routes.ts";
import {
  emptyService,
  localAddresses,
  missingService,
  noUsableServer,
  otherMethod,
  secondDirector,
  serviceOptions,
  timeouts,
  wrongPort,
  wrongServer,
} from "./rules/services.ts";
import {
  changedConf,
  changedSwitches,
  ipvsSwitches,
  ownSource,
  redirects,
  reversePath,
} from "./rules/sysctls.ts";
import { duplicateAddress, missingOnDirector, missingOnServer, wideMask } from "./rules/vip.ts";
import type { Rule, Scene, Suspect } from "./suspect.ts";

const RULES: readonly Rule[] = [
  missingOnServer,
  wideMask,
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
  gateway,
  oddMask,
  astray,
  missingService,
  noUsableServer,
  emptyService,
  wrongServer,
  wrongPort,
  otherMethod,
  serviceOptions,
  secondDirector,
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

export function suspectsOf(scene: Scene, evidence: Evidence): Suspect[] {
  const all = [
    ...RULES.flatMap((rule) => rule(scene)),
    ...notListening(scene, evidence),
    ...leftOut(evidence),
  ];
  const seen = new Set<string>();
  return all
    .map((suspect, i) => ({ suspect, i }))
    .sort((a, b) => a.suspect.rank - b.suspect.rank || a.i - b.i)
    .map(({ suspect }) => suspect)
    .filter(({ fix, omitted = [] }) => {
      const key = JSON.stringify([fix, omitted]);
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
}
