/**
 * Frames that several hosts send at once, in every order in which they can arrive: answers to one ARP request, announcements of
 * two directors. The cables of these hosts get a little longer one after the other; nothing else changes. Left out: cables with
 * rates or impairments, which lose those here.
 */
import { type Duration, microseconds, PLAIN_LINK } from "@lvsim/core";
import { Lab, type LabDefinition, type LabOptions } from "@lvsim/scenarios";
import { interleavings, type Played, refuseTooMany } from "./every-order.ts";

export interface Arrivals<Result> {
  readonly definition: LabDefinition;
  readonly options: LabOptions;
  /** Whose frames race, at most seven. */
  readonly hosts: readonly string[];
  /** Boots the lab, does what is to be done, and says what came of it. */
  readonly play: (lab: Lab) => Result;
  /** By how much each cable is longer than the one before, in microseconds; 1 unless said. */
  readonly stepUs?: number;
}

/** Plays once for each order of the hosts, the one nearest to everybody first. */
export function everyArrival<Result>(race: Arrivals<Result>): Played<Result>[] {
  const { definition, options, hosts, play, stepUs = 1 } = race;
  for (const host of hosts)
    if (definition.hosts[host] === undefined) throw new TypeError(`the lab has no host ${host}`);
  const each = hosts.map((host) => [host]);
  refuseTooMany(each);
  return [...interleavings(each)].map((order) => {
    const lab = Lab.build(definition, options);
    for (const link of lab.simulation.links) {
      const [, host = ""] = link.name.split(".");
      const place = order.indexOf(host);
      if (place < 0) continue;
      const delay = (link.delay + place * microseconds(stepUs)) as Duration;
      link.configure({ ...PLAIN_LINK, delay });
    }
    return { order, result: play(lab) };
  });
}
