/** The namespace of a process as network commands see it: core's own class. */
import type { NetworkNamespace } from "@lvsim/core";
import type { MachineNamespace } from "../network/machine-namespace.ts";

export type CommandNetwork = NetworkNamespace;

export const networkOf = (namespace: MachineNamespace): CommandNetwork =>
  namespace as unknown as CommandNetwork;
