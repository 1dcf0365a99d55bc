/** Plays a lab as a person would, with whatever watches it. */
import type { Trace } from "@lvsim/core";
import { Lab, type LabDefinition, libraryLab } from "@lvsim/scenarios";

/** A lab that comes with lvsim; an unknown one is an error of the test. */
export function labNamed(name: string): LabDefinition {
  const found = libraryLab(name);
  if (found === undefined) throw new Error(`no lab ${name}`);
  return found;
}

/** Every start-up command, then the traffic; the lab as it is afterwards. */
export function playLab(
  definition: LabDefinition,
  seed: string,
  trace: Trace | null,
  onBuilt: (lab: Lab) => void = () => {},
): Lab {
  const lab = Lab.build(definition, { seed, trace });
  onBuilt(lab);
  lab.run();
  return lab;
}
