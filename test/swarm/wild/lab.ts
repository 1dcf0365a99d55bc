/** A small random network: one to three switches, two to five hosts with random addresses, routes, sysctls and cables. */
import {
  addAddress,
  addRoute,
  addRule,
  createRng,
  type Duration,
  IpProtocol,
  type Ipv4Address,
  type Link,
  type LinkConfig,
  type MacAddress,
  type NamespaceDraft,
  type NetworkNamespace,
  PLAIN_LINK,
  type Rng,
  RouteTable,
  RouteType,
  routeOf,
  Scope,
  Simulation,
  type Switch,
  setLinkMtu,
  setLinkUp,
  type Trace,
  type TunnelConfig,
  writeSysctl,
} from "@lvsim/core";
import { chance, ip, ORIGIN, pick } from "../chance.ts";
import { shapeOf, type WildPlan } from "./plan.ts";
import { randomTunnels } from "./tunnels.ts";

export interface WildLab {
  readonly simulation: Simulation;
  readonly hosts: readonly NetworkNamespace[];
  readonly links: readonly Link[];
}

/** An address that some host might have, or nobody. */
export const someAddress = (rng: Rng): Ipv4Address => {
  const segment = rng.below(3);
  const last = pick(rng, [1, 2, 3, 4, 5, 1, 2, 3, 100, 100, 101, 200, 255, 0]);
  if (chance(rng, 6)) return pick(rng, [ip(224, 0, 0, 1), ip(239, 1, 1, 1), -1 as Ipv4Address]);
  if (chance(rng, 4)) return pick(rng, [ip(127, 0, 0, 1), ip(172, 16, 0, 9), ip(0, 0, 0, 0)]);
  return ip(10, chance(rng, 10) ? 9 : 0, segment, last);
};

/** Files below net/ipv4/conf/DEVICE with the values that are tried. */
const CONF: readonly (readonly [string, readonly number[]])[] = [
  ["arp_ignore", [0, 1, 2, 3, 8]],
  ["arp_announce", [0, 1, 2]],
  ["arp_filter", [0, 1]],
  ["arp_accept", [0, 1, 2]],
  ["arp_notify", [0, 1]],
  ["drop_gratuitous_arp", [0, 1]],
  ["proxy_arp", [0, 1]],
  ["proxy_arp_pvlan", [0, 1]],
  ["rp_filter", [0, 1, 2]],
  ["accept_local", [0, 1]],
  ["route_localnet", [0, 1]],
  ["send_redirects", [0, 1]],
  ["accept_redirects", [0, 1]],
  ["shared_media", [0, 1]],
  ["secure_redirects", [0, 1]],
  ["log_martians", [0, 1]],
  ["forwarding", [0, 1, 1]],
  ["promote_secondaries", [0, 1]],
  ["ignore_routes_with_linkdown", [0, 1]],
];

const GLOBAL: readonly (readonly [string, readonly number[]])[] = [
  ["ip_forward", [0, 1, 1]],
  ["ip_default_ttl", [64, 1, 2, 255]],
  ["ip_no_pmtu_disc", [0, 1, 2, 3]],
  ["ip_forward_use_pmtu", [0, 1]],
  ["icmp_echo_ignore_all", [0, 1]],
  ["icmp_echo_ignore_broadcasts", [0, 1]],
  ["icmp_ratelimit", [0, 100, 1000]],
  ["icmp_ratemask", [0, 6168, -1]],
  ["icmp_msgs_per_sec", [1, 1000]],
  ["icmp_errors_use_inbound_ifaddr", [0, 1]],
  ["fib_multipath_hash_policy", [0, 1, 2]],
  ["ipfrag_time", [1, 30]],
  ["ip_nonlocal_bind", [0, 1]],
  ["neigh/default/gc_thresh3", [2, 1024]],
  ["neigh/eth0/mcast_solicit", [0, 1, 3]],
  ["neigh/eth0/unres_qlen_bytes", [0, 3000]],
  ["neigh/eth0/proxy_delay", [0, 80]],
];

/** Sets some file to some value; a device that is not there is refused, which is fine. */
export function randomSysctl(rng: Rng, draft: NamespaceDraft): void {
  if (chance(rng, 30)) {
    const [name, values] = pick(rng, GLOBAL);
    writeSysctl(draft, `net/ipv4/${name}`, String(pick(rng, values)));
    return;
  }
  const [name, values] = pick(rng, CONF);
  const device = pick(rng, ["all", "eth0", "eth1", "lo"]);
  writeSysctl(draft, `net/ipv4/conf/${device}/${name}`, String(pick(rng, values)));
}

