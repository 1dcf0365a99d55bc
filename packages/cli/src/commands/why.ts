/** `lvsim why LAB [REQUEST]`: plays a lab, and tells for every request that went wrong why, and what mends it. */
import {
  type Check,
  type CommandPlaces,
  type Diagnosis,
  type Lab,
  type LabDefinition,
  type Language,
  parseDuration,
  runLab,
  whyLines,
  wishFor,
} from "@lvsim/scenarios";
import stringWidth from "string-width";
import { type Environment, usesColour } from "../environment.ts";
import { findLab, findPlaces } from "../labs.ts";
import { painter } from "../paint.ts";
import { didYouMean } from "../suggest.ts";
import { UsageError } from "../usage-error.ts";

export interface WhyOptions {
  readonly seed: string;
  readonly language: Language;
  readonly json: boolean;
  /** Number of a request as `lvsim run` counts them, from 1; null for all. */
  readonly request: number | null;
  readonly variant: string | undefined;
  /** What should hold beside: then it is told too why that does not. */
  readonly expected: Expected;
}

interface Expected {
  /** Text that every answer holds; null for any. */
  readonly text: string | null;
  /** Machines that each take in a request. */
  readonly servers: readonly string[];
  /** A time with its unit, for every request; null for any. */
  readonly within: string | null;
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
    wish: wishOf(options.expected, definition),
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

/** What should hold, as checks of the run; null where nobody said. */
function wishOf(
  { text, servers, within }: Expected,
  { hosts }: LabDefinition,
): ReturnType<typeof wishFor> | null {
  const names = Object.keys(hosts);
  for (const name of servers)
    if (!names.includes(name))
      throw new UsageError(`no machine "${name}"${didYouMean(name, names)} (--expect-server)`);
  const checks = [
    ...servers.map((server) => expectation({ server })),
    ...(text === null ? [] : [expectation({ stdout: text }, "all")]),
    ...(within === null ? [] : [expectation({ shorter: durationIn(within) }, "all")]),
  ];
  return checks.length === 0 ? null : wishFor(checks);
}

const expectation = (requests: NonNullable<Check["requests"]>, times?: "all"): Check => ({
  requests,
  level: "error",
  pass: { en: "as expected", zh: "符合预期" },
  ...(times === undefined ? {} : { times }),
});

function durationIn(text: string): NonNullable<NonNullable<Check["requests"]>["shorter"]> {
  const duration = parseDuration(text);
  if (duration === undefined)
    throw new UsageError(`a time needs a number and a unit, as 500ms or 1.5s; not "${text}"`);
  return duration;
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
