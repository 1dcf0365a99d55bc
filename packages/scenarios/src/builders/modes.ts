/**
 * The four forwarding methods as labs of any size, in TypeScript: what a lab file with the same machines and the same
 * commands says. A client's network 203.0.113.0/24, and behind it 192.168.10.0/24 with the director at .10 and real
 * servers from .11 on.
 */
import { assert, type SchedulerName } from "@lvsim/core";
import { labOf } from "../lab-file/read.ts";
import type { LabDefinition, LabSource } from "../lab-file/schema.ts";

export interface ModeOptions {
  /** How many, 1 to 200; 2 unless said. */
  readonly realServers?: number;
  /** As `ipvsadm -s` takes it, or one that the lab is given beside Linux's; wlc unless said. */
  readonly scheduler?: SchedulerName | (string & {});
  /** One for each real server; all 1 unless said. */
  readonly weights?: readonly number[];
  /** Requests of the client, one a second; two for each real server unless said. */
  readonly requests?: number;
}

/** Direct routing: real servers own the VIP on lo, keep quiet about it, and answer the client past the director. */
export const directRouting = (options: ModeOptions = {}): LabDefinition =>
  lab(options, {
    title: { en: "Direct routing", zh: "DR 模式" },
    vip: "192.168.10.100",
    method: "-g",
    gateway: ROUTER,
    director: ["ip addr add 192.168.10.100/32 dev eth0"],
    realServer: [...QUIET, "ip addr add 192.168.10.100/32 dev lo"],
  });

/** Masquerading: both ways pass the director, which is the real servers' gateway. */
export const masquerading = (options: ModeOptions = {}): LabDefinition =>
  lab(options, {
    title: { en: "NAT", zh: "NAT 模式" },
    vip: "203.0.113.100",
    method: "-m",
    gateway: DIRECTOR,
    director: ["sysctl -w net.ipv4.ip_forward=1", "ip addr add 203.0.113.100/32 dev eth1"],
    realServer: [],
  });

/** Tunnelling: each request travels in an IP packet of its own; real servers unpack it and answer past the director. */
export const tunnelling = (options: ModeOptions = {}): LabDefinition =>
  lab(options, {
    title: { en: "Tunnelling", zh: "TUN 模式" },
    vip: "192.168.10.100",
    method: "-i",
    gateway: ROUTER,
    director: ["ip addr add 192.168.10.100/32 dev eth0"],
    realServer: [
      ...QUIET,
      "modprobe ipip",
      "ip addr add 192.168.10.100/32 dev tunl0",
      "ip link set tunl0 up",
      "sysctl -w net.ipv4.conf.tunl0.rp_filter=0",
    ],
  });

/** Full NAT: the director rewrites both ends; real servers need nothing but a way to its local address. */
export const fullNat = (options: ModeOptions = {}): LabDefinition =>
  lab(options, {
    title: { en: "FULLNAT", zh: "FULLNAT 模式" },
    vip: "203.0.113.100",
    method: "-b",
    gateway: ROUTER,
    director: [
      "sysctl -w net.ipv4.ip_forward=1",
      "ip addr add 203.0.113.100/32 dev eth1",
      "ip addr add 192.168.10.9/32 dev eth0",
    ],
    poolOf: "192.168.10.9",
    realServer: [],
  });

const ROUTER = "192.168.10.1";
const DIRECTOR = "192.168.10.10";
const FIRST_SERVER = 11;
const SERVERS_MAX = 200;
const QUIET = [
  "sysctl -w net.ipv4.conf.all.arp_ignore=1",
  "sysctl -w net.ipv4.conf.all.arp_announce=2",
];

/** What one method needs beyond the others. */
interface Mode {
  readonly title: LabSource["title"];
  readonly vip: string;
  readonly method: string;
  /** The real servers' way to the client. */
  readonly gateway: string;
  readonly director: readonly string[];
  readonly realServer: readonly string[];
  /** The director's local address, where it needs one. */
  readonly poolOf?: string;
}

function lab(options: ModeOptions, mode: Mode): LabDefinition {
  const { realServers = 2, scheduler = "wlc", weights = [], requests = 2 * realServers } = options;
  assert(realServers >= 1 && realServers <= SERVERS_MAX, `real servers: 1 to ${SERVERS_MAX}`);
  const { vip, method, poolOf } = mode;
  const service = `-t ${vip}:80`;
  const onBothSides = vip.startsWith("203.");
  const servers = Array.from({ length: realServers }, (_unused, i) => ({
    name: `rs${i + 1}`,
    address: `192.168.10.${FIRST_SERVER + i}`,
    weight: weights[i] ?? 1,
  }));
  const added = servers.map(
    ({ address, weight }) => `ipvsadm -a ${service} -r ${address} ${method} -w ${weight}`,
  );
  return labOf({
    format: 1,
    title: mode.title,
    about: {
      en: `${realServers} real servers behind one VIP, scheduled by ${scheduler}.`,
      zh: `一个 VIP 之后有 ${realServers} 台真实服务器,调度算法 ${scheduler}。`,
    },
    ...(poolOf === undefined ? {} : { ipvsadm: "fullnat" }),
    segments: { outside: { prefix: "203.0.113.0/24" }, lan: { prefix: "192.168.10.0/24" } },
    vips: [vip],
    hosts: {
      client: {
        role: { en: "client", zh: "客户端" },
        devices: { eth0: { segment: "outside", address: "203.0.113.10/24" } },
        gateway: "203.0.113.1",
      },
      gw: {
        role: { en: "gateway", zh: "网关" },
        devices: {
          eth0: { segment: "outside", address: "203.0.113.1/24" },
          eth1: { segment: "lan", address: `${ROUTER}/24` },
        },
        start: "sysctl -w net.ipv4.ip_forward=1\n",
      },
      dir: {
        role: { en: "director", zh: "调度器" },
        devices: {
          eth0: { segment: "lan", address: `${DIRECTOR}/24` },
          ...(onBothSides ? { eth1: { segment: "outside", address: "203.0.113.2/24" } } : {}),
        },
        gateway: onBothSides ? "203.0.113.1" : ROUTER,
        start: lines([
          ...mode.director,
          `ipvsadm -A ${service} -s ${scheduler}`,
          ...(poolOf === undefined ? [] : [`ipvsadm -P ${service} -z ${poolOf}`]),
          ...added,
        ]),
      },
      ...Object.fromEntries(
        servers.map(({ name, address }) => [
          name,
          {
            role: { en: "real server", zh: "真实服务器" },
            devices: { eth0: { segment: "lan", address: `${address}/24` } },
            gateway: mode.gateway,
            files: { "/usr/share/nginx/html/index.html": { content: `${name}\n` } },
            start: lines([...mode.realServer, "systemctl start nginx"]),
          },
        ]),
      ),
    },
    traffic: [{ from: "client", run: `curl -s -m 3 http://${vip}/`, times: requests, every: "1s" }],
  } satisfies LabSource);
}

const lines = (commands: readonly string[]): string => commands.map((line) => `${line}\n`).join("");
