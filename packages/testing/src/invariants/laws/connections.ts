/**
 * A connection keeps its server, and what IPVS sends on goes where the forwarding method says: masquerading rewrites
 * the destination there and the source back, direct routing leaves both, tunnelling wraps. Left out: FULLNAT, whose rules
 * are the fork's, and ICMP about connections.
 */
import {
  type Frame,
  formatIpv4Address,
  type Instant,
  IpProtocol,
  type NetworkNamespace,
  TcpFlag,
} from "@lvsim/core";
import type { Invariant } from "../invariant.ts";
import { isDirector, OFFSET } from "./facts.ts";
import { type ConnectionEnds, dropsAtRandom, endsOf, serviceOf } from "./service-of.ts";

/** `Method` of core: as notes have it. */
const MASQUERADING = 0;
const TUNNELLING = 2;
const DIRECT_ROUTING = 3;
const ESTABLISHED = 1;
const NS_PER_SECOND = 1e9;

const end = (address: Frame["source"], port: number): string =>
  `${formatIpv4Address(address)}:${port}`;

const PROTOCOLS: Readonly<Record<number, string>> = { 6: "TCP", 17: "UDP", 132: "SCTP" };
const flowOf = ({ protocol, source, sourcePort, destination, destinationPort }: Frame): string =>
  `${PROTOCOLS[protocol]} ${end(source, sourcePort)} -> ${end(destination, destinationPort)}`;

interface Flow {
  server: string;
  /** `TcpConnectionState` of core; 0 for other protocols. */
  state: number;
  /** Until when its entry surely lives unless it is renewed. */
  until: number;
}

/** For how long a packet surely keeps an entry, in seconds: any other state of TCP lasts 2 s at least. */
function lifetime({ config }: NetworkNamespace, protocol: number, state: number): number {
  const { tcp, tcpFin, udp } = config.ipvs.timeouts;
  if (protocol === IpProtocol.udp) return udp;
  return protocol === IpProtocol.tcp && state === ESTABLISHED ? tcp : Math.min(tcpFin, 2);
}

/** Whether the entry of a flow may be given up for a packet that begins a connection: it is no more in use, or its server rests. */
const isReusable = (host: NetworkNamespace, frame: Frame, { state }: Flow): boolean =>
  (frame.protocol === IpProtocol.tcp && state !== ESTABLISHED) ||
  Number(host.config.sysctls.values["net/ipv4/vs/expire_nodest_conn"] ?? 0) !== 0;

const isServed = ({ config }: NetworkNamespace, server: string): boolean =>
  config.ipvs.services.some(({ realServers }) =>
    realServers.some(({ address }) => server.startsWith(`${formatIpv4Address(address)}:`)),
  );

const isBegin = ({ protocol, tcpFlags }: Frame): boolean =>
  protocol !== IpProtocol.tcp || (tcpFlags & (TcpFlag.syn | TcpFlag.ack)) === TcpFlag.syn;

export const affinity: Invariant = {
  name: "a connection stays with its server",
  watch(_scene, tell) {
    // by director, then by protocol, client and virtual service
    const flows = new Map<string, Map<string, Flow>>();
    const flowsOf = ({ name }: NetworkNamespace): Map<string, Flow> => {
      const mine = flows.get(name) ?? new Map<string, Flow>();
      flows.set(name, mine);
      return mine;
    };
    const scheduled = (at: Instant, host: NetworkNamespace, frame: Frame): void => {
      const flow = flowOf(frame);
      const before = flowsOf(host).get(flow);
      flowsOf(host).delete(flow);
      if (before === undefined || at >= before.until || dropsAtRandom(host)) return;
      if (isBegin(frame) && isReusable(host, frame, before)) return;
      tell(
        host.name,
        `${flow} is with ${before.server}, and #${frame.id} is scheduled anew`,
        frame.id,
      );
    };
    return {
      note(kind, at, host, frame, decider, { b }) {
        if (frame === null || host.config.ipvs.variant !== "mainline") return;
        const service = kind === "scheduled" ? serviceOf(decider) : null;
        if (service !== null && frame.protocol in PROTOCOLS)
          // each packet of a service of one packet is its own connection
          return service.onePacket
            ? void flowsOf(host).delete(flowOf(frame))
            : scheduled(at, host, frame);
        const ends = kind === "connection" || kind === "forwarded" ? endsOf(decider) : null;
        if (ends === null) return;
        const { flow, server } = ends;
        const known = flowsOf(host).get(flow) ?? { server, state: 0, until: at };
        flowsOf(host).set(flow, known);
        if (kind === "connection") known.state = b;
        known.until = at + lifetime(host, frame.protocol, known.state) * NS_PER_SECOND;
        if (kind === "forwarded" && known.server !== server)
          tell(
            host.name,
            `${flow} is with ${known.server}, and #${frame.id} goes to ${server}`,
            frame.id,
          );
      },
      changed(_at, host) {
        const mine = flows.get(host.name);
        for (const [flow, { server }] of mine ?? [])
          if (!isServed(host, server)) mine?.delete(flow);
      },
    };
  },
};

