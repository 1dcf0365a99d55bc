/** What a machine had configured during the run and has no longer: it would be put back. */
import {
  DEFAULT_INTERFACE_SYSCTLS,
  formatIpv4Address,
  formatRule,
  type NamespaceConfig,
  type RouteConfig,
  RouteProtocol,
  type TableName,
  type VirtualServiceConfig,
} from "@lvsim/core";
import type { HostFacts } from "../evidence.ts";
import { on, type Rule } from "../suspect.ts";
import { nameOf, serverName, serverSettings } from "./service-commands.ts";

/** Something lost: in words, and the command that brings it back. */
interface Loss {
  readonly what: string;
  readonly command: string;
  /** Whether a configuration has it. */
  readonly has: (config: NamespaceConfig) => boolean;
}

export const takenAway: Rule = ({ network, at }) =>
  network.hosts.flatMap((host) =>
    lossesOf(host).map(({ what, command, has }) => ({
      cause: "takenAway" as const,
      values: { host: host.name, what },
      fix: [on(host, command)],
      rank: host === at ? 0.7 : 1.1,
      setting: { host: host.name, read: has },
    })),
  );

function lossesOf(host: HostFacts): Loss[] {
  const now = host.config;
  const found = new Map<string, Loss>();
  const past = host.past();
  const booted = past[0]?.before ?? now;
  for (const { before } of past)
    for (const loss of [
      ...addresses(before),
      ...routes(before),
      ...services(before),
      ...rules(before),
      ...sysctls(before, now, booted),
    ])
      if (!loss.has(now)) found.set(loss.what, loss);
  return [...found.values()];
}

const addresses = ({ devices }: NamespaceConfig): Loss[] =>
  devices.flatMap((device) =>
    device.addresses.map(({ local, prefixLength }) => {
      const text = `${formatIpv4Address(local)}/${prefixLength}`;
      return {
        what: `${text} (${device.name})`,
        command: `ip addr add ${text} dev ${device.name}`,
        has: (config) =>
          config.devices.some(
            ({ name, addresses: own }) =>
              name === device.name &&
              own.some((one) => one.local === local && one.prefixLength === prefixLength),
          ),
      };
    }),
  );

const sameRoute = (a: RouteConfig, b: RouteConfig): boolean =>
  a.destination === b.destination &&
  a.prefixLength === b.prefixLength &&
  a.gateway === b.gateway &&
  a.table === b.table &&
  a.type === b.type;

/** Routes that somebody typed: those of addresses come and go with them. */
const routes = (before: NamespaceConfig): Loss[] =>
  before.routes
    .filter(({ protocol, nextHops }) => protocol !== RouteProtocol.kernel && nextHops === undefined)
    .map((route) => {
      const { destination, prefixLength, gateway, device, table } = route;
      const to =
        prefixLength === 0 ? "default" : `${formatIpv4Address(destination)}/${prefixLength}`;
      const via = gateway === 0 ? "" : ` via ${formatIpv4Address(gateway)}`;
      const name = before.devices.find(({ index }) => index === device)?.name;
      const by = name === undefined ? "" : ` dev ${name}`;
      return {
        what: `${to}${via}`,
        command: `ip route replace ${to}${via}${by} table ${table}`,
        has: (config) => config.routes.some((one) => sameRoute(one, route)),
      };
    });

const sameService = (a: VirtualServiceConfig, b: VirtualServiceConfig): boolean =>
  nameOf(a) === nameOf(b);

const services = ({ ipvs }: NamespaceConfig): Loss[] =>
  ipvs.services.flatMap((service) => {
    const name = nameOf(service);
    const persistent = service.persistenceTimeout > 0 ? ` -p ${service.persistenceTimeout}` : "";
    const add = service.realServers.map(
      (server) => `ipvsadm -a ${name} -r ${serverName(server)} ${serverSettings(server)}`,
    );
    return [
      {
        what: name,
        command: [
          `ipvsadm -A ${name} -s ${service.scheduler}${persistent}`,
          ...[...add].reverse(),
        ].join("; "),
        has: (config) => config.ipvs.services.some((one) => sameService(one, service)),
      },
      ...service.realServers.map((server, i) => ({
        what: `${name} -r ${serverName(server)}`,
        command: add[i] ?? "",
        has: (config: NamespaceConfig) => {
          const kept = config.ipvs.services.find((one) => sameService(one, service));
          return (
            kept === undefined ||
            kept.realServers.some(
              ({ address, port }) => address === server.address && port === server.port,
            )
          );
        },
      })),
    ];
  });

const rules = ({ netfilter }: NamespaceConfig): Loss[] =>
  (Object.keys(netfilter.tables) as TableName[]).flatMap((table) =>
    (netfilter.tables[table]?.chains ?? []).flatMap(({ name, rules: all }) =>
      all.map((rule) => {
        const text = formatRule(rule);
        return {
          what: `${name}${text}`,
          command: `iptables -t ${table} -I ${name}${text}`,
          has: (config) =>
            config.netfilter.tables[table]?.chains.some((chain) =>
              chain.rules.some(({ id }) => id === rule.id),
            ) ?? false,
        };
      }),
    ),
  );

/** Values that somebody had set otherwise before; what a machine boots with is nothing that was lost. */
function sysctls(before: NamespaceConfig, now: NamespaceConfig, booted: NamespaceConfig): Loss[] {
  const own = Object.entries(before.sysctls.values)
    .filter(([path, value]) => booted.sysctls.values[path] !== value)
    .map(([path, value]) => ({
      what: `${path.replaceAll("/", ".")} = ${value}`,
      command: `sysctl -w ${path.replaceAll("/", ".")}='${value}'`,
      has: ({ sysctls: { values } }: NamespaceConfig) => (values[path] ?? value) === value,
    }));
  const conf = Object.keys(before.sysctls.conf).flatMap((device) =>
    Object.entries(valuesOf(before, device))
      .filter(
        ([field, value]) =>
          device !== "default" &&
          valuesOf(now, device)[field] !== value &&
          valuesOf(booted, device)[field] !== value,
      )
      .map(([field, value]) => {
        const all = field === "forwarding" && device === "all";
        const name = all ? "ip_forward" : `conf.${device}.${field}`;
        return {
          what: `net.ipv4.${name} = ${value}`,
          command: `sysctl -w net.ipv4.${name}=${value}`,
          has: (config: NamespaceConfig) => valuesOf(config, device)[field] === value,
        };
      }),
  );
  return [...own, ...conf];
}

/** net.ipv4.conf.DEVICE.* by name; those of a device without an entry are the kernel's defaults. */
const valuesOf = (
  { sysctls: { conf } }: NamespaceConfig,
  device: string,
): Record<string, number> => ({
  ...(conf[device] ?? DEFAULT_INTERFACE_SYSCTLS),
});
