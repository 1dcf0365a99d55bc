/**
 * Names, addresses and what is typed on a director, by a plan. Clients 10.0.0.101 …, director 10.0.0.10, spare director .9,
 * real servers .11 …, FULLNAT's local address .8, virtual address .100. With masquerading and FULLNAT the virtual address is
 * 10.1.0.100 outside, where the clients are then, as they are behind a router, which is .1 on both sides.
 */
import type { ServerPlan, ServicePlan } from "./plan.ts";

/** Whether the director stands between clients and servers. */
export const isBetween = ({ method }: ServicePlan): boolean => method === "-m" || method === "-b";
export const isOutside = (plan: ServicePlan): boolean => isBetween(plan) || plan.routed;

export const serverName = ({ number }: ServerPlan): string =>
  number === 0 ? "dir" : `rs${number}`;
const serverAddress = ({ number }: ServerPlan): string => `10.0.0.${10 + number}`;
export const directorsOf = ({ spare }: ServicePlan): readonly string[] =>
  spare ? ["dir", "dir2"] : ["dir"];

export const vipOf = (plan: ServicePlan): string => (isBetween(plan) ? "10.1.0.100" : "10.0.0.100");
/** The director's device that has the virtual address. */
export const vipDevice = (plan: ServicePlan): string => (isBetween(plan) ? "eth1" : "eth0");
export const announce = (plan: ServicePlan): string =>
  `arping -q -c 1 -U -I ${vipDevice(plan)} ${vipOf(plan)}`;

export function gatewayOf(plan: ServicePlan, machine: string): string | null {
  if (machine.startsWith("client")) return plan.routed ? "10.1.0.1" : null;
  if (machine.startsWith("rs") && plan.method === "-m") return "10.0.0.10";
  return plan.routed && machine !== "gw" ? "10.0.0.1" : null;
}

const portOf = ({ udp }: ServicePlan): number => (udp ? 53 : 80);

/** The service, as ipvsadm names it. */
function serviceName(plan: ServicePlan): string {
  if (plan.naming === "mark") return "-f 7";
  const port = plan.naming === "any-port" ? 0 : portOf(plan);
  return `${plan.udp ? "-u" : "-t"} ${vipOf(plan)}:${port}`;
}

/** What makes packets the service's, where that is their mark. */
export const markRule = (plan: ServicePlan): string =>
  `iptables -t mangle -A PREROUTING -d ${vipOf(plan)} -p ${plan.udp ? "udp" : "tcp"} --dport ${portOf(plan)} -j MARK --set-mark 7`;

function serviceOptions(plan: ServicePlan, scheduler: string): string {
  const { persistence, netmask, onePacket, udp } = plan;
  const mask = netmask === "" ? "" : ` -M ${netmask}`;
  const each = onePacket && udp ? " -o" : "";
  return `-s ${scheduler}${persistence === 0 ? "" : ` -p ${persistence}${mask}`}${each}`;
}

const serverOptions = (plan: ServicePlan, server: ServerPlan): string => {
  const port = plan.naming === "any-port" ? ":0" : `:${portOf(plan)}`;
  return `-r ${serverAddress(server)}${port} ${plan.method} -w ${server.weight} -x ${server.upper}`;
};

export const addServer = (plan: ServicePlan, server: ServerPlan): string =>
  `ipvsadm -a ${serviceName(plan)} ${serverOptions(plan, server)}`;
export const editServer = (plan: ServicePlan, server: ServerPlan): string =>
  `ipvsadm -e ${serviceName(plan)} ${serverOptions(plan, server)}`;
export const deleteServer = (plan: ServicePlan, server: ServerPlan): string =>
  `ipvsadm -d ${serviceName(plan)} -r ${serverAddress(server)}:${plan.naming === "any-port" ? 0 : portOf(plan)}`;
export const editService = (plan: ServicePlan, scheduler: string = plan.scheduler): string =>
  `ipvsadm -E ${serviceName(plan)} ${serviceOptions(plan, scheduler)}`;

export const makeService = (plan: ServicePlan): string[] => [
  `ipvsadm -A ${serviceName(plan)} ${serviceOptions(plan, plan.scheduler)}`,
  ...(plan.method === "-b" ? [`ipvsadm -P ${serviceName(plan)} -z 10.0.0.8`] : []),
  ...plan.servers.map((server) => addServer(plan, server)),
];

export const sysctl = (setting: string): string => `sysctl -q -w ${setting}`;

/** Starts what answers. An echo answers from the address that was asked: of several it would take that of the device. */
export function daemon(plan: ServicePlan, machine: string): string {
  if (!plan.udp) return "systemctl start nginx";
  const own = machine === "dir" ? "bind=10.0.0.10," : "";
  const bind = isBetween(plan) ? own : `bind=${vipOf(plan)},`;
  return `socat UDP-LISTEN:53,${bind}fork EXEC:cat &`;
}
