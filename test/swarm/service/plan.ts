/**
 * What a generated lab with a virtual service is made from: a plain value, all of it drawn from one seed, from which the lab
 * file follows. The same plan is the same run; a smaller plan is a smaller lab.
 */
import { createRng, type Rng, type SchedulerName } from "@lvsim/core";
import { chance, pick } from "../chance.ts";

/** As ipvsadm has it; with `-b` all kernels are the fork's. */
type Method = "-g" | "-i" | "-m" | "-b";

export interface ServerPlan {
  /** Its number, from 1, which stays when others go: rs1 is 10.0.0.11. 0 is the director itself. */
  readonly number: number;
  readonly weight: number;
  /** Upper threshold; 0 for none. */
  readonly upper: number;
}

/** Somebody asks: a client, once, so many milliseconds after the beginning. */
export interface RequestPlan {
  readonly at: number;
  /** Number of the client, from 1. */
  readonly client: number;
  /** How long it leaves the connection open before it asks, in seconds; a datagram is followed by another. */
  readonly waits: number;
  /** How many octets it sends; 0 for a plain request. */
  readonly posts: number;
}

/** What goes wrong or is changed, and is put right again by itself; `on` is a machine, `value` what the kind makes of it. */
export interface FaultPlan {
  readonly kind: FaultKind;
  /** In milliseconds after the beginning. */
  readonly at: number;
  /** In milliseconds. */
  readonly lasts: number;
  readonly on: string;
  readonly value: string;
}

const FAULT_KINDS = [
  /** Its device is switched off. */
  "link",
  /** Its device takes shorter packets. */
  "mtu",
  /** A server is given another weight. */
  "weight",
  /** A server is taken out of the service. */
  "server",
  /** A server's upper threshold. */
  "threshold",
  /** The service gets another scheduler. */
  "scheduler",
  /** The director forgets the service. */
  "service",
  /** The director has another sysctl. */
  "sysctl",
  /** The director's timeouts of connections. */
  "timeouts",
  /** A real server answers ARP for the virtual address. */
  "arp",
  /** A machine forgets its neighbours. */
  "neighbours",
  /** The virtual address moves to the spare director. */
  "vip",
  /** A real server has no way back to the clients. */
  "route",
  /** The daemon of a real server stops. */
  "daemon",
] as const;
type FaultKind = (typeof FAULT_KINDS)[number];

export interface ServicePlan {
  readonly seed: string;
  readonly method: Method;
  readonly udp: boolean;
  /** Whether the service is one of a port, of all ports, or of a firewall mark. */
  readonly naming: "port" | "any-port" | "mark";
  readonly scheduler: SchedulerName;
  /** Persistence timeout in seconds; 0 for none. */
  readonly persistence: number;
  /** Of persistence; "" for each client alone. */
  readonly netmask: string;
  /** Whether each datagram is scheduled on its own. */
  readonly onePacket: boolean;
  /** Octets of an answer; 0 for what nginx comes with. */
  readonly body: number;
  /** Whether clients are behind a router; never with masquerading, where the director is one. */
  readonly routed: boolean;
  /** Whether there is a second director to which the virtual address may move. */
  readonly spare: boolean;
  /** Whether it is told of connections. */
  readonly synced: boolean;
  /** Whether the director's iptables track connections. */
  readonly tracked: boolean;
  /** Sysctls of the director, as `net.ipv4.vs.sloppy_tcp=1`. */
  readonly sysctls: readonly string[];
  /** Of each cable. */
  readonly delayUs: number;
  readonly loss: number;
  readonly duplication: number;
  readonly reordering: number;
  /** Numbers of the clients. */
  readonly clients: readonly number[];
  readonly servers: readonly ServerPlan[];
  readonly requests: readonly RequestPlan[];
  readonly faults: readonly FaultPlan[];
}

const SCHEDULERS: readonly SchedulerName[] = [
  ...(["rr", "wrr", "lc", "wlc", "lblc", "lblcr", "sh", "dh"] as const),
  ...(["sed", "nq", "fo", "ovf", "mh", "twos"] as const),
];

/** Those that the fork's kernel has. */
const OF_THE_FORK = SCHEDULERS.slice(0, 4);

const SYSCTLS: readonly string[] = [
  "net.ipv4.vs.expire_nodest_conn=1",
  "net.ipv4.vs.expire_quiescent_template=1",
  "net.ipv4.vs.conn_reuse_mode=0",
  "net.ipv4.vs.conntrack=1",
  "net.ipv4.vs.sloppy_tcp=1",
  "net.ipv4.vs.snat_reroute=0",
  "net.ipv4.vs.nat_icmp_send=1",
  "net.ipv4.vs.secure_tcp=3",
  "net.ipv4.vs.pmtu_disc=0",
  "net.ipv4.vs.drop_entry=3",
  "net.ipv4.conf.all.rp_filter=1",
  "net.ipv4.conf.all.send_redirects=0",
];

