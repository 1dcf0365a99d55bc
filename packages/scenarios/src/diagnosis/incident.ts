/** What went wrong with a request: how its user saw it, and at which point of the way the packets ended. */
import {
  ArpOperation,
  type DropReason,
  type FrameHeader,
  FrameOrigin,
  IpProtocol,
  type Ipv4Address,
  type TraceEvent,
} from "@lvsim/core";
import type { Evidence, RequestFacts } from "./evidence.ts";
import { agrees, type End, type Flow, Flows, type Leg } from "./flow.ts";
import { asksFor, holds, Network, type ServiceFacts } from "./network.ts";

/** How the user of a request sees the trouble. */
type Trouble =
  /** Nothing was sent. */
  | "nothing-sent"
  /** No answer came back. */
  | "silent"
  | "refused"
  /** An ICMP error came back. */
  | "unreachable"
  /** A conversation began and did not come to its end. */
  | "stalled"
  | "slow"
  /** A real server answered past the director. */
  | "bypassed"
  /** Several machines say that they have the address that was asked for. */
  | "contested"
  /** It ended well, but not with what was asked for. */
  | "unexpected"
  /** Every request is well, but not all that was wished for holds. */
  | "unwanted";

export interface Incident {
  readonly trouble: Trouble;
  readonly flow: Flow | null;
  /** Which packet ended badly. */
  readonly side: "request" | "reply" | "data" | "none";
  readonly leg: Leg | null;
  readonly end: End | null;
  /** How far the packets came: a change that raises it mended something. */
  readonly progress: number;
}

/** The progress of a request that came to a server past the director: less than one that the director chose. */
const BYPASSED = 2;

/** What happens to frames of a sound conversation too. */
const HARMLESS: ReadonlySet<DropReason> = new Set<DropReason>([
  "other-host",
  "arp-ignored",
  "arp-not-for-us",
  "arp-invalid",
  "tcp-old-acknowledgement",
  "tcp-no-socket",
  "unhandled-protocol",
  "ip-protocol-unknown",
]);

/** What went wrong with a request; null when it is well. */
export function incidentOf(evidence: Evidence, request: RequestFacts): Incident | null {
  if (request.asExpected === true) return null;
  const flows = new Flows(evidence);
  const all = flows.of(request);
  const network = new Network(evidence.hosts);
  const failed = request.status !== 0 || request.asExpected === false;
  const strict = request.asExpected === null;
  for (const flow of all) {
    const isTcp = flow.header === null || flow.header.protocol === IpProtocol.tcp;
    if (!failed && !isTcp) continue;
    const found = openingTrouble(flow);
    if (found !== null && (failed || !isMadeGood(flow, all)))
      // a server that the director did not choose is no progress
      return bypassOf(flow, network) === null ? found : { ...found, progress: BYPASSED };
  }
  for (const flow of all) {
    const past = bypassOf(flow, network);
    if (past !== null && (strict || failed)) return past;
  }
  if (failed) {
    for (const flow of all) {
      const found = conversationTrouble(evidence, flows, request, flow);
      if (found !== null) return found;
    }
    return all.length === 0
      ? { trouble: "nothing-sent", flow: null, side: "none", leg: null, end: null, progress: 0 }
      : {
          trouble: "unexpected",
          flow: all[0] ?? null,
          side: "none",
          leg: null,
          end: null,
          progress: 9,
        };
  }
  if (!strict) return null;
  return contest(flows, request, all) ?? slowness(evidence, flows, request, all);
}

/** What is wrong when each request is well and yet not all is as it should be; null when it is. */
export function wishIncident(evidence: Evidence): Incident | null {
  const left = evidence.wishes.filter((holds) => !holds).length;
  if (left === 0) return null;
  const flows = new Flows(evidence);
  const wrong = evidence.requests.flatMap((request) => incidentOf(evidence, request) ?? [])[0];
  const progress = 10 - left / evidence.wishes.length;
  if (wrong !== undefined) return { ...wrong, progress: wrong.progress - left / 1000 };
  const flow = evidence.requests.flatMap((request) => flows.of(request))[0] ?? null;
  return { trouble: "unwanted", flow, side: "none", leg: null, end: null, progress };
}

