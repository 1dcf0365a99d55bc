/** Which machines run on one engine, in the order of their making: for daemons that begin when somebody first asks for them. */
import type { Engine } from "@lvsim/core";
import type { Kernel } from "./kernel.ts";

const MACHINES = new WeakMap<Engine, Kernel[]>();

export function addMachine(kernel: Kernel): void {
  const known = MACHINES.get(kernel.engine);
  if (known === undefined) MACHINES.set(kernel.engine, [kernel]);
  else known.push(kernel);
}

export const machinesOf = (engine: Engine): readonly Kernel[] => MACHINES.get(engine) ?? [];
