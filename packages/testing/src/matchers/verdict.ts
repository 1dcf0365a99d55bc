/** What a matcher answers, and the text of a failure: one line that says what was wanted and found, and the evidence. */
import type { LabRun } from "@lvsim/scenarios";
import { indented } from "../text/page.ts";

export interface Verdict {
  readonly pass: boolean;
  readonly message: () => string;
}

interface Finding {
  readonly pass: boolean;
  /** What was looked at, as `request 1 (client: curl …)`. */
  readonly subject: string;
  /** What it was to do, as `to reach rs1`. */
  readonly wanted: string;
  /** What was found, whether that was wanted or not. */
  readonly found: string;
  /** Tables and walks, made only when they are shown. */
  readonly evidence: () => readonly string[];
  readonly seed?: string;
}

export function verdict({ pass, subject, wanted, found, evidence, seed }: Finding): Verdict {
  const message = (): string => {
    const blocks = [
      `expected ${subject} ${pass ? "not " : ""}${wanted}; ${found}`,
      ...evidence()
        .filter((text) => text !== "")
        .map((text) => indented(text.trimEnd())),
      ...(seed === undefined ? [] : [`  seed "${seed}"`]),
    ];
    return blocks.join("\n\n");
  };
  return { pass, message };
}

export const seedOf = ({ seed }: LabRun): { readonly seed: string } => ({ seed });

/** A subject of another kind than a matcher is for is a mistake in the test. */
export function wrongSubject(matcher: string, takes: string, received: unknown): never {
  const kind =
    typeof received === "object" ? JSON.stringify(received)?.slice(0, 60) : typeof received;
  throw new TypeError(`${matcher} is about ${takes}; it was given ${kind}`);
}

/** A host that the lab does not have is a mistake in the test, not a packet that went astray. */
export function checkHosts(run: LabRun, hosts: readonly string[]): void {
  const known = run.hosts.map(({ name }) => name);
  for (const host of hosts)
    if (!known.includes(host))
      throw new TypeError(`the lab has no host ${host}, only ${known.join(", ")}`);
}
