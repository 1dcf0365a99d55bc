/** Machines that serve one service should be alike: what one of them lacks, the others show. */
import {
  DEFAULT_INTERFACE_SYSCTLS,
  formatIpv4Address,
  type InterfaceSysctls,
  interfaceSysctls,
} from "@lvsim/core";
import type { HostFacts } from "../evidence.ts";
import { cabled, defaultRoute, holdingsOf } from "../network.ts";
import { on, type Rule, type Scene, type Suspect } from "../suspect.ts";

/** Real servers of each service. */
function groups({ network, services }: Scene): HostFacts[][] {
  return services
    .map((facts) => [...new Set(network.serversOf(facts).flatMap(({ host }) => host ?? []))])
    .filter((hosts) => hosts.length > 1);
}

/** net.ipv4.conf.* that a server has otherwise than another one. */
export const oddSysctl: Rule = (scene) =>
  groups(scene).flatMap((hosts) =>
    hosts.flatMap((host) =>
      hosts
        .filter((other) => other !== host)
        .flatMap((other) =>
          ["all", ...cabled(host).map(({ name }) => name), "tunl0"].flatMap((device) =>
            differences(host, other, device).map(([field, now, theirs]) => ({
              cause: "unlikePeer" as const,
              values: {
                host: host.name,
                other: other.name,
                what: `net.ipv4.conf.${device}.${field} = ${now}`,
                theirs,
              },
              fix: [on(host, `sysctl -w net.ipv4.conf.${device}.${field}=${theirs}`)],
              rank: host === scene.at ? 1.3 : 2.3,
              setting: { host: host.name, path: `sysctls.conf.${device}.${field}` },
            })),
          ),
        ),
    ),
  );

function differences(
  host: HostFacts,
  other: HostFacts,
  device: string,
): (readonly [string, number, number])[] {
  const own = valuesOf(host, device);
  const theirs = valuesOf(other, device);
  return (Object.keys(DEFAULT_INTERFACE_SYSCTLS) as (keyof InterfaceSysctls)[])
    .filter((field) => own[field] !== theirs[field])
    .map((field) => [field, own[field], theirs[field]] as const);
}

const valuesOf = ({ config }: HostFacts, device: string): InterfaceSysctls =>
  device === "all"
    ? (config.sysctls.conf.all ?? DEFAULT_INTERFACE_SYSCTLS)
    : interfaceSysctls(config.sysctls, device);

/** A default gateway that a server has otherwise than another one on its segment. */
export const oddGateway: Rule = (scene) =>
  groups(scene).flatMap((hosts) =>
    hosts.flatMap((host) =>
      hosts
        .filter((other) => other !== host && (defaultRoute(other)?.gateway ?? 0) !== 0)
        .filter((other) => defaultRoute(other)?.gateway !== defaultRoute(host)?.gateway)
        .flatMap((other): Suspect[] => {
          const theirs = formatIpv4Address(defaultRoute(other)?.gateway ?? (0 as never));
          const mine = defaultRoute(host)?.gateway ?? 0;
          return [
            {
              cause: "unlikePeer",
              values: {
                host: host.name,
                other: other.name,
                what:
                  mine === 0
                    ? "no default route"
                    : `default via ${formatIpv4Address(mine as never)}`,
                theirs,
              },
              fix: [on(host, `ip route replace default via ${theirs}`)],
              rank: host === scene.at ? 0.8 : 1.8,
              setting: { host: host.name, path: "routes" },
            },
          ];
        }),
    ),
  );

/** An address on a device that an equal machine has at the same place, as a VIP of another service. */
export const oddAddress: Rule = (scene) =>
  groups(scene).flatMap((hosts) =>
    hosts.flatMap((host) => {
      const own = new Set(holdingsOf(host).map(({ address }) => address.local));
      return hosts
        .filter((other) => other !== host)
        .flatMap((other) =>
          holdingsOf(other)
            .filter(({ device }) => !other.cables.has(device.name))
            .filter(({ address }) => !own.has(address.local))
            .map(({ address, device }) => ({
              cause: "unlikePeer" as const,
              values: {
                host: host.name,
                other: other.name,
                what: `${formatIpv4Address(address.local)} missing`,
                theirs: device.name,
              },
              fix: [
                on(
                  host,
                  `ip addr add ${formatIpv4Address(address.local)}/${address.prefixLength} dev ${device.name}`,
                ),
              ],
              rank: host === scene.at ? 1.2 : 2.2,
              setting: { host: host.name, path: "devices" },
            })),
        );
    }),
  );
