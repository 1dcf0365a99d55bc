/**
 * The lab file of a plan: what `lvsim run` would play. Clients ask, and faults come, as commands typed at their time.
 *
 * Clients 10.0.0.101 …, director 10.0.0.10, spare director .9, real servers .11 …, virtual address .100 or, with
 * masquerading, 10.1.0.100 outside, where the clients are then, as they are behind a router, which is .1 on both sides.
 */
import { type LabDefinition, type LabSource, labOf } from "@lvsim/scenarios";
import type { FaultPlan, RequestPlan, ServerPlan, ServicePlan } from "./plan.ts";

const serverName = ({ number }: ServerPlan): string => (number === 0 ? "dir" : `rs${number}`);
const serverAddress = ({ number }: ServerPlan): string => `10.0.0.${10 + number}`;
const isOutside = ({ method, routed }: ServicePlan): boolean => method === "-m" || routed;
export const vipOf = ({ method }: ServicePlan): string =>
  method === "-m" ? "10.1.0.100" : "10.0.0.100";
const directorsOf = ({ spare }: ServicePlan): readonly string[] =>
  spare ? ["dir", "dir2"] : ["dir"];
/** The director's device that has the virtual address. */
const vipDevice = ({ method }: ServicePlan): string => (method === "-m" ? "eth1" : "eth0");

const service = (plan: ServicePlan): string =>
  plan.udp ? `-u ${vipOf(plan)}:53` : `-t ${vipOf(plan)}:80`;

const serviceOptions = ({ scheduler, persistence }: ServicePlan, other = scheduler): string =>
  `-s ${other}${persistence === 0 ? "" : ` -p ${persistence}`}`;

const serverOptions = ({ method }: ServicePlan, server: ServerPlan): string =>
  `-r ${serverAddress(server)} ${method} -w ${server.weight} -x ${server.upper}`;

const addServer = (plan: ServicePlan, server: ServerPlan): string =>
  `ipvsadm -a ${service(plan)} ${serverOptions(plan, server)}`;
const editServer = (plan: ServicePlan, server: ServerPlan): string =>
  `ipvsadm -e ${service(plan)} ${serverOptions(plan, server)}`;

const makeService = (plan: ServicePlan): string[] => [
  `ipvsadm -A ${service(plan)} ${serviceOptions(plan)}`,
  ...plan.servers.map((server) => addServer(plan, server)),
];

const sysctl = (setting: string): string => `sysctl -q -w ${setting}`;
/** How it was before. */
const sysctlBack = (plan: ServicePlan, setting: string): string => {
  const [name] = setting.split("=");
  const own = plan.sysctls.filter((other) => other.startsWith(`${name}=`)).at(-1);
  return sysctl(
    own ?? `${name}=${name === "net.ipv4.vs.conn_reuse_mode" ? 1 : (DEFAULTS[name ?? ""] ?? 0)}`,
  );
};
const DEFAULTS: Readonly<Record<string, number>> = {
  "net.ipv4.vs.snat_reroute": 1,
  "net.ipv4.vs.pmtu_disc": 1,
  "net.ipv4.conf.all.send_redirects": 1,
};

function gatewayOf(plan: ServicePlan, machine: string): string | null {
  if (machine.startsWith("client")) return plan.routed ? "10.1.0.1" : null;
  if (machine.startsWith("rs") && plan.method === "-m") return "10.0.0.10";
  return plan.routed && machine !== "gw" ? "10.0.0.1" : null;
}

const announce = (plan: ServicePlan): string =>
  `arping -q -c 1 -U -I ${vipDevice(plan)} ${vipOf(plan)}`;

