/** `-m set` (`xt_set`): whether the packet is in a set of ipset. */
import type { Frame } from "../../../packet/frame.ts";
import type { OptionValues } from "../config.ts";
import type { CounterTest, TestOptions } from "../sets/live-set.ts";
import type { LiveSets } from "../sets/live-sets.ts";
import { StatelessMatch } from "./match.ts";
import { readOption } from "./option.ts";

/** `NAME src,dst…` as a name and what to look at. */
export function readSetWords(
  text: string,
): readonly [name: string, dimension: number, sources: number] {
  const blank = text.indexOf(" ");
  const words = text.slice(blank + 1).split(",");
  let sources = 0;
  words.forEach((word, index) => {
    if (word === "src") sources |= 1 << index;
  });
  return [text.slice(0, blank), words.length, sources];
}

type Relation = (value: number) => boolean;

function readRelation(options: OptionValues, counter: string): Relation | null {
  const equal = readOption(options, `${counter}-eq`);
  if (equal !== null) {
    const wanted = Number(equal.value);
    return (value) => (value === wanted) !== equal.inverted;
  }
  const below = options[`${counter}-lt`];
  if (below !== undefined) return (value) => value < Number(below);
  const above = options[`${counter}-gt`];
  return above === undefined ? null : (value) => value > Number(above);
}

function readCounters(options: OptionValues): CounterTest | null {
  const packetTest = readRelation(options, "packets");
  const octetTest = readRelation(options, "bytes");
  if (packetTest === null && octetTest === null) return null;
  return {
    holds: (packets, octets) => packetTest?.(packets) !== false && octetTest?.(octets) !== false,
  };
}

export class SetMatch extends StatelessMatch {
  private readonly sets: LiveSets;
  private readonly name: string;
  private readonly inverted: boolean;
  private readonly test: TestOptions;

  constructor(options: OptionValues, sets: LiveSets) {
    super();
    this.sets = sets;
    const reading = readOption(options, "match-set");
    const [name, dimension, sources] = readSetWords(reading?.value ?? "");
    this.name = name;
    this.inverted = reading?.inverted ?? false;
    this.test = {
      sources,
      dimension,
      returnNoMatch: options["return-nomatch"] !== undefined,
      updatesCounters: options["! update-counters"] === undefined,
      updatesMemberCounters: options["! update-subcounters"] === undefined,
      counters: readCounters(options),
    };
  }

  matches(frame: Frame): boolean {
    return (this.sets.find(this.name)?.test(frame, this.test) === true) !== this.inverted;
  }
}