/** Two machines that answered one ARP question for the address of the exchange. */
function contest(flows: Flows, request: RequestFacts, all: readonly Flow[]): Incident | null {
  const answers = new Map<number, Set<number>>();
  for (const event of flows.during(request)) {
    if (event.kind !== "sent" || event.header.arpOperation !== ArpOperation.reply) continue;
    const { parentId, source, arpSenderMac } = event.header;
    const flow = all.find(({ header }) => header?.destination === source);
    if (parentId === 0 || flow === undefined) continue;
    const macs = answers.get(parentId) ?? new Set();
    answers.set(parentId, macs.add(arpSenderMac));
    if (macs.size < 2) continue;
    const leg = flow.attempts[0] ?? null;
    return { trouble: "contested", flow, side: "request", leg, end: leg?.end ?? null, progress: 6 };
  }
  return null;
}

/** Whether the machine that refused took in a later connection of the same command: it was away for a while. */
function isMadeGood(flow: Flow, all: readonly Flow[]): boolean {
  const refusedBy = flow.attempts.at(-1)?.end;
  if (refusedBy?.kind !== "dropped" || refusedBy.reason !== "tcp-no-socket") return false;
  return all.slice(all.indexOf(flow) + 1).some(({ attempts, answers }) => {
    const end = attempts.at(-1)?.end;
    return end?.kind === "delivered" && end.host === refusedBy.host && answers.some(agrees);
  });
}

/** A request that had no answer, or a refusal for one. */
function openingTrouble(flow: Flow): Incident | null {
  const heard = flow.answers.filter(
    ({ end, header }) => end.kind === "delivered" && header !== null,
  );
  if (heard.some(agrees)) return null;
  const refusal = flow.answers.find((leg) => !agrees(leg) && reachesClient(leg, flow));
  if (refusal !== undefined) return refusalTrouble(flow, refusal);
  const [answer] = flow.answers;
  if (answer !== undefined && agrees(answer))
    return {
      trouble: "silent",
      flow,
      side: "reply",
      leg: answer,
      end: answer.end,
      progress: 6 + depthOf(answer),
    };
  const leg = flow.attempts[0] ?? null;
  return {
    trouble: "silent",
    flow,
    side: "request",
    leg,
    end: leg?.end ?? null,
    progress: requestProgress(leg),
  };
}

/** Whether the packet came to the machine that had asked, whatever that made of it. */
function reachesClient({ path, end }: Leg, flow: Flow): boolean {
  const client = flow.attempts[0]?.path[0];
  if (end.kind === "delivered" || end.kind === "dropped") return end.host === client;
  return path.at(-1) === client;
}

function refusalTrouble(flow: Flow, refusal: Leg): Incident {
  const asked = flow.attempts[0] ?? null;
  const isIcmp = refusal.header?.protocol === IpProtocol.icmp;
  return {
    trouble: isIcmp ? "unreachable" : "refused",
    flow,
    side: "request",
    leg: asked,
    end: asked?.end ?? null,
    progress: requestProgress(asked),
  };
}

function requestProgress(leg: Leg | null): number {
  if (leg === null) return 0;
  const scheduled = leg.events.some(({ kind }) => kind === "scheduled" || kind === "forwarded");
  const base = leg.end.kind === "delivered" ? 5 : scheduled ? 3 : 1;
  return base + depthOf(leg);
}

/** How far a packet came: by the machines on its way, and within the last one by the hooks that it passed. */
const depthOf = ({ path, events }: Leg): number =>
  path.length / 100 + events.filter(({ kind }) => kind === "verdict").length / 10_000;

/** A real server that took the request in although a director has a service for it. */
function bypassOf(flow: Flow, network: Network): Incident | null {
  const { header } = flow;
  const leg = flow.attempts.find(({ end }) => end.kind === "delivered");
  if (header === null || leg === undefined || leg.end.kind !== "delivered") return null;
  const server = leg.end.host;
  const services = network.servicesFor(asksFor(header));
  if (services.length === 0 || services.some(({ director }) => director.name === server))
    return null;
  if (!isVirtual(header.destination, services, network)) return null;
  if (leg.events.some(({ kind }) => kind === "scheduled" || kind === "forwarded")) return null;
  return { trouble: "bypassed", flow, side: "request", leg, end: leg.end, progress: BYPASSED };
}

