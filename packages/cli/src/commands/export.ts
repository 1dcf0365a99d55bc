/**
 * `lvsim export netns LAB`: a bash script that builds the lab in network namespaces of a real kernel and records what happens;
 * `lvsim export recording LAB`: the same recording, made of the simulation.
 */
import { writeFileSync } from "node:fs";
import { netnsScript, simulatedRecording, whyNoScript } from "@lvsim/scenarios";
import type { Environment } from "../environment.ts";
import { writeFolder } from "../folders.ts";
import { findLab } from "../labs.ts";
import { didYouMean } from "../suggest.ts";
import { UsageError, unwritable } from "../usage-error.ts";

export interface ExportOptions {
  readonly seed: string;
  readonly variant: string | undefined;
  /** File or folder; null for standard output. */
  readonly output: string | null;
}

const FORMS = ["netns", "recording"];

export function exportCommand(
  form: string,
  name: string,
  { seed, variant, output }: ExportOptions,
  environment: Environment,
): number {
  if (!FORMS.includes(form))
    throw new UsageError(
      `no export "${form}"; known: ${FORMS.join(", ")}${didYouMean(form, FORMS)}`,
    );
  const lab = findLab(name, variant);
  const plain = (name.split("/").at(-1) ?? name).replace(/(?:\.lab)?\.ya?ml$/, "");
  if (form === "recording") {
    if (output === null) throw new UsageError("export recording needs a folder, as -o recording");
    writeFolder(output, simulatedRecording(plain, lab, seed));
    return 0;
  }
  const why = whyNoScript(lab);
  if (why !== null) throw new UsageError(`${name} cannot be played on a real kernel: ${why}`);
  const argument = variant === undefined ? name : `${name} --variant ${variant}`;
  const script = netnsScript(plain, argument, lab);
  if (output === null) environment.out(script);
  else
    try {
      writeFileSync(output, script, { mode: 0o755 });
    } catch (error) {
      throw unwritable(output, error);
    }
  return 0;
}
