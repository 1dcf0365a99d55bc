/** The lab file of a plan: what `lvsim run` would play. Clients ask, and faults come, as commands typed at their time. */
import { type LabDefinition, type LabSource, labOf } from "@lvsim/scenarios";
import { faultLines, type TimedLine } from "./faults.ts";
import type { RequestPlan, ServerPlan, ServicePlan } from "./plan.ts";
import {
  daemon,
  directorsOf,
  gatewayOf,
  isBetween,
  isOutside,
  makeService,
  markRule,
  serverName,
  sysctl,
  vipDevice,
  vipOf,
} from "./site.ts";

type Hosts = LabSource["hosts"];
type Host = Hosts[string];

/** The command by which a client asks, and whose status says whether it was answered. */
export function askLine(plan: ServicePlan): string {
  const vip = vipOf(plan);
  return plan.udp
    ? `test "$(echo hello | nc -u -w 1 ${vip} 53)" = hello`
    : `curl -s -m 3 -o /dev/null http://${vip}/`;
}

function requestLine(plan: ServicePlan, { at, client, waits, posts }: RequestPlan): TimedLine {
  const vip = vipOf(plan);
  const line = (run: string): TimedLine => ({ at: `${at}ms`, on: `client${client}`, run });
  const octets = `head -c ${posts} /dev/zero`;
  if (plan.udp && posts > 0) return line(`${octets} | nc -u -w 1 ${vip} 53 > /dev/null`);
  if (plan.udp && waits > 0)
    return line(`{ echo one; sleep ${waits}; echo two; } | nc -u -w 1 ${vip} 53`);
  if (plan.udp) return line(askLine(plan));
  if (posts > 0)
    return line(`${octets} | curl -s -m 3 -o /dev/null --data-binary @- http://${vip}/`);
  if (waits === 0) return line(askLine(plan));
  const asks = `(sleep ${waits}; printf "GET / HTTP/1.0\\r\\n\\r\\n")`;
  return line(`${asks} | nc -w 4 ${vip} 80 > /dev/null`);
}

const QUIET = [
  sysctl("net.ipv4.conf.all.arp_ignore=1"),
  sysctl("net.ipv4.conf.all.arp_announce=2"),
];

/** What it answers with, where that is not nginx's own page. */
const content = ({ udp, body }: ServicePlan): string[] =>
  udp || body === 0 ? [] : [`head -c ${body} /dev/zero > /usr/share/nginx/html/index.html`];

function serverStart(plan: ServicePlan, name: string): string[] {
  const { method } = plan;
  const vip = `${vipOf(plan)}/32`;
  const serve = [...content(plan), daemon(plan, name)];
  if (isBetween(plan)) return serve;
  if (method === "-g") return [...QUIET, `ip addr add ${vip} dev lo`, ...serve];
  return [
    ...QUIET,
    "modprobe ipip",
    `ip addr add ${vip} dev tunl0`,
    "ip link set tunl0 up",
    sysctl("net.ipv4.conf.tunl0.rp_filter=0"),
    ...serve,
  ];
}

function directorStart(plan: ServicePlan, name: string): string[] {
  const role = name === "dir" ? "master" : "backup";
  const serves = name === "dir" && plan.servers.some(({ number }) => number === 0);
  return [
    sysctl("net.ipv4.ip_forward=1"),
    ...plan.sysctls.map(sysctl),
    ...(plan.tracked ? ["iptables -A INPUT -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT"] : []),
    ...(plan.naming === "mark" ? [markRule(plan)] : []),
    ...(plan.method === "-b" ? ["ip addr add 10.0.0.8/32 dev eth0"] : []),
    ...(name === "dir" ? [`ip addr add ${vipOf(plan)}/32 dev ${vipDevice(plan)}`] : []),
    ...makeService(plan),
    ...(plan.spare && plan.synced ? [`ipvsadm --start-daemon ${role} --mcast-interface eth0`] : []),
    ...(serves ? [...content(plan), daemon(plan, name)] : []),
  ];
}

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");
const lan = (last: number) => ({ segment: "lan", address: `10.0.0.${last}/24` });
const outside = (last: number) => ({ segment: "outside", address: `10.1.0.${last}/24` });

function host(plan: ServicePlan, name: string, devices: Host["devices"], start: string[]): Host {
  const gateway = gatewayOf(plan, name);
  return {
    devices,
    ...(gateway === null ? {} : { gateway }),
    ...(start.length === 0 ? {} : { start: text(start) }),
  };
}

function hostsOf(plan: ServicePlan): Hosts {
  const hosts: Hosts = {};
  const add = (name: string, devices: Host["devices"], start: string[]): void => {
    hosts[name] = host(plan, name, devices, start);
  };
  const front = isOutside(plan) ? outside : lan;
  for (const number of plan.clients) add(`client${number}`, { eth0: front(100 + number) }, []);
  if (plan.routed) add("gw", { eth0: outside(1), eth1: lan(1) }, [sysctl("net.ipv4.ip_forward=1")]);
  for (const name of directorsOf(plan)) {
    const inside = { eth0: lan(name === "dir" ? 10 : 9) };
    const devices = isBetween(plan) ? { ...inside, eth1: outside(10) } : inside;
    add(name, devices, directorStart(plan, name));
  }
  const isMachine = ({ number }: ServerPlan): boolean => number > 0;
  for (const server of plan.servers.filter(isMachine)) {
    const name = serverName(server);
    add(name, { eth0: lan(10 + server.number) }, serverStart(plan, name));
  }
  return hosts;
}

export function labSource(plan: ServicePlan): LabSource {
  const { seed, delayUs, loss, duplication, reordering } = plan;
  const cable = { delay: `${delayUs}us`, loss, duplication, reordering };
  return {
    format: 1,
    title: { en: `Generated from seed ${seed}`, zh: `由种子 ${seed} 生成` },
    about: {
      en: "A service, who asks for it, and what goes wrong.",
      zh: "一个服务、请求者与故障。",
    },
    ...(plan.method === "-b" ? { ipvsadm: "fullnat" } : {}),
    segments: { lan: cable, ...(isOutside(plan) ? { outside: cable } : {}) },
    vips: [vipOf(plan)],
    hosts: hostsOf(plan),
    faults: [
      ...plan.requests.map((request) => requestLine(plan, request)),
      ...plan.faults.flatMap((fault) => faultLines(plan, fault)),
    ],
  };
}

export const serviceLab = (plan: ServicePlan): LabDefinition => labOf(labSource(plan));