/** Whether the address is one that a director should take in, though perhaps none has it. */
function isVirtual(
  address: Ipv4Address,
  services: readonly ServiceFacts[],
  network: Network,
): boolean {
  if (
    services.some(
      ({ director, service }) => service.identity.kind === "address" || holds(director, address),
    )
  )
    return true;
  // a service by mark says no address: one that real servers have apart from their cables is meant for it
  return network.holders(address).every(({ host, device }) => !host.cables.has(device.name));
}

/** The first packet of a conversation that was lost on the way. */
function conversationTrouble(
  evidence: Evidence,
  flows: Flows,
  request: RequestFacts,
  flow: Flow,
): Incident | null {
  const drop = lostFrames(evidence, flows, request, flow)[0];
  if (drop === undefined) return null;
  const leg = flows.leg(drop);
  return { trouble: "stalled", flow, side: "data", leg, end: leg.end, progress: 8 };
}

function slowness(
  evidence: Evidence,
  flows: Flows,
  request: RequestFacts,
  all: readonly Flow[],
): Incident | null {
  for (const flow of all) {
    const lost = lostFrames(evidence, flows, request, flow)[0];
    const [first, again] = flow.attempts;
    if (flow.header?.protocol === IpProtocol.tcp && first !== undefined && again !== undefined)
      return { trouble: "slow", flow, side: "request", leg: first, end: first.end, progress: 7 };
    if (lost === undefined) continue;
    const leg = flows.leg(lost);
    return { trouble: "slow", flow, side: "data", leg, end: leg.end, progress: 8 };
  }
  return null;
}

const pairOf = ({ source, sourcePort, destination, destinationPort }: FrameHeader): string =>
  pair(source, sourcePort, destination, destinationPort);
const pair = (source: Ipv4Address, port: number, to: Ipv4Address, toPort: number): string =>
  `${source}:${port}>${to}:${toPort}`;
const backOf = ({ source, sourcePort, destination, destinationPort }: FrameHeader): string =>
  pair(destination, destinationPort, source, sourcePort);

/** Frames of an exchange, translated or carried ones too, that disappeared; in order. */
function lostFrames(
  { events, frames: index }: Evidence,
  flows: Flows,
  request: RequestFacts,
  { header }: Flow,
): number[] {
  if (header === null) return [];
  const pairs = new Set([pairOf(header), backOf(header)]);
  const frames = new Set<number>();
  const lost: number[] = [];
  for (const event of events) {
    if (event.index < request.firstEvent || !("header" in event)) continue;
    const headers = [event.header, event.header.inner].filter((one) => one !== null);
    const belongs =
      frames.has(event.frame) ||
      headers.some((one) => one.protocol !== 0 && pairs.has(pairOf(one)));
    if (!belongs) continue;
    frames.add(event.frame);
    for (const one of headers) {
      if (one.protocol !== IpProtocol.tcp && one.protocol !== IpProtocol.udp) continue;
      pairs.add(pairOf(one));
      pairs.add(backOf(one));
    }
    if (isLoss(event) && !lost.includes(event.frame)) lost.push(event.frame);
  }
  const real = lost.filter((frame) => index.parentOf(frame)?.origin !== FrameOrigin.encapsulated);
  return (real.length > 0 ? real : lost).filter(
    (frame) => flows.leg(frame).end.kind !== "delivered",
  );
}

const isLoss = (event: TraceEvent): boolean =>
  event.kind === "dropped" && !HARMLESS.has(event.reason);

/** What two requests have in common that end for one reason. */
export const groundOf = ({ trouble, end }: Incident): string =>
  end === null
    ? trouble
    : [end.kind, end.host, end.kind === "dropped" ? end.reason + end.why : trouble].join();
