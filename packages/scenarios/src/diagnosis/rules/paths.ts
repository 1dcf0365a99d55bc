/** Packets too long for the way: MTUs that differ, tunnels that take 20 octets, messages about it that nobody hears. */
import { formatIpv4Address, RouteTable } from "@lvsim/core";
import type { HostFacts } from "../evidence.ts";
import { cabled, holdingsOf } from "../network.ts";
import { namesOf, on, type Rule, type Suspect } from "../suspect.ts";
import { directorsOf } from "./vip.ts";

const TOO_LONG: ReadonlySet<string> = new Set([
  "ip-too-big",
  "tunnel-too-big",
  "too-long-for-receiver",
  "too-long-for-port",
]);
const USUAL_MTU = 1500;
const LONGEST = 1440;

export const mtu: Rule = (scene) => {
  const { network, services, incident, client, at } = scene;
  const { end } = incident;
  const tooLong = end?.kind === "dropped" && TOO_LONG.has(end.reason);
  const talks = incident.trouble === "stalled" || incident.trouble === "slow";
  const rank = tooLong ? 0.1 : talks ? 0.8 : 2.7;
  const odd = network.hosts.flatMap((host) =>
    cabled(host)
      .filter((device) => device.mtu !== USUAL_MTU)
      .map(
        ({ name, mtu: now }): Suspect => ({
          cause: "mtu",
          values: { host: host.name, device: name, mtu: now },
          fix: [on(host, `ip link set ${name} mtu ${USUAL_MTU}`)],
          rank: rank + (host === at ? 0 : 0.1),
          setting: { host: host.name, path: "devices" },
        }),
      ),
  );
  const servers = services.flatMap((facts) =>
    network.serversOf(facts).flatMap(({ host }) => (host === undefined ? [] : [host])),
  );
  const around = services.some(({ service }) =>
    service.realServers.some(({ forwarding }) => forwarding === "tunnelling"),
  );
  const unique = [...new Set(servers)];
  const shorter =
    unique.length === 0
      ? []
      : [
          {
            cause: "segmentSize" as const,
            values: { hosts: namesOf(unique) },
            fix: unique.map((host) => on(host, shortened(host))),
            rank: rank + (around ? 0.3 : 0.6),
            setting: { host: unique[0]?.name ?? "", path: "routes" },
          },
        ];
  const clamp = directorsOf(services).map((host) => ({
    cause: "segmentSize" as const,
    values: { hosts: client.name },
    fix: [on(client, shortened(client))],
    rank: rank + 0.7,
    setting: { host: host.name, path: "routes" },
  }));
  return tooLong || talks || odd.length > 0 ? [...odd, ...shorter, ...clamp] : [];
};

/** `advmss` on every route of the main table that leaves by a cable. */
function shortened(host: HostFacts): string {
  const names = new Map(cabled(host).map(({ index, name }) => [index, name]));
  return host.config.routes
    .filter(({ table, device }) => table === RouteTable.main && names.has(device))
    .map(({ destination, prefixLength, gateway, device, preferredSource }) => {
      const to =
        prefixLength === 0 ? "default" : `${formatIpv4Address(destination)}/${prefixLength}`;
      const via = gateway === 0 ? "" : ` via ${formatIpv4Address(gateway)}`;
      const link = gateway === 0 && prefixLength > 0 ? " proto kernel scope link" : "";
      const source = preferredSource === 0 ? "" : ` src ${formatIpv4Address(preferredSource)}`;
      return `ip route change ${to}${via} dev ${names.get(device)}${link}${source} advmss ${LONGEST}`;
    })
    .join("; ");
}

/** A real server of tunnelling that has no tunnel to take packets out of. */
export const tunnelDevice: Rule = ({ network, services, at, incident, target }) => {
  const pointed =
    incident.end?.kind === "dropped" &&
    ["tunnel-no-device", "ip-protocol-unknown", "tunnel-error"].includes(incident.end.reason);
  return services.flatMap((facts) =>
    network
      .serversOf(facts)
      .filter(({ server }) => server.forwarding === "tunnelling")
      .flatMap(({ host }): Suspect[] => {
        if (host === undefined) return [];
        const device = host.config.devices.find(({ kind }) => kind === "ipip");
        if (device?.up === true) return [];
        const vip = target === null ? "" : formatIpv4Address(target.address);
        const has = holdingsOf(host).some(({ address }) => address.local === target?.address);
        const add = has || vip === "" ? "" : `; ip addr add ${vip}/32 dev tunl0`;
        const open = "sysctl -w net.ipv4.conf.tunl0.rp_filter=0";
        return [
          {
            cause: "tunnelDown",
            values: { host: host.name },
            fix: [on(host, `modprobe ipip; ip link set tunl0 up${add}; ${open}`)],
            rank: pointed && host === at ? 0 : 0.9,
            setting: { host: host.name, path: "devices" },
          },
        ];
      }),
  );
};
