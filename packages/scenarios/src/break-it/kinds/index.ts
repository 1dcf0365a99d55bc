/** All kinds of faults, by name. */
import type { FaultKind } from "../fault-kind.ts";
import { ADDRESS_KINDS } from "./addresses.ts";
import { FIREWALL_KINDS } from "./firewalls.ts";
import { LINK_KINDS } from "./links.ts";
import { NEIGHBOUR_KINDS } from "./neighbours.ts";
import { PROGRAM_KINDS } from "./programs.ts";
import { ROUTE_KINDS } from "./routes.ts";
import { SERVICE_KINDS } from "./services.ts";

export const FAULT_KINDS: readonly FaultKind[] = [
  ...ADDRESS_KINDS,
  ...FIREWALL_KINDS,
  ...LINK_KINDS,
  ...NEIGHBOUR_KINDS,
  ...PROGRAM_KINDS,
  ...ROUTE_KINDS,
  ...SERVICE_KINDS,
].sort((a, b) => (a.name < b.name ? -1 : 1));
