/** Advice about the ways of requests and answers: gateways, forwarding, checks of the way back, tunnels. */
import { type ForwardingMethod, formatIpv4Address, type Ipv4Address } from "@lvsim/core";
import type { HostFacts } from "../diagnosis/evidence.ts";
import {
  cabled,
  confOf,
  defaultRoute,
  forwards,
  holdingsOf,
  holds,
  type Network,
  routeTo,
  type ServiceFacts,
} from "../diagnosis/network.ts";
import { namesOf, on } from "../diagnosis/suspect.ts";
import type { Advice } from "./advice.ts";
import type { LintFacts } from "./facts.ts";

/** Real servers of a service that are reached by one of these methods, each once. */
export function serversBy(
  network: Network,
  facts: ServiceFacts,
  ...methods: readonly ForwardingMethod[]
): HostFacts[] {
  const found = network
    .serversOf(facts)
    .filter(({ server }) => methods.includes(server.forwarding))
    .flatMap(({ host }) => (host === undefined || host === facts.director ? [] : [host]));
  return [...new Set(found)];
}

export const pathAdvice = (facts: LintFacts): Advice[] =>
  facts.network
    .services()
    .flatMap((service) => [
      ...masquerading(facts, service),
      ...ownAddress(facts, service),
      ...tunnelled(facts, service),
    ]);

function masquerading({ network, clients }: LintFacts, service: ServiceFacts): Advice[] {
  const { director } = service;
  const servers = serversBy(network, service, "masquerading");
  if (servers.length === 0 || translatesAll(director)) return [];
  const outside = clients.filter((client) => client !== director && !servers.includes(client));
  const isBeside = (client: HostFacts, server: HostFacts): boolean =>
    [...client.cables.values()].some((segment) => [...server.cables.values()].includes(segment));
  const beside = outside.filter((client) => servers.some((server) => isBeside(client, server)));
  const far = outside.filter((client) => !beside.includes(client));
  const wrong = servers.filter((server) =>
    far.some((client) => !leadsBy(server, client, director)),
  );
  const values = { director: director.name };
  return [
    ...(forwards(director)
      ? []
      : [
          {
            rule: "nat-forwarding" as const,
            values,
            better: [on(director, "sysctl -w net.ipv4.ip_forward=1")],
          },
        ]),
    ...(wrong.length === 0
      ? []
      : [
          {
            rule: "nat-gateway" as const,
            values: { ...values, hosts: namesOf(wrong) },
            better: wrong.flatMap((host) =>
              network
                .sharedAddresses(director, host)
                .slice(0, 1)
                .map((address) =>
                  on(host, `ip route replace default via ${formatIpv4Address(address)}`),
                ),
            ),
          },
        ]),
    ...beside
      .filter((client) => servers.some((server) => !leadsBy(server, client, director)))
      .map((client) => ({
        rule: "nat-same-segment" as const,
        values: { client: client.name, hosts: namesOf(servers) },
        better: [],
      })),
    ...redirects(director, servers),
  ];
}

/** A MASQUERADE rule that IPVS's packets meet makes every way back one by the director. */
const translatesAll = ({ config }: HostFacts): boolean =>
  (config.sysctls.values["net/ipv4/vs/conntrack"] ?? "0") !== "0" &&
  (config.netfilter.tables.nat?.chains ?? []).some(
    ({ name, rules }) => name === "POSTROUTING" && rules.length > 0,
  );

function leadsBy(host: HostFacts, to: HostFacts, by: HostFacts): boolean {
  const addresses = holdingsOf(to).filter(({ device }) => to.cables.has(device.name));
  return addresses.every(({ address }) => {
    const route = routeTo(host, address.local);
    return route !== undefined && holds(by, route.gateway);
  });
}

/** Answers that leave by the device at which they came in tell their sender of a shorter way. */
function redirects(director: HostFacts, servers: readonly HostFacts[]): Advice[] {
  if (director.cables.size > 1 || servers.length === 0) return [];
  const [device] = cabled(director);
  if (device === undefined || confOf(director, device.name).sendRedirects === 0) return [];
  const throughIt = servers.filter((host) =>
    holds(director, defaultRoute(host)?.gateway ?? (0 as Ipv4Address)),
  );
  return throughIt.length === 0
    ? []
    : [
        {
          rule: "one-arm-redirects",
          values: { director: director.name, device: device.name },
          better: [
            on(
              director,
              `sysctl -w net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.${device.name}.send_redirects=0`,
            ),
          ],
        },
      ];
}

const vipOf = ({ service: { identity } }: ServiceFacts): Ipv4Address | null =>
  identity.kind === "address" ? identity.address : null;

