/** Where packets are sent: default gateways, forwarding, devices that are down, masks, routes that lead astray. */
import {
  type DeviceConfig,
  formatIpv4Address,
  type Ipv4Address,
  inPrefix,
  type NamespaceConfig,
  parseIpv4Address,
  prefixMask,
  RouteTable,
  RouteType,
} from "@lvsim/core";
import type { HostFacts } from "../evidence.ts";
import {
  cabled,
  defaultGateway,
  defaultRoute,
  forwards,
  holdingsOf,
  type Network,
  routeTo,
} from "../network.ts";
import { groupsOf, namesOf, on, type Rule, rankAt, type Scene, type Suspect } from "../suspect.ts";
import { directorsOf } from "./vip.ts";

const real = (scene: Scene): HostFacts[] => [
  ...new Set(
    scene.services.flatMap((facts) =>
      scene.network
        .serversOf(facts)
        .flatMap(({ host }) => (host === facts.director ? [] : (host ?? []))),
    ),
  ),
];

/** Answers of masquerading must come back through the director. */
export const gatewayOfNat: Rule = (scene) => {
  const { network, services, at, incident, client } = scene;
  return services.flatMap((facts) => {
    const { director } = facts;
    const masqueraded = network
      .serversOf(facts)
      .filter(({ server }) => server.forwarding === "masquerading")
      .flatMap(({ host }) => (host === undefined || host === director ? [] : [host]));
    const wrong = [...new Set(masqueraded)].filter((host) => !leadsBy(host, client, director));
    return groupsOf(wrong, at ?? wrong[0]).flatMap((hosts) => {
      const reply = incident.side === "reply" || incident.trouble === "refused";
      const rank = rankAt(hosts, at, reply ? 0.2 : 1);
      const values = { hosts: namesOf(hosts), director: director.name };
      const setting = { host: hosts[0]?.name ?? "", read: defaultGateway };
      const by = hosts.flatMap((host) =>
        network
          .sharedAddresses(director, host)
          .slice(0, 1)
          .map((address) => ({ host, address })),
      );
      if (by.length === 0) return [];
      const gateway = by.map(({ host, address }) =>
        on(host, `ip route replace default via ${formatIpv4Address(address)}`),
      );
      const clients = holdingsOf(client)
        .filter(({ device }) => client.cables.has(device.name))
        .map(({ address }) => formatIpv4Address(address.local));
      const hostRoutes = by.map(({ host, address }) =>
        on(
          host,
          clients
            .map((one) => `ip route replace ${one} via ${formatIpv4Address(address)}`)
            .join("; "),
        ),
      );
      const quiet = on(
        director,
        `sysctl -w net.ipv4.conf.all.send_redirects=0 ${cabled(director)
          .map(({ name }) => `net.ipv4.conf.${name}.send_redirects=0`)
          .join(" ")}`,
      );
      return [
        { cause: "natGateway" as const, values, fix: gateway, rank, setting },
        { cause: "natSameSegment" as const, values, fix: hostRoutes, rank: rank + 0.1, setting },
        {
          cause: "natSameSegment" as const,
          values,
          fix: [quiet, ...hostRoutes],
          rank: rank + 0.2,
          setting,
        },
      ];
    });
  });
};

/** Whether packets of `host` to `to` go to a device of `by` first. */
function leadsBy(host: HostFacts, to: HostFacts, by: HostFacts): boolean {
  const [address] = holdingsOf(to)
    .filter(({ device }) => to.cables.has(device.name))
    .map(({ address: { local } }) => local);
  if (address === undefined) return false;
  const route = routeTo(host, address);
  return route !== undefined && holdingsOf(by).some((one) => one.address.local === route.gateway);
}