/** What is wrong with a packet of the client as it is sent on; null when it is as it should be. */
function misdirection(
  frame: Frame,
  method: number,
  { virtual, server }: ConnectionEnds,
): string | null {
  const isWhole = (frame.fragment & OFFSET) === 0;
  const to = end(frame.destination, frame.destinationPort);
  if (method === MASQUERADING && isWhole && to !== server)
    return `masqueraded to ${to}, not to ${server}`;
  if (method === DIRECT_ROUTING && isWhole && to !== virtual)
    return `routed to ${to}, not to ${virtual}`;
  if (method !== TUNNELLING) return null;
  const { inner } = frame;
  // a tunnel to this host itself needs none; ICMP about a connection has no ports
  if (inner === null || inner.protocol === IpProtocol.icmp) return null;
  if (!server.startsWith(`${formatIpv4Address(frame.destination)}:`))
    return `tunnelled to ${to}, not to ${server}`;
  const carried = end(inner.destination, inner.destinationPort);
  return (inner.fragment & OFFSET) === 0 && carried !== virtual
    ? `tunnelled with ${carried}, not ${virtual}, inside`
    : null;
}

export const translation: Invariant = {
  name: "IPVS sends packets on as the forwarding method says",
  watch(scene, tell) {
    // by director: what masqueraded servers answer, as they send it, and as clients see it
    const answers = new Map<string, Map<string, ConnectionEnds>>();
    // by director: frames that came in
    const passing = new Map<string, Set<number>>();
    return {
      note(kind, _at, host, frame, decider, { a }) {
        if (kind !== "forwarded" || frame === null || frame.protocol === IpProtocol.icmp) return;
        const ends = endsOf(decider);
        if (ends === null) return;
        const wrong = misdirection(frame, a, ends);
        if (wrong !== null) tell(host.name, `#${frame.id} of ${ends.client} is ${wrong}`, frame.id);
        if (a !== MASQUERADING) return;
        const mine = answers.get(host.name) ?? new Map<string, ConnectionEnds>();
        answers.set(host.name, mine);
        const protocol = ends.flow.slice(0, ends.flow.indexOf(" "));
        mine.set(`${protocol} ${ends.server} -> ${ends.client}`, ends);
      },
      received(_at, { host }, frame) {
        if (host === null || !answers.has(host.name)) return;
        const mine = passing.get(host.name) ?? new Set<number>();
        passing.set(host.name, mine);
        mine.add(frame.id);
      },
      sent(_at, place, frame) {
        const { host, name } = place;
        const mine = host === null ? undefined : answers.get(host.name);
        if (host === null || mine === undefined || !(frame.protocol in PROTOCOLS)) return;
        // what only passes a bridge keeps its sender
        if ((frame.fragment & OFFSET) !== 0 || scene.device(place)?.mac !== frame.sourceMac) return;
        const ends = mine.get(flowOf(frame));
        if (ends === undefined || passing.get(host.name)?.has(frame.id) !== true) return;
        // without any service the hooks are gone
        if (!isDirector(host) || !isInTable(host, ends)) return;
        tell(
          name,
          `#${frame.id} of ${ends.server} passes to ${ends.client} untranslated, who asked ${ends.virtual}`,
          frame.id,
        );
      },
    };
  },
};

const isInTable = (host: NetworkNamespace, { client, virtual, server }: ConnectionEnds): boolean =>
  host.ipvs
    .connections()
    .some(
      (row) =>
        end(row.clientAddress, row.clientPort) === client &&
        end(row.virtualAddress, row.virtualPort) === virtual &&
        end(row.serverAddress, row.serverPort) === server,
    );
