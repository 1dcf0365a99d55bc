/** All labs that are generated from one seed after the other, of whatever kind, and what can be done with each. */
import { labText } from "./lab-text.ts";
import type { Played, PlayOptions } from "./played.ts";
import { labSource } from "./service/lab.ts";
import { type ServicePlan, servicePlan } from "./service/plan.ts";
import { playService } from "./service/play.ts";
import { smallerServices } from "./service/smaller.ts";
import { shorter, shrink } from "./shrink.ts";
import { type WildPlan, wildPlan } from "./wild/plan.ts";
import { playWild } from "./wild/play.ts";

/** Either a lab of any hosts, or one with a virtual service in use and clients that ask. */
export type Generated =
  | { readonly kind: "wild"; readonly plan: WildPlan }
  | { readonly kind: "service"; readonly plan: ServicePlan };

/** The lab of a number, from 1: they take turns. */
export const generated = (number: number): Generated =>
  number % 2 === 0
    ? { kind: "service", plan: servicePlan(String(number)) }
    : { kind: "wild", plan: wildPlan(String(number)) };

export const play = (lab: Generated, options: PlayOptions = {}): Played =>
  lab.kind === "wild" ? playWild(lab.plan, options) : playService(lab.plan, options);

/** The smallest lab that can be found in which the same goes wrong as did in `lab`, which was played with `options`. */
export function shrunk(lab: Generated, { problems }: Played, played: PlayOptions = {}): Generated {
  const name = problems[0]?.name;
  const shows = (candidate: Generated, options: PlayOptions): boolean =>
    play(candidate, options).problems.some((problem) => problem.name === name);
  // what goes wrong early is found again in less time
  const options = { ...played, onlyFaults: shows(lab, { ...played, onlyFaults: true }) };
  return shrink(lab, smaller, (candidate) => shows(candidate, options));
}

function* smaller(lab: Generated): Iterable<Generated> {
  if (lab.kind === "service") {
    for (const plan of smallerServices(lab.plan)) yield { kind: "service", plan };
    return;
  }
  const { plan } = lab;
  for (const acts of shorter(plan.acts)) yield { kind: "wild", plan: { ...plan, acts } };
  for (const hosts of shorter(plan.hosts))
    if (hosts.length > 0) yield { kind: "wild", plan: { ...plan, hosts } };
  if (plan.tunnels) yield { kind: "wild", plan: { ...plan, tunnels: false } };
}

export function machineCount(lab: Generated): number {
  if (lab.kind === "wild") return lab.plan.hosts.length;
  const { clients, servers, routed, spare } = lab.plan;
  const others = servers.filter(({ number }) => number > 0);
  return clients.length + others.length + 1 + Number(routed) + Number(spare);
}

/** A line that plays it again with all invariants, to be pasted into a shell. */
export const replayLine = (lab: Generated): string =>
  `npx -y pnpm@12.21.0 --silent swarm --lab '${JSON.stringify(lab)}'`;

/** What a person should read of it: a lab with a service is a lab file. */
export const described = (lab: Generated): string =>
  lab.kind === "service"
    ? labText(labSource(lab.plan))
    : `${lab.plan.hosts.length} hosts and ${lab.plan.acts.length} acts of seed ${lab.plan.seed}\n`;