/** A machine without a way, or whose gateway is wrong: all that could be its gateway, likely ones first. */
export const gateway: Rule = (scene) => {
  const { network, client, at, incident } = scene;
  const servers = real(scene);
  const hosts = [...new Set([client, ...servers, ...(at === undefined ? [] : [at])])];
  return hosts.flatMap((host) => {
    const now = defaultRoute(host)?.gateway ?? 0;
    const atFault =
      host === at || (incident.end?.kind === "unresolved" && incident.end.address === now);
    return gatewaysFor(network, host)
      .filter((address) => address !== now)
      .map((address, i) => ({
        cause: now === 0 ? ("noGateway" as const) : ("wrongGateway" as const),
        values: {
          host: host.name,
          gateway: now === 0 ? "" : formatIpv4Address(now as Ipv4Address),
          better: formatIpv4Address(address),
        },
        fix: [on(host, `ip route replace default via ${formatIpv4Address(address)}`)],
        rank: (atFault ? 0.3 : host === client || now === 0 ? 1.5 : 2) + i / 20,
        setting: { host: host.name, read: defaultGateway },
      }));
  });
};

/** The gateway that the machine booted with, those of its neighbours, then every machine that forwards. */
function gatewaysFor(network: Network, host: HostFacts): Ipv4Address[] {
  const near = (address: Ipv4Address): boolean =>
    holdingsOf(host).some(
      ({ device, address: own }) =>
        host.cables.has(device.name) &&
        own.local !== address &&
        inPrefix(
          address,
          (own.local & prefixMask(own.prefixLength)) as Ipv4Address,
          own.prefixLength,
        ),
    );
  const booted = [host, ...network.hosts].flatMap(
    ({ gateway: text }) => parseIpv4Address(text) ?? [],
  );
  const routers = network.hosts.filter(
    (other) => other !== host && (forwards(other) || other.cables.size > 1),
  );
  const theirs = routers.flatMap((other) => network.sharedAddresses(other, host));
  const neighbours = network.hosts
    .filter((other) => other !== host && !routers.includes(other))
    .flatMap((other) => network.sharedAddresses(other, host));
  return [...new Set([...booted, ...theirs, ...neighbours])].filter(near).slice(0, 8);
}

/** A machine that should pass packets on and does not. */
export const forwarding: Rule = (scene) => {
  const { at, incident, services, network } = scene;
  const directors = directorsOf(services);
  const routers = network.hosts.filter((host) => host.cables.size > 1 || directors.includes(host));
  const off = [...new Set([...(at === undefined ? [] : [at]), ...routers])].filter(
    (host) =>
      !forwards(host) ||
      cabled(host).some(({ name }) => host.config.sysctls.conf[name]?.forwarding === 0),
  );
  return off.map((host) => ({
    cause: "forwardingOff" as const,
    values: { host: host.name },
    fix: [on(host, forwardAgain(host))],
    rank:
      host !== at
        ? 1.8
        : incident.end?.kind === "dropped" && incident.end.reason === "ip-forwarding-off"
          ? routers.includes(host)
            ? 0
            : 2.2
          : 1.8,
    setting: { host: host.name, path: `sysctls.conf.${placeOff(host)}.forwarding` },
  }));
};

/** Which of the switches is off. */
const placeOff = (host: HostFacts): string =>
  forwards(host)
    ? (cabled(host).find(({ name }) => host.config.sysctls.conf[name]?.forwarding === 0)?.name ??
      "all")
    : "all";

/** `ip_forward` sets all devices; where it is on already, the device's own switch is off. */
function forwardAgain(host: HostFacts): string {
  if (!forwards(host)) return "sysctl -w net.ipv4.ip_forward=1";
  const off = cabled(host).filter(({ name }) => host.config.sysctls.conf[name]?.forwarding === 0);
  return `sysctl -w ${off.map(({ name }) => `net.ipv4.conf.${name}.forwarding=1`).join(" ")}`;
}

/** Devices that are down, with what they lost: connected routes come back by themselves, the default route does not. */
export const deviceDown: Rule = ({ network, at, incident }) =>
  network.hosts.flatMap((host) =>
    host.config.devices
      .filter(
        (device) => !device.up && (host.cables.has(device.name) || device.addresses.length > 0),
      )
      .map((device) => ({
        cause: "deviceDown" as const,
        values: { host: host.name, device: device.name },
        fix: [on(host, upAgain(host, device))],
        rank: host === at || incident.end?.kind === "unresolved" ? 0 : 1,
        setting: {
          host: host.name,
          read: ({ devices }: NamespaceConfig) =>
            devices.find(({ index }) => index === device.index)?.up,
        },
      })),
  );

