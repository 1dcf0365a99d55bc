/** What came of a generated lab. */
import type { DropReason, Recorder } from "@lvsim/core";
import { GoalError, violationsText, type Watch } from "@lvsim/testing";
import type { DropCounts } from "./drop-counts.ts";

/** Something that did not hold, or was not reached. */
interface Problem {
  /** The invariant or goal, which stays the same while a lab is made smaller. */
  readonly name: string;
  readonly text: string;
}

export interface PlayOptions {
  /** Whether the text is to have the stories of frames. */
  readonly tellsStories?: boolean;
  /** Whether it ends when all faults have come and gone: nothing is put right, and no goal is asked for. */
  readonly onlyFaults?: boolean;
  /** Whether it is played once more, without a trace, and must look the same. */
  readonly comparesUntraced?: boolean;
}

export interface Played {
  readonly problems: readonly Problem[];
  /** All of them with what a person needs; "" when all is well. */
  readonly text: string;
  readonly drops: ReadonlyMap<DropReason, number>;
  readonly eventCount: number;
  /** False for a run that a limit ended. */
  readonly isEnded: boolean;
}

export interface Playing {
  readonly watch: Watch;
  readonly drops: DropCounts;
  readonly recorder: Recorder | null;
  /** null when nothing was. */
  readonly thrown: unknown;
  readonly seed: string;
  readonly isEnded: boolean;
  /** How a run without a trace differs; null when it does not, or when nobody asked. */
  readonly difference: string | null;
}

export function playedOf(playing: Playing): Played {
  const { watch, drops, recorder, thrown, seed, isEnded, difference } = playing;
  const { violations, eventCount } = watch;
  const held = violations.map(({ invariant, where, what }) => ({
    name: invariant,
    text: `${where} ${what}`,
  }));
  const texts = violations.length === 0 ? [] : [violationsText(violations, seed, recorder)];
  const others = thrown === null ? [] : [problemOf(thrown)];
  if (difference !== null)
    others.push({ name: "a run without a trace looks the same", text: difference });
  const text = [...texts, ...others.map((other) => other.text)].join("\n");
  return { problems: [...held, ...others], text, drops: drops.counts, eventCount, isEnded };
}

function problemOf(thrown: unknown): Problem {
  if (thrown instanceof GoalError) {
    const [first = ""] = thrown.missing;
    return { name: first.slice(0, first.indexOf(":")), text: thrown.message };
  }
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return { name: "nothing is thrown", text: `the lab threw ${text}` };
}