export function randomRoute(rng: Rng, draft: NamespaceDraft): void {
  const length = pick(rng, [0, 0, 24, 24, 32]);
  const destination = (someAddress(rng) & (length === 0 ? 0 : -1 << (32 - length))) as Ipv4Address;
  const type = chance(rng, 80)
    ? RouteType.unicast
    : pick(rng, [RouteType.blackhole, RouteType.unreachable, RouteType.prohibit]);
  const leads = type === RouteType.unicast;
  const route = routeOf({
    type,
    destination,
    prefixLength: length,
    gateway: (leads && chance(rng, 80) ? someAddress(rng) : 0) as Ipv4Address,
    device: leads && chance(rng, 40) ? 6 + rng.below(2) : 0,
    metric: rng.below(3),
    mtu: chance(rng, 10) ? 600 : 0,
    ...(leads ? {} : { scope: Scope.universe }),
  });
  addRoute(draft, route, pick(rng, ["add", "append", "replace"]));
}

/** A default route with two or three ways. */
export function randomMultipath(rng: Rng, draft: NamespaceDraft): void {
  const nextHops = Array.from({ length: 2 + rng.below(2) }, () => ({
    gateway: someAddress(rng),
    device: chance(rng, 50) ? 6 + rng.below(2) : 0,
    weight: 1 + rng.below(4),
    onlink: chance(rng, 30),
    dead: false,
  }));
  addRoute(draft, routeOf({ nextHops, metric: rng.below(3) }), "add");
}

export function randomRule(rng: Rng, draft: NamespaceDraft): void {
  addRule(draft, {
    ...{ priority: pick(rng, [10, 20, 100, 32767]), not: chance(rng, 20), target: 32766 },
    action: pick(rng, ["lookup", "lookup", "goto", "nop", "blackhole", "unreachable", "prohibit"]),
    ...{ source: someAddress(rng), sourceLength: pick(rng, [0, 24, 32]) },
    inputInterface: pick(rng, ["", "", "eth0", "lo"]),
    suppressPrefixLength: pick(rng, [-1, -1, 0]),
    table: pick(rng, [RouteTable.main, RouteTable.local, 100]),
  });
}

export function randomAddress(rng: Rng, draft: NamespaceDraft): void {
  const device = pick(rng, [1, 6, 6, 7]);
  const local = someAddress(rng);
  const prefixLength = pick(rng, [32, 24, 24, 16]);
  const label = draft.devices.find(({ index }) => index === device)?.name ?? "";
  const scope = pick(rng, [Scope.universe, Scope.universe, Scope.link, Scope.host]);
  if (local >>> 28 >= 14) return;
  addAddress(draft, device, {
    ...{ local, peer: local, prefixLength, scope, label },
    broadcast: chance(rng, 50) ? ((local | (-1 >>> prefixLength)) as Ipv4Address) : null,
  });
}

const percent = (rng: Rng, most: number): number => (chance(rng, 40) ? rng.below(most) / 100 : 0);

/** A cable that may be slow, short of room, or bad. */
function randomCable(rng: Rng, delay: Duration): LinkConfig {
  if (chance(rng, 60)) return { ...PLAIN_LINK, delay };
  return {
    delay,
    rate: {
      bitsPerSecond: chance(rng, 30) ? 1_000_000 : 0,
      queueOctetsMax: 0,
      queueFramesMax: chance(rng, 50) ? 4 : 0,
    },
    impairments: {
      loss: percent(rng, 30),
      duplication: percent(rng, 20),
      corruption: percent(rng, 10),
      reordering: percent(rng, 30),
      reorderingDelay: 3_000_000 as Duration,
      jitter: (chance(rng, 30) ? 500_000 : 0) as Duration,
    },
    dropsLongFrames: chance(rng, 50),
  };
}

