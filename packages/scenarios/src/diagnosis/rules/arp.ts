/** Who answers ARP, and with which address somebody asks: the ARP problem of direct routing, and machines too quiet. */
import { formatIpv4Address } from "@lvsim/core";
import type { HostFacts } from "../evidence.ts";
import { cabled, confOf, holds } from "../network.ts";
import { groupsOf, namesOf, on, type Rule, rankAt, type Suspect } from "../suspect.ts";
import { directorsOf, ownersToBe } from "./vip.ts";

/** Machines that have the virtual address beside the director, and answer for it. */
export const answersForVip: Rule = (scene) => {
  const { network, target, services, incident, at } = scene;
  if (target === null) return [];
  const directors = directorsOf(services);
  const holders = network
    .holders(target.address)
    .map(({ host }) => host)
    .filter((host) => !directors.includes(host) || directors.length > 1);
  const others = [...new Set([...holders, ...ownersToBe(scene)])].filter((host) =>
    holds(host, target.address),
  );
  const vip = formatIpv4Address(target.address);
  const loud = others.filter((host) => weakest(host, "arpIgnore") === 0);
  const telling = others.filter((host) => weakest(host, "arpAnnounce") < 2);
  const rank = (hosts: readonly HostFacts[]): number =>
    incident.trouble === "bypassed" || incident.trouble === "contested"
      ? rankAt(hosts, at, 0.3)
      : 1.2;
  const suspects = groupsOf(loud, at).map((hosts) => ({
    cause: "arpIgnore" as const,
    values: { hosts: namesOf(hosts), vip },
    fix: hosts.map((host) => on(host, "sysctl -w net.ipv4.conf.all.arp_ignore=1")),
    rank: rank(hosts),
    setting: { host: hosts[0]?.name ?? "", path: "sysctls.conf.all.arp_ignore" },
  }));
  const announce = groupsOf(telling, at).map((hosts) => ({
    cause: "arpAnnounce" as const,
    values: { hosts: namesOf(hosts), vip },
    fix: hosts.map((host) => on(host, "sysctl -w net.ipv4.conf.all.arp_announce=2")),
    rank: rank(hosts) + 0.1,
    setting: { host: hosts[0]?.name ?? "", path: "sysctls.conf.all.arp_announce" },
  }));
  const both = groupsOf([...loud, ...telling], at).map((hosts) => ({
    cause: "arpBoth" as const,
    values: { hosts: namesOf(hosts), vip },
    fix: hosts.map((host) =>
      on(host, "sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2"),
    ),
    rank: rank(hosts) + 0.2,
    setting: { host: hosts[0]?.name ?? "", path: "sysctls.conf.all.arp_ignore" },
  }));
  return [...suspects, ...announce, ...(loud.length > 0 && telling.length > 0 ? both : [])];
};

const weakest = (host: HostFacts, field: "arpIgnore" | "arpAnnounce"): number =>
  Math.min(...cabled(host).map(({ name }) => confOf(host, name)[field]), 9);

/** A machine that has the address somebody waits for, and keeps silent. */
export const tooQuiet: Rule = ({ network, incident, services }) => {
  const { end } = incident;
  if (end?.kind !== "unresolved") return [];
  const address = formatIpv4Address(end.address);
  const directors = directorsOf(services);
  const serving = services.flatMap((facts) =>
    network.serversOf(facts).flatMap(({ host }) => host ?? []),
  );
  return network.holders(end.address).flatMap(({ host, device }) => {
    // a real server is quiet about the VIP on purpose
    const isMeant =
      !host.cables.has(device.name) && serving.includes(host) && !directors.includes(host);
    return cabled(host).flatMap(({ name, noArp }) => [
      ...silenced(host, name, address).map((one) => ({
        ...one,
        rank: one.rank + (isMeant ? 2 : 0),
      })),
      ...(noArp ? [switchedOff(host, name)] : []),
    ]);
  });
};

/** Settings that keep it from answering, each with the values that might let it. */
function silenced(host: HostFacts, device: string, address: string): Suspect[] {
  const conf = confOf(host, device);
  const { conf: settings } = host.config.sysctls;
  return (["arp_ignore", "arp_filter"] as const).flatMap((field) => {
    const now = field === "arp_ignore" ? conf.arpIgnore : conf.arpFilter;
    if (now === 0) return [];
    const places = ["all", device].filter((place) => (settings[place]?.[field] ?? 0) !== 0);
    return (field === "arp_ignore" ? [0, 1] : [0])
      .filter((value) => value < now)
      .map((value) => ({
        cause: "arpSilent" as const,
        values: { host: host.name, address, device, setting: `${field}=${now}` },
        fix: [
          on(
            host,
            `sysctl -w ${places.map((place) => `net.ipv4.conf.${place}.${field}=${value}`).join(" ")}`,
          ),
        ],
        // 1 keeps the virtual address quiet
        rank: now > 2 ? (1 - value) / 10 : value / 10,
        setting: { host: host.name, path: `sysctls.conf.${places[0] ?? "all"}.${field}` },
      }));
  });
}

const switchedOff = (host: HostFacts, device: string): Suspect => ({
  cause: "noArp",
  values: { host: host.name, device },
  fix: [on(host, `ip link set ${device} arp on`)],
  rank: 0,
  setting: {
    host: host.name,
    read: ({ devices }) => devices.find(({ name }) => name === device)?.noArp,
  },
});

/** A neighbour entry that somebody fixed by hand, or that is out of date. */
export const wrongNeighbour: Rule = ({ network, incident, client, at }) => {
  const hosts = [at, ...network.hosts].filter((host) => host !== undefined);
  const { end } = incident;
  const isLost =
    end?.kind === "vanished" || (end?.kind === "dropped" && end.reason === "no-receiver");
  const rank = isLost ? 0 : 2.8;
  return [...new Set(hosts)].flatMap((host) =>
    cabled(host).map(({ name }) => ({
      cause: "neighbour" as const,
      values: { host: host.name, device: name },
      fix: [
        on(
          host,
          `ip neigh show nud permanent dev ${name} | while read a rest; do ip neigh del $a dev ${name}; done; ip neigh flush dev ${name}`,
        ),
      ],
      rank: rank + (host === at ? 0 : host === client ? 0.1 : 0.2),
    })),
  );
};