/** Direct routing and tunnels: servers have the address themselves, on the right device, and answer past the director. */
function ownAddress({ network }: LintFacts, service: ServiceFacts): Advice[] {
  const { director } = service;
  const vip = vipOf(service);
  const servers = serversBy(network, service, "direct-routing", "tunnelling");
  const direct = serversBy(network, service, "direct-routing");
  if (vip === null || servers.length === 0) return [];
  const text = formatIpv4Address(vip);
  const lacking = servers.filter((host) => !holds(host, vip) && !translates(host));
  const far = direct.filter((host) => network.sharedAddresses(host, director).length === 0);
  const through = servers.filter((host) => {
    const via = defaultRoute(host)?.gateway ?? 0;
    return via !== 0 && holds(director, via as Ipv4Address);
  });
  const accepts = cabled(director).some(({ name }) => confOf(director, name).acceptLocal > 0);
  const named = (hosts: readonly HostFacts[]) => ({
    director: director.name,
    hosts: namesOf(hosts),
  });
  return [
    ...(lacking.length === 0
      ? []
      : [
          {
            rule: "vip-missing" as const,
            values: { ...named(lacking), vip: text },
            better: lacking.map((host) => on(host, `ip addr add ${text}/32 dev lo`)),
          },
        ]),
    ...wide(servers, vip),
    ...(far.length === 0
      ? []
      : [{ rule: "server-not-on-link" as const, values: named(far), better: [] }]),
    ...(through.length === 0 || accepts
      ? []
      : [{ rule: "reply-through-director" as const, values: named(through), better: [] }]),
  ];
}

/** Whether it changes destinations of what comes in: then it may serve without the address or at another port. */
export const translates = ({ config }: HostFacts): boolean =>
  (config.netfilter.tables.nat?.chains ?? []).some(
    ({ name, rules }) => name === "PREROUTING" && rules.length > 0,
  );

const wide = (servers: readonly HostFacts[], vip: Ipv4Address): Advice[] =>
  servers.flatMap((host) =>
    holdingsOf(host)
      .filter(({ device, address }) => {
        const inner = !host.cables.has(device.name);
        return inner && address.local === vip && address.prefixLength < 32;
      })
      .map(({ device, address }) => {
        const text = formatIpv4Address(vip);
        const shown = `${text}/${address.prefixLength}`;
        return {
          rule: "vip-mask" as const,
          values: { host: host.name, vip: shown, device: device.name },
          better: [
            on(
              host,
              `ip addr del ${shown} dev ${device.name}; ip addr add ${text}/32 dev ${device.name}`,
            ),
          ],
        };
      }),
  );

const FULL_MTU = 1500;
const TUNNEL_OCTETS = 20;

function tunnelled({ network }: LintFacts, service: ServiceFacts): Advice[] {
  const { director } = service;
  const servers = serversBy(network, service, "tunnelling");
  const strict = servers.filter(
    (host) => tunnelOf(host, (name) => confOf(host, name).rpFilter > 0) !== "",
  );
  const discovers = director.config.sysctls.values["net/ipv4/vs/pmtu_disc"] !== "0";
  const tight = cabled(director).some(({ mtu }) => mtu < FULL_MTU + TUNNEL_OCTETS);
  const clamped = servers.filter(
    ({ config }) => !config.routes.some(({ metrics = [] }) => metrics.length > 0),
  );
  // somebody on the way makes segments smaller
  const isClamped = network.hosts.some(({ config }) =>
    Object.values(config.netfilter.tables).some((table) =>
      table?.chains.some(({ rules }) => rules.some(({ target }) => target === "TCPMSS")),
    ),
  );
  return [
    ...(strict.length === 0
      ? []
      : [
          {
            rule: "rp-filter-tunnel" as const,
            values: { hosts: namesOf(strict), device: "tunl0" },
            better: strict.map((host) =>
              on(host, "sysctl -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.tunl0.rp_filter=0"),
            ),
          },
        ]),
    ...(clamped.length > 0 && tight && discovers && !isClamped
      ? [
          {
            rule: "tunnel-mtu" as const,
            values: { director: director.name, hosts: namesOf(clamped) },
            better: [],
          },
        ]
      : []),
  ];
}

/** The tunnel that is up and of which that holds; "" for none. */
const tunnelOf = (host: HostFacts, holdsOf: (device: string) => boolean): string =>
  host.config.devices.find(({ kind, up, name }) => kind === "ipip" && up && holdsOf(name))?.name ??
  "";

/** Machines that check strictly although packets may come in by one device and answers leave by another. */
export function strictReversePath({ network }: LintFacts): Advice[] {
  const servers = network
    .services()
    .flatMap((service) => serversBy(network, service, "direct-routing", "masquerading"));
  const strict = [...new Set(servers)].filter(
    (host) =>
      host.cables.size > 1 && cabled(host).some(({ name }) => confOf(host, name).rpFilter === 1),
  );
  return strict.length === 0
    ? []
    : [
        {
          rule: "rp-filter",
          values: { hosts: namesOf(strict) },
          better: strict.map((host) => on(host, "sysctl -w net.ipv4.conf.all.rp_filter=2")),
        },
      ];
}