/** What is typed when the fault begins, and when it ends. */
function deeds(plan: ServicePlan, fault: FaultPlan): readonly [begin: string, end: string] {
  const { on, value } = fault;
  const server = plan.servers.find((one) => serverName(one) === on);
  switch (fault.kind) {
    case "link": {
      const gateway = gatewayOf(plan, on);
      const back = gateway === null ? "" : `; ip route replace default via ${gateway}`;
      return ["ip link set eth0 down", `ip link set eth0 up${back}`];
    }
    case "weight":
      return server === undefined
        ? NOTHING
        : [editServer(plan, { ...server, weight: Number(value) }), editServer(plan, server)];
    case "threshold":
      return server === undefined
        ? NOTHING
        : [editServer(plan, { ...server, upper: Number(value) }), editServer(plan, server)];
    case "server":
      return server === undefined
        ? NOTHING
        : [`ipvsadm -d ${service(plan)} -r ${serverAddress(server)}`, addServer(plan, server)];
    case "scheduler":
      return [
        `ipvsadm -E ${service(plan)} -s ${value}${plan.persistence === 0 ? "" : ` -p ${plan.persistence}`}`,
        `ipvsadm -E ${service(plan)} ${serviceOptions(plan)}`,
      ];
    case "service":
      return ["ipvsadm -C", makeService(plan).join("; ")];
    case "sysctl":
      return [sysctl(value), sysctlBack(plan, value)];
    case "timeouts":
      return [`ipvsadm --set ${value}`, "ipvsadm --set 900 120 300"];
    case "arp":
      return [sysctl("net.ipv4.conf.all.arp_ignore=0"), sysctl("net.ipv4.conf.all.arp_ignore=1")];
    case "neighbours":
      return ["ip neigh flush dev eth0", "true"];
    case "vip":
      return [
        `ip addr del ${vipOf(plan)}/32 dev eth0`,
        `ip addr add ${vipOf(plan)}/32 dev eth0; ${announce(plan)}`,
      ];
    case "route":
      return ["ip route add blackhole 10.1.0.0/24", "ip route del blackhole 10.1.0.0/24"];
    case "daemon":
      return plan.udp
        ? ["pkill socat", echo(plan, on)]
        : ["systemctl stop nginx", "systemctl start nginx"];
  }
}
const NOTHING = ["true", "true"] as const;
/** Answers come from the address that was asked: a machine with several would take the one of the device. */
const echo = (plan: ServicePlan, name: string): string => {
  const own = name === "dir" ? "bind=10.0.0.10," : "";
  const bind = plan.method === "-m" ? own : `bind=${vipOf(plan)},`;
  return `socat UDP-LISTEN:53,${bind}fork EXEC:cat &`;
};

const daemon = (plan: ServicePlan, name: string): string =>
  plan.udp ? echo(plan, name) : "systemctl start nginx";

/** Weights, thresholds and servers are the director's to know. */
const machineOf = ({ kind, on }: FaultPlan): string =>
  kind === "weight" || kind === "threshold" || kind === "server" ? "dir" : on;

const secondsText = (ms: number): string => String(ms / 1000);

function faultLines(
  plan: ServicePlan,
  fault: FaultPlan,
): { at: string; on: string; run: string }[] {
  const [begin, end] = deeds(plan, fault);
  const at = `${fault.at}ms`;
  const pause = `sleep ${secondsText(fault.lasts)}`;
  const line = { at, on: machineOf(fault), run: `${begin}\n${pause}\n${end}` };
  if (fault.kind !== "vip") return [line];
  const [take, give] = [
    `ip addr add ${vipOf(plan)}/32 dev eth0; ${announce(plan)}`,
    `ip addr del ${vipOf(plan)}/32 dev eth0`,
  ];
  return [line, { at, on: "dir2", run: `${take}\n${pause}\n${give}` }];
}

/** The command by which a client asks, and whose status says whether it was answered. */
export const askLine = (plan: ServicePlan, waits = 0): string => {
  const vip = vipOf(plan);
  const pause = `sleep ${waits}; `;
  if (plan.udp && waits > 0) return `{ echo one; ${pause}echo two; } | nc -u -w 1 ${vip} 53`;
  if (plan.udp) return `test "$(echo hello | nc -u -w 1 ${vip} 53)" = hello`;
  if (waits === 0) return `curl -s -m 3 http://${vip}/`;
  const asks = `printf "GET / HTTP/1.0\\r\\n\\r\\n"`;
  return `(${pause}${asks}) | nc -w 4 ${vip} 80`;
};

const requestLine = (plan: ServicePlan, { at, client, waits }: RequestPlan) => ({
  at: `${at}ms`,
  on: `client${client}`,
  run: askLine(plan, waits),
});

const QUIET = [
  sysctl("net.ipv4.conf.all.arp_ignore=1"),
  sysctl("net.ipv4.conf.all.arp_announce=2"),
];