function upAgain(host: HostFacts, { name }: DeviceConfig): string {
  const up = `ip link set ${name} up`;
  return defaultRoute(host) !== undefined || host.gateway === ""
    ? up
    : `${up}; ip route replace default via ${host.gateway}`;
}

/** A mask that does not fit the other machines of the segment, so that neighbours look far or strangers near. */
export const oddMask: Rule = ({ network, at }) =>
  network.hosts.flatMap((host) =>
    holdingsOf(host).flatMap(({ device, address }): Suspect[] => {
      const segment = host.cables.get(device.name);
      if (segment === undefined) return [];
      // a second address may well be one of its own
      if (address.prefixLength === 32 && device.addresses.length > 1) return [];
      const lengths = network
        .on(segment)
        .filter((other) => other.host !== host)
        .flatMap((other) =>
          holdingsOf(other.host)
            .filter((one) => one.device.name === other.device)
            .map((one) => one.address.prefixLength),
        )
        .filter((length) => length < 32);
      const common = lengths.sort(
        (a, b) => lengths.filter((l) => l === b).length - lengths.filter((l) => l === a).length,
      )[0];
      if (common === undefined || common === address.prefixLength) return [];
      const local = formatIpv4Address(address.local);
      const route = defaultRoute(host);
      const by = route === undefined ? host.gateway : formatIpv4Address(route.gateway);
      const again = by === "" || route?.gateway === 0 ? "" : `; ip route replace default via ${by}`;
      return [
        {
          cause: "oddMask",
          values: { host: host.name, address: `${local}/${address.prefixLength}`, length: common },
          fix: [
            on(
              host,
              `ip addr del ${local}/${address.prefixLength} dev ${device.name}; ip addr add ${local}/${common} dev ${device.name}${again}`,
            ),
          ],
          rank: rankAt([host], at, 1),
          setting: {
            host: host.name,
            read: ({ devices }) =>
              devices
                .flatMap(({ addresses }) => addresses)
                .find((one) => one.local === address.local)?.prefixLength,
          },
        },
      ];
    }),
  );

const ASTRAY: ReadonlySet<number> = new Set([
  RouteType.blackhole,
  RouteType.unreachable,
  RouteType.prohibit,
]);
const TYPE_WORDS: Readonly<Record<number, string>> = {
  [RouteType.blackhole]: "blackhole ",
  [RouteType.unreachable]: "unreachable ",
  [RouteType.prohibit]: "prohibit ",
  [RouteType.local]: "local ",
};

/** Routes that somebody added and that lead packets of this request elsewhere, and rules that ask other tables. */
export const astray: Rule = ({ network, at }) =>
  network.hosts.flatMap((host) => [
    ...host.config.routes
      .filter(
        ({ table, type, protocol, prefixLength }) =>
          (table === RouteTable.main && prefixLength > 0 && protocol !== 2) ||
          ASTRAY.has(type) ||
          (table === RouteTable.local && protocol !== 2),
      )
      .map(({ destination, prefixLength, type, table, gateway: via, device }) => {
        const name = host.config.devices.find(({ index }) => index === device)?.name;
        const to = `${TYPE_WORDS[type] ?? ""}${formatIpv4Address(destination)}/${prefixLength}`;
        const how = via === 0 ? "" : ` via ${formatIpv4Address(via)}`;
        const where = name === undefined || ASTRAY.has(type) ? "" : ` dev ${name}`;
        return {
          cause: "routeAstray" as const,
          values: { host: host.name, route: `${to}${how}` },
          fix: [on(host, `ip route del ${to}${how}${where} table ${table}`)],
          rank: ASTRAY.has(type) ? (host === at ? 0 : 1) : host === at ? 1.4 : 2.4,
          setting: { host: host.name, read: ({ routes }: NamespaceConfig) => routes.length },
        };
      }),
    ...host.config.rules
      .filter(
        ({ priority, action }) => action !== "lookup" || ![0, 32766, 32767].includes(priority),
      )
      .map(({ priority }) => ({
        cause: "policyRule" as const,
        values: { host: host.name, priority },
        fix: [on(host, `ip rule del priority ${priority}`)],
        rank: host === at ? 0.9 : 2,
        setting: { host: host.name, path: "rules" },
      })),
  ]);
