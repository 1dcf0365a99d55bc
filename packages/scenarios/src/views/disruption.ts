/**
 * What changes of virtual services disturbed while requests were sent: which clients came to another server afterwards, which of
 * them although their server could still be chosen, and which requests failed. A change lasts until the next one of any
 * director. Several changes by one command are one.
 */
import type { Instant, Ipv4Address, NamespaceConfig, PastChange } from "@lvsim/core";
import { nameOf } from "../diagnosis/rules/service-commands.ts";
import { type DisruptionReport, disruptionReport } from "../reports/disruption-report.ts";
import type { LabRun } from "../run/lab-run.ts";
import { choicesOf } from "./choices.ts";

export interface Disruption extends DisruptionReport {
  readonly at: Instant;
  readonly director: string;
  readonly command: string;
  /** Requests under way or begun until the next change, and how many of them failed. */
  readonly requests: number;
  readonly failed: number;
}

interface ServiceChange extends PastChange {
  readonly director: string;
}

export function disruptionsOf(run: LabRun): Disruption[] {
  const changes = serviceChanges(run);
  return changes.map((change, i) => {
    const { at, director, origin, before, after } = change;
    const next = changes[i + 1]?.at ?? Number.POSITIVE_INFINITY;
    const were = new Map<string, Ipv4Address>();
    const are = new Map<string, Ipv4Address>();
    const services = new Set([...before.ipvs.services, ...after.ipvs.services].map(nameOf));
    for (const service of services)
      for (const choice of choicesOf(run, director, service)) {
        const client = `${service} ${choice.client}`;
        if (choice.at <= at) were.set(client, choice.server);
        else if (choice.at < next && !are.has(client)) are.set(client, choice.server);
      }
    const requests = run.requests.filter(({ beganAt, endedAt }) => endedAt >= at && beganAt < next);
    return {
      ...disruptionReport(were, are, goneBetween(before, after)),
      at,
      director,
      command: origin.process,
      requests: requests.length,
      failed: requests.filter(({ status }) => status !== 0).length,
    };
  });
}

/** In the order in which they happened. */
function serviceChanges(run: LabRun): ServiceChange[] {
  // start-up commands may end at the instant at which the first request begins
  const [request] = run.requests;
  const first = request?.beganAt ?? run.endedAt;
  const isTraffic = (command: string): boolean =>
    run.requests.some((one) => one.command.includes(command));
  const changes: ServiceChange[] = [];
  for (const { name: director, past } of run.hosts)
    for (const change of past()) {
      const { at, origin, before, after } = change;
      if (before.ipvs.services === after.ipvs.services || at < first) continue;
      if (at === first && !isTraffic(origin.process)) continue;
      const last = changes.at(-1);
      if (last?.origin === origin) changes[changes.length - 1] = { ...last, after };
      else changes.push({ ...change, director });
    }
  return changes.sort((a, b) => a.at - b.at);
}

/** Servers that could be chosen before and cannot be afterwards. */
function goneBetween(before: NamespaceConfig, after: NamespaceConfig): Set<Ipv4Address> {
  const gone = usable(before);
  for (const server of usable(after)) gone.delete(server);
  return gone;
}

const usable = ({ ipvs }: NamespaceConfig): Set<Ipv4Address> =>
  new Set(
    ipvs.services.flatMap(({ realServers }) =>
      realServers.filter(({ weight }) => weight > 0).map(({ address }) => address),
    ),
  );
