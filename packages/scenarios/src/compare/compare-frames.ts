/** Two captures of one interface, class by class: which kinds of frames only one has, or one has more of. */
import type { MacAddress, PcapFile } from "@lvsim/core";
import { type ClassedPacket, classesIn } from "./frame-class.ts";

export interface FrameDifference {
  /** `rs1.eth0`. */
  readonly plug: string;
  readonly text: string;
  readonly simulated: number;
  readonly recorded: number;
  /** When one side had it first that the other had not, in nanoseconds since the first frame of that recording. */
  readonly at: number;
  /** The frame before it on that interface; "" for none. */
  readonly after: string;
}

type Tally = ReadonlyMap<string, readonly number[]>;

export function compareFrames(
  plug: string,
  [simulated, recorded]: readonly [PcapFile, PcapFile],
  [simulatedStart, recordedStart]: readonly [number, number],
  nameOf: (mac: MacAddress) => string,
): FrameDifference[] {
  const here = classesIn(simulated, nameOf);
  const there = classesIn(recorded, nameOf);
  const [mine, theirs] = [tallyOf(here), tallyOf(there)];
  const differences: FrameDifference[] = [];
  for (const { text, rule } of new Map(
    [...here, ...there].map((one) => [one.text, one]),
  ).values()) {
    const [a, b] = [mine.get(text) ?? [], theirs.get(text) ?? []];
    const same = rule === "count" ? a.length === b.length : a.length > 0 === b.length > 0;
    if (same) continue;
    const [more, less, side, start] =
      a.length > b.length ? [a, b, here, simulatedStart] : [b, a, there, recordedStart];
    // the first that the other side has not
    const index = more[less.length] as number;
    differences.push({
      plug,
      text,
      simulated: a.length,
      recorded: b.length,
      at: (side[index]?.at ?? start) - start,
      after: side[index - 1]?.text ?? "",
    });
  }
  return differences;
}

/** Places of each class among what was seen. */
function tallyOf(seen: readonly ClassedPacket[]): Tally {
  const tally = new Map<string, number[]>();
  seen.forEach(({ text }, i) => {
    const places = tally.get(text);
    if (places === undefined) tally.set(text, [i]);
    else places.push(i);
  });
  return tally;
}
