/** Reading a lab file: YAML, then the schema, then what a schema cannot say; errors name file, line and column. */
import { applyVariant } from "./apply-variant.ts";
import { applyVary, isVaried } from "./apply-vary.ts";
import { consistencyFaults } from "./consistency.ts";
import { faultOf, printable } from "./fault-words.ts";
import { type LabFiles, readWithIncludes } from "./include.ts";
import { type LabFault, LabFileError } from "./lab-file-error.ts";
import { type LabDefinition, labSchema } from "./schema.ts";

export interface ReadOptions {
  /** What the file may include; nothing unless said. */
  readonly files?: LabFiles;
  /** The variant that is wanted, instead of the lab as it stands: one that the file names, or a person's where it has `vary`. */
  readonly variant?: string | undefined;
}

export const NO_FILES: LabFiles = { read: () => undefined, topology: () => undefined };

/**
 * Parses the text of a lab file, all its variants too; `path` is named in errors and is where its includes lie. Throws
 * `LabFileError`, one line a fault, and nothing else.
 */
export function readLab(text: string, path: string, options: ReadOptions = {}): LabDefinition {
  const { value: written, where } = readWithIncludes(text, path, options.files ?? NO_FILES);
  const refuse = (faults: readonly LabFault[]): never => {
    const texts = faults.map(({ at, message }) => `${where(at)}: ${printable(message)}`);
    throw new LabFileError(texts.join("\n"));
  };
  const { values: value, faults: unclear } = applyVary(written, null);
  if (unclear.length > 0) return refuse(unclear);
  const checked = checkValues(value);
  if ("faults" in checked) return refuse(checked.faults);
  const { variant: wanted } = options;
  if (wanted !== undefined && !Object.hasOwn(checked.lab.variants, wanted) && isVaried(written))
    return personal(written, wanted, refuse);
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

/** The lab as a person gets it. */
function personal(
  written: unknown,
  person: string,
  refuse: (faults: readonly LabFault[]) => never,
): LabDefinition {
  const { values, faults } = applyVary(written, person);
  const checked = faults.length > 0 ? { faults } : checkValues(values);
  if ("lab" in checked) return checked.lab;
  return refuse(
    checked.faults.map(({ message }) => ({
      at: ["vary"],
      message: `in the variant of ${person}: ${message}`,
    })),
  );
}

/** The lab that a value describes; throws `LabFileError`, which names what is wrong by its keys. */
export function labOf(value: unknown): LabDefinition {
  const checked = checkValues(value);
  if ("lab" in checked) return checked.lab;
  const texts = checked.faults.map(({ at, message }) =>
    printable(`${at.map(String).join(".")}: ${message}`),
  );
  throw new LabFileError(texts.join("\n"));
}

function checkValues(
  value: unknown,
): { readonly lab: LabDefinition } | { readonly faults: readonly LabFault[] } {
  const checked = labSchema.safeParse(value);
  if (!checked.success)
    return { faults: checked.error.issues.map((issue) => faultOf(issue, value)) };
  const faults = consistencyFaults(checked.data);
  return faults.length > 0 ? { faults } : { lab: checked.data };
}
