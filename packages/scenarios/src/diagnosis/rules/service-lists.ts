/** Several services together: marks that group them, ports that belong together, equal lists on several directors. */
import { formatIpv4Address, formatRule, IpProtocol } from "@lvsim/core";
import type { ServiceFacts } from "../network.ts";
import { on, type Rule, type Suspect } from "../suspect.ts";
import { endpointName, nameOf, serverName, serverSettings } from "./service-commands.ts";

/** A service by firewall mark that never sees its mark: a rule in PREROUTING would set it in time. */
export const markedService: Rule = ({ services, target, at, network }) => {
  if (target === null) return [];
  const marked = services.length > 0 ? services : network.services();
  return marked.flatMap(({ director, service }): Suspect[] => {
    const { identity } = service;
    if (identity.kind !== "fwmark") return [];
    const protocol = target.protocol === IpProtocol.udp ? "udp" : "tcp";
    const chains = director.config.netfilter.tables.mangle?.chains ?? [];
    const elsewhere = chains
      .filter(({ name }) => name !== "PREROUTING")
      .flatMap(({ rules }) => rules)
      .filter(({ target: does }) => does === "MARK")
      .map((rule) => formatRule(rule).trim());
    const own = `-d ${formatIpv4Address(target.address)} -p ${protocol} --dport ${target.port} -j MARK --set-mark ${identity.mark}`;
    return [...elsewhere, own].map((words, i) => ({
      cause: "markTooLate",
      values: { host: director.name, service: nameOf(service), mark: identity.mark },
      fix: [on(director, `iptables -t mangle -A PREROUTING ${words}`)],
      rank: (director === at ? -0.1 : 1.5) + i / 20,
      setting: { host: director.name, path: "netfilter.tables.mangle" },
    }));
  });
};

/** Persistent services of one address on several ports know nothing of each other: one for all ports keeps clients together. */
export const mergedPorts: Rule = ({ services, incident }) => {
  const groups = new Map<string, ServiceFacts[]>();
  for (const facts of services) {
    const { identity, persistenceTimeout } = facts.service;
    if (identity.kind !== "address" || persistenceTimeout === 0 || identity.port === 0) continue;
    const key = `${facts.director.name} ${identity.protocol} ${identity.address}`;
    groups.set(key, [...(groups.get(key) ?? []), facts]);
  }
  return [...groups.values()].flatMap((group): Suspect[] => {
    const [first] = group;
    if (first === undefined || group.length < 2) return [];
    const { director, service } = first;
    if (service.identity.kind !== "address") return [];
    const all = endpointName({ ...service.identity, port: 0 });
    const servers = [...service.realServers]
      .reverse()
      .map(
        (server) =>
          `ipvsadm -a ${all} -r ${formatIpv4Address(server.address)}:0 ${serverSettings(server)}`,
      );
    return [
      {
        cause: "portsApart",
        values: {
          host: director.name,
          services: group.map((one) => nameOf(one.service)).join(", "),
        },
        fix: [
          on(
            director,
            [
              ...group.map((one) => `ipvsadm -D ${nameOf(one.service)}`),
              `ipvsadm -A ${all} -s ${service.scheduler} -p ${service.persistenceTimeout}`,
              ...servers,
            ].join("; "),
          ),
        ],
        rank: incident.trouble === "unwanted" || incident.trouble === "unexpected" ? 0.6 : 2.5,
        setting: { host: director.name, path: "ipvs.services" },
      },
    ];
  });
};

/** Directors with equal lists begin with the same server: each gets its list turned by one more. */
export const staggered: Rule = ({ services, network }) => {
  const all = services.length > 1 ? services : network.services();
  const [first] = all;
  if (first === undefined || new Set(all.map(({ director }) => director)).size < 2) return [];
  const alike = all.filter(({ service }) => nameOf(service) === nameOf(first.service));
  const fix = alike.flatMap(({ director, service }, i) => {
    const name = nameOf(service);
    const turned = [...service.realServers].reverse().slice(0, i % service.realServers.length);
    return turned.length === 0
      ? []
      : [
          on(
            director,
            turned
              .map(
                (server) =>
                  `ipvsadm -d ${name} -r ${serverName(server)}; ipvsadm -a ${name} -r ${serverName(server)} ${serverSettings(server)}`,
              )
              .join("; "),
          ),
        ];
  });
  return fix.length === 0
    ? []
    : [
        {
          cause: "sameStart",
          values: { hosts: alike.map(({ director }) => director.name).join(", ") },
          fix,
          rank: 1.6,
        },
      ];
};
