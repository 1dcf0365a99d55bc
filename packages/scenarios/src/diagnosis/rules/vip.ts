/** The virtual address: missing on a real server or the director, with a wrong mask, or on a machine too many. */
import { type ForwardingMethod, formatIpv4Address, type Ipv4Address, inPrefix } from "@lvsim/core";
import type { HostFacts } from "../evidence.ts";
import {
  cabled,
  confOf,
  hadAddress,
  holdingsOf,
  holds,
  type Network,
  type ServiceFacts,
} from "../network.ts";
import { groupsOf, namesOf, on, type Rule, rankAt, type Scene, type Suspect } from "../suspect.ts";

const OWN_ADDRESS: ReadonlySet<ForwardingMethod> = new Set<ForwardingMethod>([
  "direct-routing",
  "tunnelling",
]);

/** Real servers of the services in question that must have the virtual address themselves. */
export function ownersToBe({ network, services }: Scene): HostFacts[] {
  const hosts = services.flatMap((facts) =>
    network
      .serversOf(facts)
      .filter(({ server, host }) => OWN_ADDRESS.has(server.forwarding) && host !== facts.director)
      .flatMap(({ host }) => host ?? []),
  );
  return [...new Set(hosts)];
}

const tunnelOf = (host: HostFacts): string =>
  host.config.devices.find(({ kind, up }) => kind === "ipip" && up)?.name ?? "lo";

const QUIET = "sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2";

/** A real server of direct routing or tunnelling without the virtual address passes the request on or drops it. */
export const missingOnServer: Rule = (scene) => {
  const { target, at } = scene;
  if (target === null) return [];
  const vip = formatIpv4Address(target.address);
  const lacking = ownersToBe(scene).filter((host) => !holds(host, target.address));
  return groupsOf(lacking, at).flatMap((hosts) => {
    const add = hosts.map((host) => on(host, `ip addr add ${vip}/32 dev ${tunnelOf(host)}`));
    const loud = hosts.filter((host) =>
      cabled(host).some(({ name }) => confOf(host, name).arpIgnore === 0),
    );
    const cause = {
      cause: "vipMissing",
      values: { hosts: namesOf(hosts), vip },
      setting: { host: hosts[0]?.name ?? "", read: hadAddress(target.address) },
    } as const;
    const rank = rankAt(hosts, at, 1);
    const quiet = loud.map((host) => on(host, QUIET));
    return [
      { ...cause, fix: add, rank },
      ...(quiet.length === 0 ? [] : [{ ...cause, fix: [...quiet, ...add], rank: rank + 0.5 }]),
    ];
  });
};

/** With a prefix shorter than 32 on lo the whole subnet is local: answers never leave. */
export const wideMask: Rule = (scene) => {
  const { target, at } = scene;
  if (target === null) return [];
  return ownersToBe(scene).flatMap((host) =>
    holdingsOf(host)
      .filter(({ address, device }) => {
        const inner =
          device.kind === "loopback" || device.kind === "ipip" || device.kind === "dummy";
        return inner && address.local === target.address && address.prefixLength < 32;
      })
      .map(({ address, device }) => {
        const vip = formatIpv4Address(address.local);
        const shown = `${vip}/${address.prefixLength}`;
        return {
          cause: "vipMask",
          values: { host: host.name, vip: shown, device: device.name },
          fix: [
            on(
              host,
              `ip addr del ${shown} dev ${device.name}; ip addr add ${vip}/32 dev ${device.name}`,
            ),
          ],
          rank: rankAt([host], at, 1),
          setting: { host: host.name, read: hadAddress(target.address) },
        } satisfies Suspect;
      }),
  );
};

/** A server that has it on a cabled device answers ARP for it, whatever arp_ignore says. */
export const onTheWire: Rule = (scene) => {
  const { target, at, incident } = scene;
  if (target === null) return [];
  const vip = formatIpv4Address(target.address);
  const isTold = incident.trouble === "bypassed" || incident.trouble === "contested";
  return ownersToBe(scene).flatMap((host) =>
    holdingsOf(host)
      .filter(
        ({ address, device }) => address.local === target.address && host.cables.has(device.name),
      )
      .map(({ address, device }) => ({
        cause: "vipOnWire" as const,
        values: { host: host.name, vip, device: device.name },
        fix: [
          on(
            host,
            `ip addr del ${vip}/${address.prefixLength} dev ${device.name}; ip addr add ${vip}/32 dev ${tunnelOf(host)}`,
          ),
        ],
        rank: isTold ? 0 : rankAt([host], at, 0.9),
        setting: { host: host.name, read: hadAddress(target.address) },
      })),
  );
};

