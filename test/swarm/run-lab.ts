/** One random lab from its seed: built, disturbed, left alone until nothing happens any more, and audited. */
import {
  createRng,
  type DeviceCounters,
  type DropReason,
  type Instant,
  type IpCounters,
  type NetworkNamespace,
  type Rng,
} from "@lvsim/core";
import { type RandomLab, randomLab } from "./random-lab.ts";
import { act, serve } from "./random-traffic.ts";

const MILLISECOND = 1e6;
/** Longer than TCP tries to be heard. */
const PATIENCE = 4000e9;

export interface SwarmResult {
  readonly problems: readonly string[];
  readonly drops: ReadonlyMap<DropReason, number>;
  readonly eventCount: number;
  /** False for a run that a limit ended. */
  readonly isEnded: boolean;
  /** null unless asked for. */
  readonly stories: ReadonlyMap<number, readonly string[]> | null;
}

export function runSwarmLab(seed: number, tellsStories = false): SwarmResult {
  const rng = createRng(`swarm/${seed}`);
  const lab = randomLab(rng, String(seed), tellsStories);
  const { ledger } = lab;
  let isEnded = false;
  try {
    // a storm without delay is ended by a limit, and everything is still under way then
    isEnded = disturb(rng, lab);
    checkCounters(lab);
    checkIpCounters(lab);
    if (isEnded) ledger.close();
  } catch (error) {
    ledger.problems.push(`the lab threw ${error instanceof Error ? error.stack : error}`);
  }
  const { drops, eventCount, problems, stories } = ledger;
  return { problems, drops, eventCount, isEnded, stories };
}

/** False when a limit ended it. */
function disturb(rng: Rng, lab: RandomLab): boolean {
  const { simulation, hosts } = lab;
  serve(hosts);
  for (let acts = 5 + rng.below(30); acts > 0; acts--) {
    act(rng, lab);
    const { now } = simulation.engine;
    simulation.run((now + rng.below(400) * MILLISECOND + rng.below(MILLISECOND)) as Instant);
  }
  return simulation.run((simulation.engine.now + PATIENCE) as Instant).kind !== "limit";
}

/** What `ip -s link` shows is what the trace told. */
function checkCounters({ hosts, ledger }: RandomLab): void {
  const devices = new Map<string, DeviceCounters>(hosts.flatMap(countersOf));
  for (const { name, sent, received } of ledger.places) {
    const counters = devices.get(name);
    if (counters === undefined) continue;
    const { sentPackets, receivedPackets } = counters;
    if (sentPackets !== sent || receivedPackets !== received)
      ledger.problems.push(
        `${name} counts ${sentPackets} sent and ${receivedPackets} received, the trace ${sent} and ${received}`,
      );
  }
}

/** Counters of /proc/net/snmp, each with the drops that it stands for; those of IPVS have no counter there. */
const IP_COUNTERS: readonly (readonly [keyof IpCounters, readonly DropReason[]])[] = [
  ["InHdrErrors", ["ip-header-error", "ip-checksum", "ip-ttl-exceeded", "ip-bad-option"]],
  ["InCsumErrors", ["ip-checksum"]],
  ["InUnknownProtos", ["ip-protocol-unknown"]],
  ["IPReversePathFilter", ["ip-reverse-path-filter"]],
  ["IcmpInCsumErrors", ["icmp-checksum"]],
  ["FragFails", ["ip-too-big"]],
];

function checkIpCounters({ hosts, ledger }: RandomLab): void {
  for (const { name, counters, config } of hosts) {
    if (config.ipvs.services.length > 0) continue;
    const drops = ledger.hostDrops.get(name);
    const told = (reasons: readonly DropReason[]): number =>
      reasons.reduce((sum, reason) => sum + (drops?.get(reason) ?? 0), 0);
    const arrived = ledger.places
      .filter(({ owner }) => owner === name)
      .reduce((sum, { receivedIpv4 }) => sum + receivedIpv4, 0);
    const expected = [
      ...IP_COUNTERS.map(
        ([counter, reasons]) => [counter, counters[counter], told(reasons)] as const,
      ),
      [
        "limited",
        counters.IcmpOutRateLimitGlobal + counters.IcmpOutRateLimitHost,
        told(["icmp-rate-limited"]),
      ],
    ] as const;
    for (const [counter, counted, seen] of expected)
      if (counted !== seen)
        ledger.problems.push(`${name} counts ${counter} ${counted}, not ${seen}`);
    if (counters.InReceives > arrived)
      ledger.problems.push(
        `${name} counts ${counters.InReceives} packets, of which ${arrived} arrived`,
      );
  }
}

const countersOf = (host: NetworkNamespace) =>
  host.devices().map((device) => [`${host.name}.${device.name}`, device.counters] as const);
