/** The sets of one namespace at work: the live counterpart of `IpsetConfig`, by name as rules look for them. */
import type { NetfilterEnvironment } from "../environment.ts";
import { type IpsetConfig, NO_SETS, type SetConfig } from "./config.ts";
import { ElementSet } from "./element-set.ts";
import { ListSet } from "./list-set.ts";
import type { LiveSet } from "./live-set.ts";

export class LiveSets {
  private readonly environment: NetfilterEnvironment;
  private config: IpsetConfig = NO_SETS;
  private byId = new Map<number, LiveSet>();
  private byName = new Map<string, LiveSet>();

  constructor(environment: NetfilterEnvironment) {
    this.environment = environment;
  }

  find(name: string): LiveSet | undefined {
    return this.byName.get(name);
  }

  /** A random number for the hash of a new set. */
  drawInitialValue(): number {
    return this.environment.randomBelow(0x1_0000_0000);
  }

  /** Takes over a configuration; sets that did not change cost nothing. */
  configure(config: IpsetConfig): void {
    if (config === this.config) return;
    this.config = config;
    const before = this.byId;
    this.byId = new Map();
    this.byName = new Map();
    for (const set of config.sets) {
      const live = before.get(set.id) ?? this.make(set);
      if (live.config !== set) live.follow(set);
      this.byId.set(set.id, live);
      this.byName.set(set.name, live);
    }
  }

  private make(config: SetConfig): LiveSet {
    const { environment } = this;
    return config.type === "list:set"
      ? new ListSet(config, environment, (name) => this.byName.get(name))
      : new ElementSet(config, environment);
  }
}
