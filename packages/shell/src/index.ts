/** What labs, the command line and tests use of machines. */
export type { IpvsadmVariant } from "./commands/ipvsadm/index.ts";
export {
  type KeepalivedFacts,
  type KeepalivedService,
  keepalivedFacts,
} from "./commands/keepalived/facts.ts";
export type { ImageName } from "./images/index.ts";
export { DEFAULT_COSTS, NO_COSTS, type ShellCosts } from "./kernel/costs.ts";
export {
  type ExecHandle,
  LoginSession,
  Machine,
  type MachineOptions,
  type TerminalSize,
} from "./machine.ts";