/** Nobody answers for the virtual address: the director does not have it. */
export const missingOnDirector: Rule = ({ target, services, network, client, at, incident }) => {
  if (target === null) return [];
  const vip = formatIpv4Address(target.address);
  const unowned = services.length === 0 && network.holders(target.address).length === 0;
  const directors = directorsOf(unowned ? network.services() : services);
  return directors
    .filter((director) => !holds(director, target.address))
    .flatMap((director) =>
      outerDevices(director, client).flatMap((device, i) =>
        lengthsFor(network, director, device, target.address).map((length, j) => ({
          cause: "vipMissingOnDirector" as const,
          values: { host: director.name, vip },
          fix: [on(director, `ip addr add ${vip}/${length} dev ${device}`)],
          rank: (incident.end?.kind === "unresolved" || at === director ? 0 : 1) + i / 10 + j / 20,
          setting: { host: director.name, read: hadAddress(target.address) },
        })),
      ),
    );
};

/** Cabled devices of the director, those on the client's segment first. */
function outerDevices(director: HostFacts, client: HostFacts): string[] {
  const segments = new Set(client.cables.values());
  const names = cabled(director).map(({ name }) => name);
  const near = names.filter((name) => segments.has(director.cables.get(name) ?? ""));
  return [...near, ...names.filter((name) => !near.includes(name))];
}

/** 32 beside another address of the subnet, else the length that the others of the segment have. */
function lengthsFor(
  network: Network,
  director: HostFacts,
  device: string,
  vip: Ipv4Address,
): number[] {
  const others = network.on(director.cables.get(device) ?? "").flatMap(({ host, device: name }) =>
    holdingsOf(host)
      .filter((one) => one.device.name === name && one.address.prefixLength < 32)
      .filter(({ address }) => inPrefix(vip, address.local, address.prefixLength))
      .map(({ address }) => address.prefixLength),
  );
  const own = director.config.devices.find(({ name }) => name === device);
  const hasSubnet = own?.addresses.some(
    ({ local, prefixLength }) => prefixLength < 32 && inPrefix(vip, local, prefixLength),
  );
  return [...new Set(hasSubnet === true ? [32] : [...others, 32])];
}

/** Two machines that both say they have an address, where only one should. */
export const duplicateAddress: Rule = (scene) => {
  const { network, target, services, client, at } = scene;
  const expected = new Set([...services.map(({ director }) => director), ...ownersToBe(scene)]);
  const wanted = network.hosts.flatMap((host) =>
    holdingsOf(host).map(({ address }) => address.local),
  );
  const twice = [...new Set(wanted.filter((local) => network.holders(local).length > 1))];
  return twice.flatMap((local) =>
    network
      .holders(local)
      .filter(({ device }) => device.kind !== "loopback" || local === target?.address)
      .filter(({ host }) => local !== target?.address || !expected.has(host))
      .filter(({ host, device }) => host !== client || !host.cables.has(device.name))
      .map(({ host, device, address }) => ({
        cause: "addressTwice" as const,
        values: {
          address: formatIpv4Address(local),
          hosts: namesOf(network.holders(local).map((one) => one.host)),
        },
        fix: [
          on(
            host,
            `ip addr del ${formatIpv4Address(local)}/${address.prefixLength} dev ${device.name}`,
          ),
        ],
        // what somebody's cable leads to is his; whoever has it besides takes it away
        rank: host !== at ? 1 : host.cables.has(device.name) ? 0.5 : 0,
        setting: { host: host.name, read: hadAddress(local) },
      }))
      .filter(({ fix }) => fix.length > 0),
  );
};

export const directorsOf = (services: readonly ServiceFacts[]): HostFacts[] => [
  ...new Set(services.map(({ director }) => director)),
];
