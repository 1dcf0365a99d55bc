/** What is typed when a fault of a plan comes and when it goes, and what puts everything right in the end. */
import type { FaultPlan, ServicePlan } from "./plan.ts";
import {
  addServer,
  announce,
  daemon,
  deleteServer,
  editServer,
  editService,
  gatewayOf,
  makeService,
  serverName,
  sysctl,
  vipDevice,
  vipOf,
} from "./site.ts";

/** A command line typed at its time. */
export interface TimedLine {
  readonly at: string;
  readonly on: string;
  readonly run: string;
}

const DEFAULTS: Readonly<Record<string, number>> = {
  "net.ipv4.vs.conn_reuse_mode": 1,
  "net.ipv4.vs.snat_reroute": 1,
  "net.ipv4.vs.pmtu_disc": 1,
  "net.ipv4.conf.all.send_redirects": 1,
};

/** How the director's sysctl was before. */
function sysctlBack(plan: ServicePlan, setting: string): string {
  const [name = ""] = setting.split("=");
  const own = plan.sysctls.filter((other) => other.startsWith(`${name}=`)).at(-1);
  return sysctl(own ?? `${name}=${DEFAULTS[name] ?? 0}`);
}

const IGNORE = "net.ipv4.conf.all.arp_ignore";
const NO_WAY_BACK = ["10.1.0.0/24", "10.0.0.96/29"];

/** What is typed when the fault begins, and when it ends. */
function deeds(plan: ServicePlan, { kind, on, value }: FaultPlan): readonly [string, string] {
  const vip = `${vipOf(plan)}/32 dev ${vipDevice(plan)}`;
  switch (kind) {
    case "weight":
    case "threshold":
    case "server":
      return deedsOnServer(plan, kind, on, Number(value));
    case "link": {
      const gateway = gatewayOf(plan, on);
      const back = gateway === null ? "" : `; ip route replace default via ${gateway}`;
      return ["ip link set eth0 down", `ip link set eth0 up${back}`];
    }
    case "mtu":
      return [`ip link set eth0 mtu ${value}`, "ip link set eth0 mtu 1500"];
    case "scheduler":
      return [editService(plan, value), editService(plan)];
    case "service":
      return ["ipvsadm -C", makeService(plan).join("; ")];
    case "sysctl":
      return [sysctl(value), sysctlBack(plan, value)];
    case "timeouts":
      return [`ipvsadm --set ${value}`, "ipvsadm --set 900 120 300"];
    case "arp":
      return [sysctl(`${IGNORE}=0`), sysctl(`${IGNORE}=1`)];
    case "neighbours":
      return ["ip neigh flush dev eth0", "true"];
    case "vip":
      return [`ip addr del ${vip}`, `ip addr add ${vip}; ${announce(plan)}`];
    case "route":
      return [
        NO_WAY_BACK.map((prefix) => `ip route add blackhole ${prefix}`).join("; "),
        NO_WAY_BACK.map((prefix) => `ip route del blackhole ${prefix}`).join("; "),
      ];
    case "daemon":
      return [plan.udp ? "pkill socat" : "systemctl stop nginx", daemon(plan, on)];
  }
}

function deedsOnServer(
  plan: ServicePlan,
  kind: "weight" | "threshold" | "server",
  name: string,
  value: number,
): readonly [string, string] {
  const server = plan.servers.find((one) => serverName(one) === name);
  if (server === undefined) return ["true", "true"];
  if (kind === "server") return [deleteServer(plan, server), addServer(plan, server)];
  const other = kind === "weight" ? { ...server, weight: value } : { ...server, upper: value };
  return [editServer(plan, other), editServer(plan, server)];
}

/** Weights, thresholds and servers are the director's to know. */
const machineOf = ({ kind, on }: FaultPlan): string =>
  kind === "weight" || kind === "threshold" || kind === "server" ? "dir" : on;

export function faultLines(plan: ServicePlan, fault: FaultPlan): TimedLine[] {
  const [begin, end] = deeds(plan, fault);
  const at = `${fault.at}ms`;
  const pause = `sleep ${fault.lasts / 1000}`;
  const line = { at, on: machineOf(fault), run: `${begin}\n${pause}\n${end}` };
  if (fault.kind !== "vip") return [line];
  const vip = `${vipOf(plan)}/32 dev eth0`;
  const run = `ip addr add ${vip}; ${announce(plan)}\n${pause}\nip addr del ${vip}`;
  return [line, { at, on: "dir2", run }];
}

/**
 * What is typed on the director when all faults are over. Each ends by itself, but of some that overlap the end of one comes
 * while the other lasts. Thresholds go: a connection that has ended counts for minutes.
 */
export const healing = (plan: ServicePlan): string =>
  [
    ...plan.servers
      .map((server) => ({ ...server, upper: 0 }))
      .map((server) => `${addServer(plan, server)} 2>/dev/null || ${editServer(plan, server)}`),
    editService(plan),
    `ip addr add ${vipOf(plan)}/32 dev ${vipDevice(plan)} 2>/dev/null`,
    announce(plan),
  ].join("\n");
