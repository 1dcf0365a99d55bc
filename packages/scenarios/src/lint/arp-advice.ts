/** Advice about virtual addresses and who answers ARP for them. */
import { formatIpv4Address, type Ipv4Address, parseIpv4Address } from "@lvsim/core";
import type { HostFacts } from "../diagnosis/evidence.ts";
import {
  cabled,
  confOf,
  holdingsOf,
  type Network,
  type ServiceFacts,
} from "../diagnosis/network.ts";
import { namesOf, on } from "../diagnosis/suspect.ts";
import type { Advice } from "./advice.ts";
import type { LintFacts } from "./facts.ts";

const ignores = (host: HostFacts): boolean =>
  cabled(host).every(({ name }) => confOf(host, name).arpIgnore > 0);
const announces = (host: HostFacts): boolean =>
  cabled(host).every(({ name }) => confOf(host, name).arpAnnounce === 2);

/** Addresses of services, with the directors that balance them. */
export function vipsOf(network: Network): Map<Ipv4Address, ServiceFacts[]> {
  const vips = new Map<Ipv4Address, ServiceFacts[]>();
  for (const facts of network.services()) {
    const { identity } = facts.service;
    if (identity.kind !== "address") continue;
    vips.set(identity.address, [...(vips.get(identity.address) ?? []), facts]);
  }
  return vips;
}

export function arpAdvice({ network, run }: LintFacts): Advice[] {
  // services by firewall mark do not say for which address they are
  const hasMarks = network.services().some(({ service }) => service.identity.kind === "fwmark");
  const virtual = hasMarks
    ? run.definition.vips.flatMap((text) => parseIpv4Address(text) ?? [])
    : [];
  const vips = vipsOf(network);
  return [
    ...[...vips].flatMap(([vip, services]) => besideDirector(network, vip, services)),
    ...sharedByMany(network, vips),
    ...ignoredOnLo(network),
    ...addressesOfOthers(network, new Set([...vips.keys(), ...virtual])),
  ];
}

/** Machines beside the director that have the VIP and a cable to a segment of his. */
function besideDirector(
  network: Network,
  vip: Ipv4Address,
  services: readonly ServiceFacts[],
): Advice[] {
  const directors = new Set(services.map(({ director }) => director));
  const near = new Set([...directors].flatMap((director) => [...director.cables.values()]));
  const others = [...new Set(network.holders(vip).map(({ host }) => host))].filter(
    (host) =>
      !directors.has(host) && [...host.cables.values()].some((segment) => near.has(segment)),
  );
  const loud = others.filter((host) => !ignores(host));
  const telling = others.filter((host) => !announces(host));
  const values = { vip: formatIpv4Address(vip), director: namesOf([...directors]) };
  return [
    ...(loud.length === 0
      ? []
      : [
          {
            rule: "vip-answered-twice" as const,
            values: { ...values, hosts: namesOf(loud) },
            better: loud.map((host) => on(host, "sysctl -w net.ipv4.conf.all.arp_ignore=1")),
          },
        ]),
    ...(telling.length === 0
      ? []
      : [
          {
            rule: "arp-announce" as const,
            values: { ...values, hosts: namesOf(telling) },
            better: telling.map((host) => on(host, "sysctl -w net.ipv4.conf.all.arp_announce=2")),
          },
        ]),
  ];
}

/** An address on inner devices of several machines of a segment, none of them a director's service. */
function sharedByMany(network: Network, vips: ReadonlyMap<Ipv4Address, unknown>): Advice[] {
  const inner = network.hosts.flatMap((host) =>
    holdingsOf(host).filter(
      ({ device, address }) =>
        device.kind !== "loopback" && !host.cables.has(device.name) && !vips.has(address.local),
    ),
  );
  const locals = new Set(inner.map(({ address }) => address.local));
  return [...locals].flatMap((local) => {
    const hosts = [...new Set(network.holders(local).map(({ host }) => host))];
    const loud = hosts.filter((host) => !ignores(host));
    if (hosts.length < 2 || loud.length < 2) return [];
    return [
      {
        rule: "dummy-answers" as const,
        values: { hosts: namesOf(loud), vip: formatIpv4Address(local) },
        better: loud.map((host) => on(host, "sysctl -w net.ipv4.conf.all.arp_ignore=1")),
      },
    ];
  });
}

/** The greater of `all` and the incoming device's decides; lo is never that device. */
function ignoredOnLo({ hosts }: Network): Advice[] {
  const wrong = hosts.filter(
    (host) => (host.config.sysctls.conf.lo?.arp_ignore ?? 0) > 0 && !ignores(host),
  );
  return wrong.length === 0
    ? []
    : [
        {
          rule: "arp-ignore-on-lo",
          values: { hosts: namesOf(wrong) },
          better: wrong.map((host) => on(host, "sysctl -w net.ipv4.conf.all.arp_ignore=1")),
        },
      ];
}

/** What another machine has on its cable is somebody's own address, not a virtual one. */
function addressesOfOthers(network: Network, vips: ReadonlySet<Ipv4Address>): Advice[] {
  return network.hosts.flatMap((host) =>
    holdingsOf(host)
      .filter(({ device, address }) => !host.cables.has(device.name) && !vips.has(address.local))
      .flatMap(({ device, address }) => {
        const other = network.hosts.find(
          (one) =>
            one !== host &&
            holdingsOf(one).some(
              (held) => held.address.local === address.local && one.cables.has(held.device.name),
            ) &&
            !sharedOnPurpose(one, address.local),
        );
        if (other === undefined) return [];
        const text = formatIpv4Address(address.local);
        return [
          {
            rule: "address-of-another" as const,
            values: { host: host.name, address: text, device: device.name, other: other.name },
            better: [on(host, `ip addr del ${text}/${address.prefixLength} dev ${device.name}`)],
          },
        ];
      }),
  );
}

/** A machine that has the address on an inner device too, or as one of several, announces it: a virtual address. */
const sharedOnPurpose = (host: HostFacts, local: Ipv4Address): boolean =>
  holdingsOf(host).filter(({ address }) => address.local === local).length > 1;
