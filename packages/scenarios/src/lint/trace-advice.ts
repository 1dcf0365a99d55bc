/** Dynamic advice, from the trace alone: addresses that several machines answered for, owners that moved, packets lost. */
import { type DropReason, formatIpv4Address, formatMacAddress, type MacAddress } from "@lvsim/core";
import { hostOfPlace } from "../run/answers.ts";
import { ownershipOf } from "../views/ownership.ts";
import type { Advice } from "./advice.ts";
import { vipsOf } from "./arp-advice.ts";
import type { LintFacts } from "./facts.ts";

/** What happens to frames of a sound network too. */
const HARMLESS: ReadonlySet<DropReason> = new Set<DropReason>([
  "other-host",
  "arp-ignored",
  "arp-not-for-us",
  "tcp-old-acknowledgement",
  "unhandled-protocol",
]);

export function traceAdvice(facts: LintFacts): Advice[] {
  return [...ownerAdvice(facts), ...lossAdvice(facts)];
}

function ownerAdvice({ run, network }: LintFacts): Advice[] {
  const owners = new Map<MacAddress, string>(
    network.hosts.flatMap((host) =>
      host.config.devices.map(({ mac }) => [mac, host.name] as const),
    ),
  );
  const nameOf = (mac: MacAddress): string => owners.get(mac) ?? formatMacAddress(mac);
  return [...vipsOf(network).keys()].flatMap((vip) => {
    const { duplicates, moves } = ownershipOf(run, vip);
    const address = formatIpv4Address(vip);
    return [
      ...duplicates.slice(0, 1).map(({ request, owners: all }) => ({
        rule: "contested" as const,
        values: { address, frame: request, hosts: all.map(nameOf).join(", ") },
        better: [],
      })),
      ...moves.slice(0, 1).map(({ host, from, owner, since, frame }) => ({
        rule: "moved" as const,
        values: {
          host,
          address,
          from: nameOf(from),
          to: nameOf(owner),
          time: (since / 1e9).toFixed(6),
          frame,
        },
        better: [],
      })),
    ];
  });
}

/** How many different losses are told of. */
const LOSSES_MAX = 5;

function lossAdvice({ run }: LintFacts): Advice[] {
  const hosts = new Set(run.hosts.map(({ name }) => name));
  const counts = new Map<string, { host: string; reason: string; why: string; count: number }>();
  for (const event of run.events) {
    if (event.kind !== "dropped" || HARMLESS.has(event.reason)) continue;
    const host = hostOfPlace(event.place, hosts) || event.place;
    const why = event.decider === null ? "" : ` (${event.decider.describe()})`;
    const key = `${host} ${event.reason} ${why}`;
    const known = counts.get(key) ?? { host, reason: event.reason, why, count: 0 };
    counts.set(key, { ...known, count: known.count + 1 });
  }
  return [...counts.values()]
    .sort((a, b) => b.count - a.count)
    .slice(0, LOSSES_MAX)
    .map((values) => ({ rule: "lost", values, better: [] }));
}
