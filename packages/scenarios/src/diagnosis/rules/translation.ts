/** Masquerading in difficult places: a client beside the servers, redirects, rules of the nat table that never match. */
import { formatIpv4Address, IcmpType, IpProtocol } from "@lvsim/core";
import type { Evidence, HostFacts } from "../evidence.ts";
import { cabled, holds } from "../network.ts";
import { namesOf, on, type Rule, type Scene, type Suspect } from "../suspect.ts";
import { directorsOf } from "./vip.ts";

const isUntracked = ({ config }: HostFacts): boolean =>
  (config.sysctls.values["net/ipv4/vs/conntrack"] ?? "0") === "0";

/** Servers that should not see the client's own address: the director puts its own in its place. */
export const needsSnat: Rule = ({ network, services, client, incident }) =>
  services.flatMap((facts): Suspect[] => {
    const { director } = facts;
    const servers = network
      .serversOf(facts)
      .filter(({ server, host }) => server.forwarding === "masquerading" && host !== director)
      .map(({ server, host }) => ({ server, host }));
    if (servers.length === 0) return [];
    const track = isUntracked(director) ? "sysctl -w net.ipv4.vs.conntrack=1; " : "";
    const rules = [...new Set(servers.map(({ server }) => formatIpv4Address(server.address)))].map(
      (address) => `iptables -t nat -A POSTROUTING -d ${address} -j MASQUERADE`,
    );
    // a server that is no machine of the lab may be a container of the director itself
    const own = client === director || servers.some(({ host }) => host === client);
    const forged = incident.end?.kind === "dropped" && incident.end.reason === "ip-martian-source";
    return [
      {
        cause: "needsSnat",
        values: {
          hosts: servers
            .map(({ server, host }) => host?.name ?? formatIpv4Address(server.address))
            .join(", "),
          director: director.name,
        },
        fix: [on(director, `${track}${rules.join("; ")}`)],
        rank: own && forged ? 0.2 : own ? 0.8 : 1.7,
      },
    ];
  });

/** Rules of the nat table that were meant for packets of IPVS. */
export const untracked: Rule = ({ services, incident }) =>
  directorsOf(services)
    .filter(isUntracked)
    .map((director) => {
      const chains = director.config.netfilter.tables.nat?.chains ?? [];
      const { end } = incident;
      // a packet that nobody tracked is INVALID to a rule about states
      const invalid = end?.kind === "dropped" && end.why.includes("INVALID");
      const meant = chains.some(({ name, rules }) => name === "POSTROUTING" && rules.length > 0);
      return {
        cause: "untracked" as const,
        values: { host: director.name },
        fix: [on(director, "sysctl -w net.ipv4.vs.conntrack=1")],
        rank: invalid ? -0.1 : !meant ? 2.6 : incident.side === "none" ? 1 : 0.1,
        setting: { host: director.name, path: "sysctls.values.net/ipv4/vs/conntrack" },
      };
    });

/** Who sent redirects, by the trace. */
export function sendRedirects({ network }: Scene, { events }: Evidence): Suspect[] {
  const senders = new Set<string>();
  for (const event of events)
    if (
      event.kind === "sent" &&
      event.header.protocol === IpProtocol.icmp &&
      event.header.icmpType === IcmpType.redirect
    )
      senders.add(event.place);
  return network.hosts
    .filter((host) => cabled(host).some(({ name }) => senders.has(`${host.name}.${name}`)))
    .map((host) => ({
      cause: "sendRedirects" as const,
      values: { host: host.name },
      fix: [
        on(
          host,
          `sysctl -w ${["all", ...cabled(host).map(({ name }) => name)]
            .map((name) => `net.ipv4.conf.${name}.send_redirects=0`)
            .join(" ")}`,
        ),
      ],
      rank: 0.05,
      setting: { host: host.name, path: "sysctls.conf.all.send_redirects" },
    }));
}

/** A director has the virtual address itself: of the real servers' answers to it none can leave. Others may ask. */
export const elsewhere: Rule = ({ network, client, services, target }) => {
  if (!directorsOf(services).includes(client) || target === null) return [];
  return network.hosts
    .filter((host) => host !== client && !holds(host, target.address))
    .map((host, i) => ({
      cause: "directorAsks" as const,
      values: { host: client.name, other: host.name },
      fix: [],
      from: host.name,
      rank: 2.5 + i / 50,
    }));
};

/** Full-nat hides the client; a real server reads its address from an option, if the module is there. */
export const clientAddress: Rule = ({ network, services, incident }) => {
  const servers = services.flatMap((facts) =>
    network
      .serversOf(facts)
      .filter(({ server }) => server.forwarding === "full-nat")
      .flatMap(({ host }) => host ?? []),
  );
  const hosts = [...new Set(servers)];
  return hosts.length === 0
    ? []
    : [
        {
          cause: "noToa",
          values: { hosts: namesOf(hosts) },
          fix: hosts.map((host) => on(host, "modprobe toa")),
          rank: incident.trouble === "unwanted" ? 0.9 : 2.6,
        },
      ];
};
