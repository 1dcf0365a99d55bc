/**
 * How connections were shared among real servers, where IPVS chose (`scheduled`). Weights are those at the end of the
 * run; a server that is no longer there is due nothing.
 */
import { formatIpv4Address } from "@lvsim/core";
import { nameOf } from "../diagnosis/rules/service-commands.ts";
import { type ShareReport, shareReport } from "../reports/share-report.ts";
import type { LabRun } from "../run/lab-run.ts";
import { choicesOf } from "./choices.ts";

export interface Fairness extends ShareReport<string> {
  readonly director: string;
  readonly service: string;
  readonly scheduler: string;
}

/** One for every service that had something to choose. */
export const fairnessOf = (run: LabRun): Fairness[] =>
  run.hosts.flatMap(({ name: director, after }) =>
    after.ipvs.services.flatMap((service): Fairness[] => {
      const name = nameOf(service);
      const choices = choicesOf(run, director, name).map(({ server }) => formatIpv4Address(server));
      if (choices.length === 0) return [];
      const weights = new Map<string, number>();
      for (const { address, weight } of [...service.realServers].reverse()) {
        // servers that differ by their port alone count as one: what is traced is the address
        const server = formatIpv4Address(address);
        weights.set(server, (weights.get(server) ?? 0) + weight);
      }
      const report = shareReport(choices, weights);
      return [{ director, service: name, scheduler: service.scheduler, ...report }];
    }),
  );
