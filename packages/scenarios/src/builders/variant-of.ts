/** Variants in TypeScript: a lab with something changed, by an immer recipe. */
import { type Draft, produce } from "@lvsim/core";
import { consistencyFaults } from "../lab-file/consistency.ts";
import { LabFileError } from "../lab-file/lab-file-error.ts";
import type { LabDefinition } from "../lab-file/schema.ts";

/** The lab as `recipe` leaves it; the one given stays as it is. Throws `LabFileError` when it no longer makes sense. */
export function variantOf(
  definition: LabDefinition,
  recipe: (lab: Draft<LabDefinition>) => void,
): LabDefinition {
  const changed = produce(definition, recipe);
  const faults = consistencyFaults(changed);
  if (faults.length === 0) return changed;
  throw new LabFileError(
    faults.map(({ at, message }) => `${at.map(String).join(".")}: ${message}`).join("\n"),
  );
}
