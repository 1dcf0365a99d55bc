/** list:set at work: a packet is a member when it is one of any of the sets in the list, which are asked in order. */
import type { Frame } from "../../../packet/frame.ts";
import type { NetfilterEnvironment } from "../environment.ts";
import type { ElementConfig, SetConfig } from "./config.ts";
import { LiveElement, tickOf } from "./live-element.ts";
import type { ElementError, ListPlace, LiveSet, TestOptions } from "./live-set.ts";

/** Finds a set by its name as it is now. */
export type SetFinder = (name: string) => LiveSet | undefined;

export class ListSet implements LiveSet {
  config: SetConfig;
  private readonly environment: NetfilterEnvironment;
  private readonly find: SetFinder;
  private members: LiveElement[] = [];

  constructor(config: SetConfig, environment: NetfilterEnvironment, find: SetFinder) {
    this.config = { ...config, elements: [] };
    this.environment = environment;
    this.find = find;
    this.follow(config);
  }

  test(frame: Frame, options: TestOptions): boolean {
    const tick = this.tick();
    for (const member of this.members) {
      if (member.isOver(tick)) continue;
      const inner = options.updatesMemberCounters
        ? options
        : { ...options, updatesCounters: false };
      if (this.find(member.config.set)?.test(frame, inner) !== true) continue;
      if (!this.config.counters) return true;
      if (options.updatesCounters) {
        member.packets++;
        member.octets += frame.length;
      }
      if (options.counters === null || options.counters.holds(member.packets, member.octets))
        return true;
    }
    return false;
  }

  /** To the first member that takes it. */
  addPacket(frame: Frame, options: TestOptions, timeout: number | null, again: boolean): void {
    const [first] = this.elements();
    if (first !== undefined) this.find(first.config.set)?.addPacket(frame, options, timeout, again);
  }

  deletePacket(frame: Frame, options: TestOptions): void {
    for (const { config } of this.elements()) this.find(config.set)?.deletePacket(frame, options);
  }

  add(element: ElementConfig, again: boolean, place: ListPlace | null): ElementError | null {
    const member = this.find(element.set);
    if (member === undefined) return "no-member";
    if (member.config.type === "list:set") return "member-is-list";
    this.forget();
    const at = this.indexOf(element.set);
    if (at >= 0 && !again) return "element-exists";
    if (place !== null && this.indexOf(place.set) < 0) return "no-neighbour";
    const made = new LiveElement(element, this.tick());
    if (at >= 0) this.members[at] = made;
    else if (place === null) this.members.push(made);
    else this.members.splice(this.indexOf(place.set) + (place.after ? 1 : 0), 0, made);
    return null;
  }

  delete(element: ElementConfig, place: ListPlace | null): ElementError | null {
    if (this.find(element.set) === undefined) return "no-member";
    this.forget();
    if (!this.stands(element.set, place)) return place === null ? "no-element" : "no-neighbour";
    this.members.splice(this.indexOf(element.set), 1);
    return null;
  }

  contains(element: ElementConfig, place: ListPlace | null): boolean {
    this.forget();
    return this.stands(element.set, place);
  }

  elements(): readonly LiveElement[] {
    const tick = this.tick();
    return this.members.filter((member) => !member.isOver(tick));
  }

  flush(): void {
    this.members = [];
  }

  follow(config: SetConfig): void {
    const { elements } = config;
    if (elements !== this.config.elements) {
      const tick = this.tick();
      const known = new Map(this.members.map((member) => [member.config, member]));
      this.members = elements.map(
        (element) => known.get(element) ?? new LiveElement(element, tick),
      );
    }
    this.config = config;
  }

  private tick(): number {
    return tickOf(this.environment.now());
  }

  /** Members whose time is over leave the list. */
  private forget(): void {
    const tick = this.tick();
    if (this.members.some((member) => member.isOver(tick))) this.members = [...this.elements()];
  }

  private indexOf(name: string): number {
    return this.members.findIndex(({ config }) => config.set === name);
  }

  /** Whether the member is there, and beside the one that was named. */
  private stands(name: string, place: ListPlace | null): boolean {
    const at = this.indexOf(name);
    if (at < 0 || place === null) return at >= 0;
    return this.indexOf(place.set) === (place.after ? at - 1 : at + 1);
  }
}