/** Faults that every lab can have, and what they do; the others need something that is not everywhere. */
const ON_SERVERS: readonly FaultKind[] = ["weight", "server", "threshold", "route", "daemon"];

/** Simulated milliseconds in which all begins. */
const SPAN = 6000;

const some = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_unused, i) => make(i));

export function servicePlan(seed: string): ServicePlan {
  const rng = createRng(`service/${seed}`);
  const method = pick<Method>(rng, ["-g", "-g", "-g", "-i", "-i", "-i", "-m", "-m", "-m", "-b"]);
  const isBetween = method === "-m" || method === "-b";
  const naming =
    chance(rng, 80) || method === "-b"
      ? "port"
      : pick<ServicePlan["naming"]>(rng, ["any-port", "mark"]);
  const spare = !isBetween && chance(rng, 30);
  // two directors that are each other's servers send packets round and round; FULLNAT's packets to itself are martians
  const maySelf = !spare && method !== "-b";
  const isPersistent = chance(rng, 25) || naming === "any-port";
  const bad = chance(rng, 50);
  const percent = (most: number): number => (bad && chance(rng, 50) ? rng.below(most) / 100 : 0);
  const plan = {
    seed,
    method,
    udp: method !== "-b" && chance(rng, 20),
    naming,
    scheduler: pick(rng, method === "-b" ? OF_THE_FORK : SCHEDULERS),
    persistence: isPersistent ? pick(rng, [3, 20]) : 0,
    netmask: chance(rng, 30) ? "255.255.255.0" : "",
    // answers of masqueraded servers are nobody's then
    onePacket: !isBetween && chance(rng, 20),
    body: pick(rng, [0, 0, 1500, 20_000]),
    routed: !isBetween && chance(rng, 40),
    spare,
    synced: chance(rng, 50),
    tracked: chance(rng, 20),
    sysctls: some(pick(rng, [0, 0, 1, 2]), () => pick(rng, SYSCTLS)),
    delayUs: pick(rng, [10, 50, 1000]),
    loss: percent(20),
    duplication: percent(20),
    reordering: percent(30),
    clients: some(1 + rng.below(2), (i) => i + 1),
    servers: some(1 + rng.below(4), (i) => ({
      number: i === 3 && maySelf ? 0 : i + 1,
      weight: pick(rng, [1, 1, 2, 5, 0]),
      upper: chance(rng, 20) ? 1 + rng.below(3) : 0,
    })),
  };
  return { ...plan, requests: requests(rng, plan.clients), faults: faults(rng, plan) };
}

const requests = (rng: Rng, clients: readonly number[]): RequestPlan[] =>
  some(2 + rng.below(9), () => ({
    at: rng.below(SPAN),
    client: pick(rng, clients),
    waits: chance(rng, 30) ? 1 + rng.below(3) : 0,
    posts: chance(rng, 25) ? pick(rng, [1000, 1472, 5000]) : 0,
  }));

function faults(
  rng: Rng,
  plan: Pick<ServicePlan, "servers" | "clients" | "spare" | "routed" | "method">,
): FaultPlan[] {
  const servers = plan.servers.map(({ number }) => (number === 0 ? "dir" : `rs${number}`));
  const clients = plan.clients.map((number) => `client${number}`);
  const machines = ["dir", ...servers, ...clients, ...(plan.routed ? ["gw"] : [])];
  const kinds = FAULT_KINDS.filter(
    (kind) =>
      (kind !== "vip" || plan.spare) &&
      (kind !== "arp" || plan.method === "-g" || plan.method === "-i"),
  );
  const schedulers = plan.method === "-b" ? OF_THE_FORK : SCHEDULERS;
  return some(rng.below(6), () => {
    const kind = pick(rng, kinds);
    const at = rng.below(SPAN);
    const on =
      kind === "link" || kind === "neighbours" || kind === "mtu"
        ? pick(rng, machines)
        : kind === "arp" || ON_SERVERS.includes(kind)
          ? pick(rng, servers)
          : "dir";
    return { kind, at, lasts: 100 + rng.below(4000), on, value: faultValue(rng, kind, schedulers) };
  });
}

function faultValue(rng: Rng, kind: FaultKind, schedulers: readonly SchedulerName[]): string {
  switch (kind) {
    case "weight":
      return String(pick(rng, [0, 0, 1, 3, 10]));
    case "mtu":
      return String(pick(rng, [576, 1000, 1400]));
    case "threshold":
      return String(1 + rng.below(3));
    case "scheduler":
      return pick(rng, schedulers);
    case "sysctl":
      return pick(rng, SYSCTLS);
    case "timeouts":
      return pick(rng, ["2 1 1", "5 5 5", "30 3 10"]);
    default:
      return "";
  }
}
