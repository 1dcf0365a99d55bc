/**
 * The lab of a plan. With n routers:
 *
 *   client1 … ── far ── gw1 ── … ── gwN ── near ── dir, rs1 …          direct routing, tunnelling, full NAT
 *   client1 … ── far ── gw1 ── … ── gwN ── near ── dir ── lan ── rs1 …  masquerading
 *
 * Without routers the clients stand in `near`, where the VIP is.
 */
import { type LabDefinition, type LabSource, labOf } from "@lvsim/scenarios";
import { type FaultWords, faultLines } from "./fault-lines.ts";
import type { LabPlan } from "./labs.ts";
import { FORWARDING_FLAGS, type MethodName } from "./topologies.ts";

/** The virtual address of every such lab. */
export const PLAN_VIP = "192.168.10.100";
const DIRECTOR = "192.168.10.10";
const LOCAL_ADDRESS = "192.168.10.9";
const LAN_DIRECTOR = "10.0.10.10";
const QUIET = [
  "sysctl -w net.ipv4.conf.all.arp_ignore=1",
  "sysctl -w net.ipv4.conf.all.arp_announce=2",
];
/** What a real server of each method does, beside running nginx. */
const SERVER_START: Readonly<Record<MethodName, readonly string[]>> = {
  "direct-routing": [...QUIET, `ip addr add ${PLAN_VIP}/32 dev lo`],
  masquerading: [],
  tunnelling: [
    ...QUIET,
    "modprobe ipip",
    `ip addr add ${PLAN_VIP}/32 dev tunl0`,
    "ip link set tunl0 up",
    "sysctl -w net.ipv4.conf.tunl0.rp_filter=0",
  ],
  "full-nat": [],
};

type Hosts = LabSource["hosts"];

const lines = (commands: readonly string[]): string => commands.map((line) => `${line}\n`).join("");

/** The address of a real server, by its number from 0. */
export const serverAddress = (method: MethodName, server: number): string =>
  method === "masquerading" ? `10.0.10.${11 + server}` : `192.168.10.${11 + server}`;

/** The lab that a plan describes. */
export function labFor(plan: LabPlan): LabDefinition {
  const { topology, scheduler, servers, requests, faults } = plan;
  const { method, clients, routers, delayUs, lossPerMille } = topology;
  const cable = { delay: `${delayUs}us`, loss: lossPerMille / 1000 };
  const segments = ["near", ...(routers > 0 ? ["far"] : []), ...transits(routers)];
  if (method === "masquerading") segments.push("lan");
  const text = `${method}, ${servers.length} real servers, ${scheduler}`;
  return labOf({
    format: 1,
    title: { en: text, zh: text },
    about: { en: "A lab made from a plan.", zh: "由计划生成的实验。" },
    ...(method === "full-nat" ? { ipvsadm: "fullnat" } : {}),
    segments: Object.fromEntries(segments.map((name) => [name, cable])),
    vips: [PLAN_VIP],
    hosts: {
      ...clientHosts(clients, routers),
      ...routerHosts(routers),
      dir: director(plan),
      ...serverHosts(plan),
    },
    traffic: Array.from({ length: clients }, (_unused, i) => ({
      from: `client${i + 1}`,
      run: `curl -s -m 5 http://${PLAN_VIP}/`,
      times: requests,
      every: "100ms",
    })),
    faults: faults.flatMap((fault) => faultLines(fault, faultWords(plan, fault.server))),
  } satisfies LabSource);
}

/** Segments between routers. */
const transits = (routers: number): string[] =>
  Array.from({ length: Math.max(routers - 1, 0) }, (_unused, i) => `transit${i + 1}`);

function clientHosts(clients: number, routers: number): Hosts {
  const names = Array.from({ length: clients }, (_unused, i) => i + 1);
  return Object.fromEntries(
    names.map((i) => [
      `client${i}`,
      routers === 0
        ? { devices: { eth0: { segment: "near", address: `192.168.10.${200 + i}/24` } } }
        : {
            devices: { eth0: { segment: "far", address: `203.0.113.${10 + i}/24` } },
            gateway: "203.0.113.1",
          },
    ]),
  );
}

