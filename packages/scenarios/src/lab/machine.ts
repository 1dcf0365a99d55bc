/** Machines of a lab and their ends of cables. */
import type { IpvsVariant, KernelVariant, MacAddress, NetworkNamespace } from "@lvsim/core";
import type { ImageName, Machine } from "@lvsim/shell";

/** What a machine is made from; left out: debian-12, the newest kernel, mainline's ipvsadm. */
export interface MachineOptions {
  readonly image?: ImageName | undefined;
  readonly kernel?: KernelVariant | undefined;
  /** Whose IPVS the kernel has, and whose ipvsadm is installed: DPVS is steered with the fork's. */
  readonly ipvsadm?: IpvsVariant | undefined;
  readonly hostname?: string | undefined;
}

/** A machine of the lab: its network stack and its shell. */
export interface LabMachine {
  readonly name: string;
  readonly namespace: NetworkNamespace;
  readonly shell: Machine;
}

/** One end of a cable. */
export interface LabPlug {
  readonly machine: string;
  readonly device: string;
  readonly mac: MacAddress;
}
