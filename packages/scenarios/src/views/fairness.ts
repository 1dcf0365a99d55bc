/**
 * How connections were shared among real servers, and what changes of a service disturbed. Shares are counted where IPVS
 * chose (`scheduled`), so retransmissions do not count twice. Jain's index is (Σx)² / (n Σx²) over count per weight: 1 when
 * all servers have what their weights say. A burst is a row of choices of one server. Weights are those at the end of the
 * run; a server that is no longer there is due nothing.
 */
import { formatIpv4Address, type Instant, type Ipv4Address } from "@lvsim/core";
import { nameOf } from "../diagnosis/rules/service-commands.ts";
import type { LabRun } from "../run/lab-run.ts";

interface ServerShare {
  readonly server: string;
  readonly weight: number;
  readonly count: number;
  /** Parts of one. */
  readonly share: number;
  readonly due: number;
  /** The longest row of choices of this server. */
  readonly burst: number;
}

export interface Fairness {
  readonly director: string;
  readonly service: string;
  readonly scheduler: string;
  readonly servers: readonly ServerShare[];
  readonly count: number;
  /** The greatest |share − due|. */
  readonly deviation: number;
  readonly jain: number;
}

interface Choice {
  readonly at: Instant;
  readonly server: Ipv4Address;
  readonly client: Ipv4Address;
}

/** Choices of one service in order. */
function choicesOf(run: LabRun, director: string, service: string): Choice[] {
  const words = service.replace(/^-[tuf] /, "");
  return run.events.flatMap((event) => {
    if (event.kind !== "scheduled" || event.place !== director) return [];
    if (event.decider?.describe().endsWith(` ${words}`) !== true) return [];
    const header = run.frames.story(event.frame).find((one) => "header" in one);
    const client = header !== undefined && "header" in header ? header.header.source : 0;
    return [{ at: event.at, server: event.server as Ipv4Address, client: client as Ipv4Address }];
  });
}

function burstOf(choices: readonly Choice[], server: Ipv4Address): number {
  let longest = 0;
  let row = 0;
  for (const choice of choices) {
    row = choice.server === server ? row + 1 : 0;
    longest = Math.max(longest, row);
  }
  return longest;
}

/** One for every service that had something to choose. */
export const fairnessOf = (run: LabRun): Fairness[] =>
  run.hosts.flatMap(({ name: director, after }) =>
    after.ipvs.services.flatMap((service): Fairness[] => {
      const name = nameOf(service);
      const choices = choicesOf(run, director, name);
      if (choices.length === 0) return [];
      const weights = service.realServers.reduce((sum, { weight }) => sum + weight, 0);
      const gone = [...new Set(choices.map(({ server }) => server))]
        .filter((address) => !service.realServers.some((one) => one.address === address))
        .map((address) => ({ address, weight: 0 }));
      const servers = [...gone, ...service.realServers]
        .map(({ address, weight }): ServerShare => {
          const count = choices.filter(({ server }) => server === address).length;
          return {
            server: formatIpv4Address(address),
            weight,
            count,
            share: count / choices.length,
            due: weights === 0 ? 0 : weight / weights,
            burst: burstOf(choices, address),
          };
        })
        .reverse();
      const perWeight = servers
        .filter(({ weight }) => weight > 0)
        .map(({ count, weight }) => count / weight);
      const sum = perWeight.reduce((total, x) => total + x, 0);
      const squares = perWeight.reduce((total, x) => total + x * x, 0);
      return [
        {
          director,
          service: name,
          scheduler: service.scheduler,
          servers,
          count: choices.length,
          deviation: Math.max(...servers.map(({ share, due }) => Math.abs(share - due))),
          jain: squares === 0 ? 1 : (sum * sum) / (perWeight.length * squares),
        },
      ];
    }),
  );

/** What a change of the services of a director did to its clients. */
export interface Disruption {
  readonly at: Instant;
  readonly director: string;
  readonly command: string;
  /** Clients with a choice before and after, and how many of them came to another server. */
  readonly clients: number;
  readonly moved: number;
  /** Requests under way or begun until the next change, and how many of them failed. */
  readonly requests: number;
  readonly failed: number;
}

export function disruptionsOf(run: LabRun): Disruption[] {
  // start-up commands may end at the instant at which the first request begins
  const [request] = run.requests;
  const first = request?.beganAt ?? run.endedAt;
  const isTraffic = (command: string): boolean =>
    run.requests.some((one) => one.command.includes(command));
  const changes = run.events.flatMap((event) => {
    if (event.kind !== "changed" || event.at < first) return [];
    if (event.at === first && !isTraffic(event.origin.process)) return [];
    const concerns = event.patches.some(({ path }) => path[0] === "ipvs");
    return concerns ? [{ at: event.at, director: event.place, command: event.origin.process }] : [];
  });
  return changes.map(({ at, director, command }, i) => {
    const next = changes[i + 1]?.at ?? Number.POSITIVE_INFINITY;
    const before = new Map<Ipv4Address, Ipv4Address>();
    const after = new Map<Ipv4Address, Ipv4Address>();
    for (const { name, after: config } of run.hosts)
      for (const service of name === director ? config.ipvs.services : [])
        for (const choice of choicesOf(run, director, nameOf(service))) {
          if (choice.at <= at) before.set(choice.client, choice.server);
          else if (choice.at < next && !after.has(choice.client))
            after.set(choice.client, choice.server);
        }
    const both = [...after].filter(([client]) => before.has(client));
    const requests = run.requests.filter(({ beganAt, endedAt }) => endedAt >= at && beganAt < next);
    return {
      at,
      director,
      command,
      clients: both.length,
      moved: both.filter(([client, server]) => before.get(client) !== server).length,
      requests: requests.length,
      failed: requests.filter(({ status }) => status !== 0).length,
    };
  });
}
