/** What rules and commands do with a set at work (`struct ip_set_type_variant`). */
import type { Frame } from "../../../packet/frame.ts";
import type { ElementConfig, SetConfig } from "./config.ts";
import type { LiveElement } from "./live-element.ts";

/** Why an element could not be added or deleted. */
export type ElementError =
  /** EEXIST. */
  | "element-exists"
  /** The element is not there (of -D). */
  | "no-element"
  | "hash-full"
  | "null-element"
  | "bad-prefix"
  | "out-of-range"
  /** A list:set's member does not exist, or is a list itself. */
  | "no-member"
  | "member-is-list"
  /** The element before or after which another was to stand is not there. */
  | "no-neighbour";

/** Where a list:set's new member stands. */
export interface ListPlace {
  readonly set: string;
  readonly after: boolean;
}

/** What `-m set` asks beyond the membership. */
export interface TestOptions {
  /** Bit n is set where word n of the rule is `src`. */
  readonly sources: number;
  /** How many words the rule has. */
  readonly dimension: number;
  readonly returnNoMatch: boolean;
  readonly updatesCounters: boolean;
  readonly updatesMemberCounters: boolean;
  /** Whether the element's counters, this packet included, are what the rule wants; null when it does not ask. */
  readonly counters: CounterTest | null;
}

export interface CounterTest {
  holds(packets: number, octets: number): boolean;
}

export interface LiveSet {
  /** As it was taken over last. */
  readonly config: SetConfig;
  /** Whether the packet is a member. */
  test(frame: Frame, options: TestOptions): boolean;
  /** SET --add-set; `timeout` null for the set's own, `again` restarts the timeout of one that is there. */
  addPacket(frame: Frame, options: TestOptions, timeout: number | null, again: boolean): void;
  /** SET --del-set. */
  deletePacket(frame: Frame, options: TestOptions): void;
  add(element: ElementConfig, again: boolean, place: ListPlace | null): ElementError | null;
  delete(element: ElementConfig, place: ListPlace | null): ElementError | null;
  /** `ipset test`. */
  contains(element: ElementConfig, place: ListPlace | null): boolean;
  /** Those whose time has not come, in the order of listing. */
  elements(): readonly LiveElement[];
  flush(): void;
  /** Takes over what another hand than a command made of the configuration. */
  follow(config: SetConfig): void;
}
