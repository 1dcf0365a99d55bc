/** `lvsim why LAB [REQUEST]`: plays a lab, and tells for every request that went wrong why, and what mends it. */
import {
  type CommandPlaces,
  type Diagnosis,
  type Lab,
  type Language,
  runLab,
  whyLines,
} from "@lvsim/scenarios";
import stringWidth from "string-width";
import { type Environment, usesColour } from "../environment.ts";
import { findLab, findPlaces } from "../labs.ts";
import { painter } from "../paint.ts";
import { UsageError } from "../usage-error.ts";

export interface WhyOptions {
  readonly seed: string;
  readonly language: Language;
  readonly json: boolean;
  /** Number of a request as `lvsim run` counts them, from 1; null for all. */
  readonly request: number | null;
  readonly variant: string | undefined;
}

const COLUMNS = 100;

/** The exit status: 1 when something is wrong, as a test has it. */
export function whyCommand(name: string, options: WhyOptions, environment: Environment): number {
  const definition = findLab(name, options.variant);
  let lab: Lab | undefined;
  const run = runLab(name, definition, {
    seed: options.seed,
    onBuilt: (built) => {
      lab = built;
    },
  });
  if (lab === undefined) throw new UsageError(`${name} could not be built`);
  const { request } = options;
  if (request !== null && run.requests[request - 1] === undefined)
    throw new UsageError(`no request ${request}: ${name} has ${run.requests.length}`);
  const diagnoses = lab.explainAll(definition.traffic, {
    only: request === null ? null : request - 1,
  });
  const places = findPlaces(name, options.variant);
  if (options.json)
    for (const one of diagnoses) environment.out(`${JSON.stringify(plain(one, places))}\n`);
  else {
    const { language } = options;
    const page = { language, columns: COLUMNS, widthOf: stringWidth, showMacs: false };
    const lines = whyLines(diagnoses, page, places).map(painter(usesColour(environment)));
    environment.out(`${lines.join("\n")}\n`);
  }
  return diagnoses.length === 0 ? 0 : 1;
}

/** A diagnosis without its trace. */
function plain(
  { request, incident, findings, mend, trials }: Diagnosis,
  places: CommandPlaces,
): unknown {
  const { end, leg } = incident;
  return {
    machine: request.machine,
    command: request.command,
    status: request.status,
    trouble: incident.trouble,
    frame: leg?.frame ?? 0,
    ...(end === null ? {} : { end: end.kind, host: end.host }),
    ...(end?.kind === "dropped" ? { reason: end.reason, why: end.why } : {}),
    causes: findings.map(({ suspect, origin }) => ({
      cause: suspect.cause,
      ...suspect.values,
      origin,
      ...(origin === null ? {} : { place: places(origin) }),
    })),
    mend,
    trials,
  };
}
