/** `-j SET` (`xt_SET`): adds the packet's addresses and ports to a set, or takes them out of one. */
import type { Frame } from "../../../packet/frame.ts";
import type { OptionValues } from "../config.ts";
import { readSetWords } from "../matches/set.ts";
import type { TestOptions } from "../sets/live-set.ts";
import type { LiveSets } from "../sets/live-sets.ts";
import { GO_ON, type Target } from "./target.ts";

interface SetUse {
  readonly name: string;
  readonly options: TestOptions;
}

function readUse(text: string | undefined): SetUse | null {
  if (text === undefined) return null;
  const [name, dimension, sources] = readSetWords(text);
  const options: TestOptions = {
    sources,
    dimension,
    returnNoMatch: false,
    updatesCounters: true,
    updatesMemberCounters: true,
    counters: null,
  };
  return { name, options };
}

export class SetTarget implements Target {
  private readonly sets: LiveSets;
  private readonly adds: SetUse | null;
  private readonly deletes: SetUse | null;
  /** null for the set's own. */
  private readonly timeout: number | null;
  private readonly again: boolean;

  constructor(options: OptionValues, sets: LiveSets) {
    this.sets = sets;
    this.adds = readUse(options["add-set"]);
    this.deletes = readUse(options["del-set"]);
    this.timeout = options.timeout === undefined ? null : Number(options.timeout);
    this.again = options.exist !== undefined;
  }

  apply(frame: Frame): typeof GO_ON {
    const { sets, adds, deletes, timeout, again } = this;
    if (adds !== null) sets.find(adds.name)?.addPacket(frame, adds.options, timeout, again);
    if (deletes !== null) sets.find(deletes.name)?.deletePacket(frame, deletes.options);
    return GO_ON;
  }
}
