/** What a plan may be made smaller by: fewer faults, requests and machines, then plainer settings. */
import { shorter } from "../shrink.ts";
import type { ServicePlan } from "./plan.ts";

type Knob = keyof ServicePlan;

/** Everything as in the plainest lab. */
const PLAIN: Partial<ServicePlan> = {
  loss: 0,
  duplication: 0,
  reordering: 0,
  delayUs: 50,
  persistence: 0,
  scheduler: "rr",
  tracked: false,
  udp: false,
  netmask: "",
  onePacket: false,
  body: 0,
  synced: false,
  naming: "port",
};

export function* smallerServices(plan: ServicePlan): Iterable<ServicePlan> {
  for (const faults of shorter(plan.faults)) yield { ...plan, faults };
  for (const requests of shorter(plan.requests)) yield { ...plan, requests };
  yield* fewerMachines(plan);
  yield* plainer(plan);
  yield* rounder(plan);
}

function* plainer(plan: ServicePlan): Iterable<ServicePlan> {
  const { servers } = plan;
  // a service of all ports must be persistent
  const mayChange = (name: string): boolean => name !== "persistence" || plan.naming !== "any-port";
  const knobs = Object.entries(PLAIN).filter(
    ([name, value]) => plan[name as Knob] !== value && mayChange(name),
  );
  const isPlain = plan.sysctls.length === 0 && knobs.length === 0;
  if (!isPlain) yield { ...plan, ...PLAIN, sysctls: [] };
  for (const sysctls of shorter(plan.sysctls)) yield { ...plan, sysctls };
  for (const [name, value] of knobs) yield { ...plan, [name]: value };
  for (const [i, server] of servers.entries()) {
    const { upper, weight } = server;
    if (upper !== 0) yield { ...plan, servers: servers.with(i, { ...server, upper: 0 }) };
    if (weight > 1) yield { ...plan, servers: servers.with(i, { ...server, weight: 1 }) };
  }
}

function* fewerMachines(plan: ServicePlan): Iterable<ServicePlan> {
  const maySelf = !plan.spare && plan.method !== "-b";
  const { clients, servers, faults, requests, routed, spare } = plan;
  const without = (gone: readonly string[]) => ({
    faults: faults.filter(({ on }) => !gone.includes(on)),
  });
  if (spare) yield { ...plan, spare: false, faults: faults.filter(({ kind }) => kind !== "vip") };
  if (routed) {
    const others = without(["gw"]).faults.filter(({ kind }) => kind !== "vip" && kind !== "arp");
    yield { ...plan, routed: false, ...without(["gw"]) };
    // a masquerading director is a router itself
    yield { ...plan, routed: false, spare: false, method: "-m", faults: others };
  }
  if (clients.length > 1)
    for (const one of clients)
      yield {
        ...plan,
        clients: clients.filter((other) => other !== one),
        requests: requests.filter(({ client }) => client !== one),
        ...without([`client${one}`]),
      };
  for (const [i, server] of servers.entries()) {
    if (server.number === 0) continue;
    const gone = without([`rs${server.number}`]);
    yield { ...plan, servers: servers.filter((other) => other !== server), ...gone };
    if (maySelf && servers.length > 1 && servers.every(({ number }) => number > 0))
      yield { ...plan, servers: servers.with(i, { ...server, number: 0 }), ...gone };
  }
}

/** Times in whole seconds, and nobody who waits: of all at once, or of one. */
function* rounder(plan: ServicePlan): Iterable<ServicePlan> {
  const requests = plan.requests.map((one) => ({ ...one, at: whole(one.at), waits: 0, posts: 0 }));
  const faults = plan.faults.map((one) => ({
    ...{ ...one, at: whole(one.at), lasts: Math.max(1000, whole(one.lasts)) },
  }));
  const isRound =
    JSON.stringify([requests, faults]) === JSON.stringify([plan.requests, plan.faults]);
  if (isRound) return;
  yield { ...plan, requests, faults };
  for (const [i, request] of plan.requests.entries()) {
    if (request.at !== whole(request.at))
      yield { ...plan, requests: plan.requests.with(i, { ...request, at: whole(request.at) }) };
    if (request.waits + request.posts > 0)
      yield { ...plan, requests: plan.requests.with(i, { ...request, waits: 0, posts: 0 }) };
  }
  for (const [i, fault] of faults.entries())
    if (JSON.stringify(fault) !== JSON.stringify(plan.faults[i]))
      yield { ...plan, faults: plan.faults.with(i, fault) };
}

const whole = (ms: number): number => Math.round(ms / 1000) * 1000;
