/** Plays a lab and says which of its checks hold. */
import { type Instant, later, seconds } from "@lvsim/core";
import type { Lab } from "../lab/lab.ts";
import type { Check } from "../lab-file/check-schema.ts";
import type { LabDefinition } from "../lab-file/schema.ts";
import type { LabRun } from "../run/lab-run.ts";
import { type RunOptions, runLab } from "../run/run-lab.ts";
import { RunFacts, type SeenRun } from "./run-facts.ts";

export interface CheckResult {
  readonly check: Check;
  readonly holds: boolean;
  /** What was found, in a line. */
  readonly found: string;
}

export interface CheckedRun {
  readonly run: LabRun;
  readonly results: readonly CheckResult[];
}

/** Plays `definition` to its end and looks whether `checks` hold, its own unless others are given. `options.onEnd` is done before. */
export function checkLab(
  name: string,
  definition: LabDefinition,
  seed: string,
  checks: readonly Check[] = definition.validate,
  options: Omit<RunOptions, "seed"> = {},
): CheckedRun {
  const commands = new Map<Check, CheckResult>();
  const run = runLab(name, definition, {
    ...options,
    seed,
    onEnd: (lab) => {
      options.onEnd?.(lab);
      for (const check of checks)
        if (check.exec !== undefined) commands.set(check, afterWaiting(lab, check));
    },
  });
  const facts = new RunFacts(run);
  return { run, results: checks.map((check) => commands.get(check) ?? lookedUp(facts, check)) };
}

/** Whether a check holds of a lab whose traffic is over; a command is typed on it. */
export const holdsOf = (lab: Lab, seen: SeenRun, check: Check): boolean =>
  (check.exec === undefined ? lookedUp(new RunFacts(seen), check) : afterWaiting(lab, check)).holds;

/** How long until a command is tried again. */
const PAUSE = seconds(1);

function afterWaiting(lab: Lab, check: Check): CheckResult {
  const deadline = later(lab.now, check.wait ?? seconds(0));
  for (;;) {
    const result = tried(lab, check);
    const next: Instant = later(lab.now, PAUSE);
    if (result.holds || next > deadline) return result;
    lab.until(next);
  }
}

/** On every node; what the first one came to that is not valid. */
function tried(lab: Lab, check: Check): CheckResult {
  const { nodes = [], exec = "", valid = {} } = check;
  let found = "";
  for (const node of nodes) {
    const { status, stdout, stderr } = lab.exec(node, exec);
    found = `${node}# ${exec}: status ${status}, ${quoted(stdout)}${stderr === "" ? "" : `, ${quoted(stderr)}`}`;
    const holds =
      (valid.status === undefined || status === valid.status) &&
      (valid.stdout === undefined || stdout.includes(valid.stdout)) &&
      (valid.without === undefined || !stdout.includes(valid.without)) &&
      (valid.stderr === undefined || stderr.includes(valid.stderr));
    if (!holds) return { check, holds, found };
  }
  return { check, holds: true, found };
}

const QUOTE_MAX = 300;
const quoted = (text: string): string => JSON.stringify(text.slice(0, QUOTE_MAX));

function lookedUp(facts: RunFacts, check: Check): CheckResult {
  const { requests, trace, owner, times, servers } = check;
  if (owner !== undefined) {
    const is = facts.ownerOf(owner.of, owner.seenBy);
    const holds = is === owner.is || is.split(".")[0] === owner.is;
    return {
      check,
      holds,
      found: `${owner.seenBy}: ${owner.of} is at ${is === "" ? "nobody" : is}`,
    };
  }
  const count =
    requests === undefined
      ? facts.events(trace ?? { event: "sent" }).length
      : facts.requests(requests).length;
  const { from } = requests ?? {};
  const all = facts.requests(from === undefined ? {} : { from }).length;
  const isFew =
    servers === undefined ||
    new Set(facts.requests(requests ?? {}).map(({ server }) => server)).size === servers;
  const isMany =
    times === undefined ? count > 0 : times === "all" ? count === all && all > 0 : count === times;
  const holds = isFew && isMany;
  const found =
    requests === undefined
      ? `${count} events`
      : `${count} of ${all} requests: ${facts.run.requests.map(({ status, server }) => `${server ?? "–"} ${status}`).join(", ")}`;
  return { check, holds, found };
}