/** gw1 is the clients' gateway, the last one that of the VIP's segment. */
function routerHosts(routers: number): Hosts {
  return Object.fromEntries(
    Array.from({ length: routers }, (_unused, i) => {
      const last = i === routers - 1;
      const eth0 =
        i === 0
          ? { segment: "far", address: "203.0.113.1/24" }
          : { segment: `transit${i}`, address: `10.255.${i}.2/24` };
      const eth1 = last
        ? { segment: "near", address: "192.168.10.1/24" }
        : { segment: `transit${i + 1}`, address: `10.255.${i + 1}.1/24` };
      const back = i === 0 ? [] : [`ip route add 203.0.113.0/24 via 10.255.${i}.1`];
      const start = lines(["sysctl -w net.ipv4.ip_forward=1", ...back]);
      return [
        `gw${i + 1}`,
        { devices: { eth0, eth1 }, start, ...(last ? {} : { gateway: `10.255.${i + 1}.2` }) },
      ];
    }),
  );
}

/** The command that puts a real server in. */
function addServerCommand({ topology: { method }, servers }: LabPlan, server: number): string {
  const { weight = 1, upper = 0, lower = 0 } = servers[server] ?? {};
  const limits = upper === 0 ? "" : ` -x ${upper} -y ${lower}`;
  const address = serverAddress(method, server);
  return `ipvsadm -a -t ${PLAN_VIP}:80 -r ${address} ${FORWARDING_FLAGS[method]} -w ${weight}${limits}`;
}

function director(plan: LabPlan): Hosts[string] {
  const { topology, scheduler, servers } = plan;
  const { method, routers } = topology;
  const own = method === "full-nat" ? [`ip addr add ${LOCAL_ADDRESS}/32 dev eth0`] : [];
  const pool = method === "full-nat" ? [`ipvsadm -P -t ${PLAN_VIP}:80 -z ${LOCAL_ADDRESS}`] : [];
  return {
    devices: {
      eth0: { segment: "near", address: `${DIRECTOR}/24` },
      ...(method === "masquerading"
        ? { eth1: { segment: "lan", address: `${LAN_DIRECTOR}/24` } }
        : {}),
    },
    ...(routers === 0 ? {} : { gateway: "192.168.10.1" }),
    start: lines([
      "sysctl -w net.ipv4.ip_forward=1",
      `ip addr add ${PLAN_VIP}/32 dev eth0`,
      ...own,
      `ipvsadm -A -t ${PLAN_VIP}:80 -s ${scheduler}`,
      ...pool,
      ...servers.map((_server, i) => addServerCommand(plan, i)),
    ]),
  };
}

const faultWords = (plan: LabPlan, server: number): FaultWords => ({
  server: `-t ${PLAN_VIP}:80 -r ${serverAddress(plan.topology.method, server)}`,
  add: addServerCommand(plan, server),
  edit: addServerCommand(plan, server).replace(" -a ", " -e "),
  gateway: serverGateway(plan.topology),
});

/** The way of a real server to the clients; "" when they are in its own segment. */
const serverGateway = ({ method, routers }: LabPlan["topology"]): string =>
  method === "masquerading" ? LAN_DIRECTOR : routers === 0 ? "" : "192.168.10.1";

function serverHosts({ topology, servers }: LabPlan): Hosts {
  const { method } = topology;
  const segment = method === "masquerading" ? "lan" : "near";
  const gateway = serverGateway(topology);
  return Object.fromEntries(
    servers.map((_server, i) => [
      `rs${i + 1}`,
      {
        devices: { eth0: { segment, address: `${serverAddress(method, i)}/24` } },
        ...(gateway === "" ? {} : { gateway }),
        files: { "/usr/share/nginx/html/index.html": { content: `rs${i + 1}\n` } },
        start: lines([...SERVER_START[method], "systemctl start nginx"]),
      },
    ]),
  );
}
