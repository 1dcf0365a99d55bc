/** Reading a lab file: YAML, then the schema, then what a schema cannot say; errors name file, line and column. */
import type { z } from "zod";
import { applyVariant } from "./apply-variant.ts";
import { consistencyFaults } from "./consistency.ts";
import { type LabFiles, readWithIncludes } from "./include.ts";
import { type LabFault, LabFileError } from "./lab-file-error.ts";
import { type LabDefinition, labSchema } from "./schema.ts";

export interface ReadOptions {
  /** What the file may include; nothing unless said. */
  readonly files?: LabFiles;
  /** The variant that is wanted, instead of the lab as it stands. */
  readonly variant?: string | undefined;
}

const NO_FILES: LabFiles = { read: () => undefined, topology: () => undefined };

/**
 * Parses the text of a lab file, all its variants too; `path` is named in errors and is where its includes lie. Throws
 * `LabFileError`, one line a fault, and nothing else.
 */
export function readLab(text: string, path: string, options: ReadOptions = {}): LabDefinition {
  const { value, where } = readWithIncludes(text, path, options.files ?? NO_FILES);
  const refuse = (faults: readonly LabFault[]): never => {
    throw new LabFileError(faults.map(({ at, message }) => `${where(at)}: ${message}`).join("\n"));
  };
  const checked = checkValues(value);
  if ("faults" in checked) return refuse(checked.faults);
  const { variant: wanted } = options;
  let chosen = wanted === undefined ? checked.lab : undefined;
  for (const [name, variant] of Object.entries(checked.lab.variants)) {
    const applied = applyVariant(value, name, variant);
    if (applied.faults.length > 0) return refuse(applied.faults);
    const changed = checkValues(applied.values);
    if ("faults" in changed)
      return refuse(
        changed.faults.map(({ message }) => ({
          at: ["variants", name],
          message: `changed so: ${message}`,
        })),
      );
    if (name === wanted) chosen = changed.lab;
  }
  const known = Object.keys(checked.lab.variants);
  return (
    chosen ??
    refuse([
      {
        at: ["variants"],
        message: `there is no variant "${wanted}"; ${known.length === 0 ? "this lab has none" : `known: ${known.join(", ")}`}`,
      },
    ])
  );
}

/** The lab that a value describes; throws `LabFileError`, which names what is wrong by its keys. */
export function labOf(value: unknown): LabDefinition {
  const checked = checkValues(value);
  if ("lab" in checked) return checked.lab;
  const texts = checked.faults.map(({ at, message }) => `${at.map(String).join(".")}: ${message}`);
  throw new LabFileError(texts.join("\n"));
}

function checkValues(
  value: unknown,
): { readonly lab: LabDefinition } | { readonly faults: readonly LabFault[] } {
  const checked = labSchema.safeParse(value);
  if (!checked.success) return { faults: checked.error.issues.map(faultOf) };
  const faults = consistencyFaults(checked.data);
  return faults.length > 0 ? { faults } : { lab: checked.data };
}

function faultOf(issue: z.core.$ZodIssue): LabFault {
  const { path, message } = issue;
  const field = path.map(String).join(".");
  const at = issue.code === "unrecognized_keys" ? [...path, issue.keys[0] ?? ""] : path;
  return { at, message: field === "" ? message : `${field}: ${message}` };
}