/** The lab of a plan. Each host draws from a stream of its own, so that one more or less changes nothing for the others. */
export function wildLab(
  plan: WildPlan,
  trace: Trace | null,
  follow: (simulation: Simulation) => void,
): WildLab {
  const rng = createRng(plan.seed);
  const { segments, delay } = shapeOf(rng);
  const simulation = new Simulation({ seed: plan.seed, trace });
  follow(simulation);
  const bridges = Array.from({ length: segments }, (_, i) => simulation.addSwitch(`s${i}`));
  const hosts = plan.hosts.map((number) => {
    const own = rng.stream(`host${number}`);
    const cables = [randomCable(own, delay), randomCable(own, delay)];
    const host = simulation.addNamespace(`h${number}`, "6.1.192");
    plugIn(own, simulation, host, bridges, number, cables);
    if (chance(own, 15)) randomService(own, host);
    return host;
  });
  const tunnels = rng.stream("tunnels");
  if (plan.tunnels) randomTunnels(tunnels, hosts);
  return { simulation, hosts, links: simulation.links };
}

const TUNNELS: readonly TunnelConfig[] = [
  { type: "ipip", port: 0, checksum: "none" },
  { type: "ipip", port: 0, checksum: "none" },
  { type: "gre", port: 0, checksum: "checksum" },
  { type: "gue", port: 6080, checksum: "none" },
];

/** A virtual service with one to three real servers of some method. */
function randomService(rng: Rng, host: NetworkNamespace): void {
  const udp = chance(rng, 50);
  const identity = {
    kind: "address",
    ...{ protocol: udp ? IpProtocol.udp : IpProtocol.tcp },
    ...{ address: ip(10, 0, rng.below(3), 100), port: udp ? 7 : 80 },
  } as const;
  const { address } = identity;
  host.configure((draft) => {
    const spec = { local: address, peer: address, prefixLength: 32, broadcast: null };
    addAddress(draft, 6, { ...spec, scope: Scope.universe, label: "eth0" });
    return 0;
  });
  host.controlIpvs(ORIGIN, {
    kind: "add-service",
    service: {
      ...{ identity, scheduler: pick(rng, ["rr", "wlc", "sh"]), schedulerFlags: 0 },
      ...{ persistenceTimeout: chance(rng, 20) ? 30 : 0, persistenceNetmask: -1 as Ipv4Address },
      ...{ onePacket: false, persistenceEngine: "" },
    },
  });
  for (let i = 1 + rng.below(3); i > 0; i--)
    host.controlIpvs(ORIGIN, {
      kind: "add-server",
      identity,
      server: {
        ...{ address: ip(10, 0, rng.below(3), 1 + rng.below(6)), port: identity.port, weight: 1 },
        forwarding: pick(rng, ["masquerading", "tunnelling", "direct-routing"]),
        ...{ upperThreshold: 0, lowerThreshold: 0 },
        tunnel: pick(rng, TUNNELS),
      },
    });
}

function plugIn(
  rng: Rng,
  simulation: Simulation,
  namespace: NetworkNamespace,
  bridges: readonly Switch[],
  number: number,
  cables: readonly LinkConfig[],
): void {
  const devices = 1 + rng.below(2);
  const homes: number[] = [];
  for (let d = 0; d < devices; d++) {
    const segment = rng.below(bridges.length);
    homes.push(segment);
    const mac = (0x020000000000 + number * 256 + d + 1) as MacAddress;
    const bridge = bridges[segment] as Switch;
    const plug = { namespace, device: `eth${d}`, mac };
    const port = `${namespace.name}-eth${d}`;
    simulation.attach(plug, bridge, port, cables[d] as LinkConfig);
  }
  namespace.configure((draft) => {
    homes.forEach((segment, d) => {
      if (chance(rng, 92)) addHome(draft, 6 + d, ip(10, 0, segment, number + 1));
      if (chance(rng, 15)) setLinkMtu(draft, 6 + d, pick(rng, [576, 1000, 1499]));
    });
    if (chance(rng, 20)) setLinkUp(draft, 2);
    for (let i = rng.below(3); i > 0; i--) randomAddress(rng, draft);
    for (let i = rng.below(6); i > 0; i--) randomSysctl(rng, draft);
    for (let i = rng.below(4); i > 0; i--) randomRoute(rng, draft);
    if (chance(rng, 20)) randomMultipath(rng, draft);
    if (chance(rng, 20)) randomRule(rng, draft);
    return 0;
  });
}

function addHome(draft: NamespaceDraft, index: number, local: Ipv4Address): void {
  const broadcast = (local | 255) as Ipv4Address;
  const label = `eth${index - 6}`;
  const spec = { local, peer: local, prefixLength: 24, broadcast, scope: Scope.universe, label };
  addAddress(draft, index, spec);
}