function serverStart(plan: ServicePlan, name: string): string[] {
  const { method } = plan;
  const serve = daemon(plan, name);
  const vip = "10.0.0.100/32";
  if (method === "-m") return [serve];
  if (method === "-g") return [...QUIET, `ip addr add ${vip} dev lo`, serve];
  const off = sysctl("net.ipv4.conf.tunl0.rp_filter=0");
  return [
    ...QUIET,
    "modprobe ipip",
    `ip addr add ${vip} dev tunl0`,
    "ip link set tunl0 up",
    off,
    serve,
  ];
}

function directorStart(plan: ServicePlan, name: string): string[] {
  return [
    sysctl("net.ipv4.ip_forward=1"),
    ...plan.sysctls.map(sysctl),
    ...(plan.tracked ? ["iptables -A INPUT -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT"] : []),
    ...(name === "dir" ? [`ip addr add ${vipOf(plan)}/32 dev ${vipDevice(plan)}`] : []),
    ...makeService(plan),
    ...(name === "dir" && plan.servers.some(({ number }) => number === 0)
      ? [daemon(plan, name)]
      : []),
  ];
}

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");
const lan = (last: number) => ({ segment: "lan", address: `10.0.0.${last}/24` });
const outside = (last: number) => ({ segment: "outside", address: `10.1.0.${last}/24` });

export function labSource(plan: ServicePlan): LabSource {
  const { delayUs, loss, duplication, reordering } = plan;
  const cable = { delay: `${delayUs}us`, loss, duplication, reordering };
  const behind = (machine: string) => {
    const gateway = gatewayOf(plan, machine);
    return gateway === null ? {} : { gateway };
  };
  const hosts: LabSource["hosts"] = {};
  for (const number of plan.clients)
    hosts[`client${number}`] = {
      devices: { eth0: (isOutside(plan) ? outside : lan)(100 + number) },
      ...behind(`client${number}`),
    };
  if (plan.routed)
    hosts.gw = {
      devices: { eth0: outside(1), eth1: lan(1) },
      start: text([sysctl("net.ipv4.ip_forward=1")]),
    };
  for (const name of directorsOf(plan))
    hosts[name] = {
      devices: {
        eth0: lan(name === "dir" ? 10 : 9),
        ...(plan.method === "-m" ? { eth1: outside(10) } : {}),
      },
      ...behind(name),
      start: text(directorStart(plan, name)),
    };
  for (const server of plan.servers.filter(({ number }) => number > 0))
    hosts[serverName(server)] = {
      devices: { eth0: lan(10 + server.number) },
      ...behind(serverName(server)),
      start: text(serverStart(plan, serverName(server))),
    };
  return {
    format: 1,
    title: { en: `Generated from seed ${plan.seed}`, zh: `由种子 ${plan.seed} 生成` },
    about: {
      en: "A service, who asks for it, and what goes wrong.",
      zh: "一个服务、请求者与故障。",
    },
    segments: { lan: cable, ...(isOutside(plan) ? { outside: cable } : {}) },
    vips: [vipOf(plan)],
    hosts,
    faults: [
      ...plan.requests.map((request) => requestLine(plan, request)),
      ...plan.faults.flatMap((fault) => faultLines(plan, fault)),
    ],
  };
}

export const serviceLab = (plan: ServicePlan): LabDefinition => labOf(labSource(plan));

/**
 * What puts everything right, by machine. Each fault ends by itself, but of some that overlap the end of one comes while the
 * other lasts. Thresholds go: a connection that has ended counts for minutes.
 */
export function healing(
  plan: ServicePlan,
): readonly (readonly [machine: string, command: string])[] {
  const servers = plan.servers
    .map((server) => ({ ...server, upper: 0 }))
    .map((server) => `${addServer(plan, server)} 2>/dev/null || ${editServer(plan, server)}`);
  const vip = `ip addr add ${vipOf(plan)}/32 dev ${vipDevice(plan)} 2>/dev/null`;
  return [
    [
      "dir",
      text([
        ...servers,
        `ipvsadm -E ${service(plan)} ${serviceOptions(plan)}`,
        vip,
        announce(plan),
      ]),
    ],
  ];
}
