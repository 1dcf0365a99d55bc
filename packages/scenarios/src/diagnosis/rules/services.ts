/** The virtual service and its servers: missing, for another port, without weight, at an address nobody has, forwarded wrongly. */
import {
  type ForwardingMethod,
  formatIpv4Address,
  IpProtocol,
  type RealServerConfig,
} from "@lvsim/core";
import type { HostFacts } from "../evidence.ts";
import {
  cabled,
  type Endpoint,
  holdingsOf,
  holds,
  type Network,
  type ServiceFacts,
} from "../network.ts";
import { on, type Rule, type Suspect } from "../suspect.ts";
import {
  endpointName,
  nameOf,
  METHOD_OPTION as OPTION,
  serverName,
  serverSettings,
} from "./service-commands.ts";
import { directorsOf } from "./vip.ts";

const setting = ({ director }: ServiceFacts) => ({ host: director.name, path: "ipvs.services" });

/** A director that has the address but no service for that protocol and port. */
export const missingService: Rule = ({ network, services, target, at }) => {
  if (target === null) return [];
  const takes = network.servicesFor(target);
  const isTaken = (director: HostFacts): boolean =>
    takes.some((facts) => facts.director === director);
  // another director may have the service; what counts is whoever has the address
  const owning = directorsOf(network.services()).filter((director) =>
    holds(director, target.address),
  );
  if (owning.length === 0 ? takes.length > 0 : owning.every(isTaken)) return [];
  const directors = (
    owning.length > 0 ? owning : directorsOf(services.length > 0 ? services : network.services())
  ).filter((director) => !isTaken(director));
  const name = endpointName(target);
  return directors.flatMap((director) => {
    const like = services.filter((facts) => facts.director === director);
    const values = { host: director.name, service: name };
    const from = like.length > 0 ? like : network.services().filter((f) => f.director === director);
    return from.map(({ service }) => {
      const port = (server: RealServerConfig): string =>
        `${formatIpv4Address(server.address)}:${target.port}`;
      const add = service.realServers
        .map((server) => `ipvsadm -a ${name} -r ${port(server)} ${serverSettings(server)}`)
        .reverse();
      const pool = service.localAddresses.map(
        (local) => `ipvsadm -P ${name} -z ${formatIpv4Address(local)}`,
      );
      return {
        cause: "noService" as const,
        values: { ...values, other: nameOf(service) },
        fix: [
          on(director, [`ipvsadm -A ${name} -s ${service.scheduler}`, ...pool, ...add].join("; ")),
        ],
        rank: director === at ? 0 : 1,
        setting: { host: director.name, path: "ipvs.services" },
      };
    });
  });
};

/** No server may be chosen: none is there, all have weight 0, or all are at their threshold. */
export const noUsableServer: Rule = ({ services, incident, at }) =>
  services.flatMap((facts) => {
    const { director, service } = facts;
    const pointed =
      director === at &&
      incident.end?.kind === "dropped" &&
      incident.end.reason === "ipvs-no-destination";
    const name = nameOf(service);
    const values = { host: director.name, service: name };
    const edit = (server: RealServerConfig): string =>
      `ipvsadm -e ${name} -r ${serverName(server)} ${OPTION[server.forwarding]}`;
    const quiesced = service.realServers.filter(({ weight }) => weight === 0);
    const limited = service.realServers.filter(({ upperThreshold }) => upperThreshold > 0);
    return [
      ...(quiesced.length === 0
        ? []
        : [
            {
              cause: "weightZero" as const,
              values: { ...values, servers: quiesced.map(serverName).join(", ") },
              fix: [on(director, quiesced.map((one) => `${edit(one)} -w 1`).join("; "))],
              rank: pointed ? 0 : 1.4,
              setting: setting(facts),
            },
          ]),
      ...(limited.length === 0
        ? []
        : [
            {
              cause: "thresholds" as const,
              values: { ...values, servers: limited.map(serverName).join(", ") },
              fix: [
                on(
                  director,
                  limited.map((one) => `${edit(one)} -w ${one.weight} -x 0 -y 0`).join("; "),
                ),
              ],
              rank: pointed ? 0.1 : 1.5,
              setting: setting(facts),
            },
          ]),
    ];
  });

/** A server asked at a port where it does not listen. */
export const wrongPort: Rule = ({ services, incident, target, at, network }) =>
  services.flatMap((facts) => {
    const { director, service } = facts;
    if (target === null) return [];
    const name = nameOf(service);
    const masqueraded = service.realServers.filter(({ forwarding }) =>
      ["masquerading", "full-nat"].includes(forwarding),
    );
    const refused =
      incident.end?.kind === "dropped" &&
      (incident.end.reason === "tcp-no-socket" || incident.end.reason === "udp-no-socket");
    const ports = [
      ...new Set([target.port, ...service.realServers.map(({ port }) => port), 80, 8080, 53, 443]),
    ];
    return ports.flatMap((port, i) => {
      const moved = masqueraded.filter((server) => server.port !== port);
      const here = moved.filter((server) => network.hostAt(server.address) === at);
      return [here, moved].flatMap((servers, j) =>
        servers.length === 0
          ? []
          : [
              {
                cause: "wrongPort" as const,
                values: {
                  host: director.name,
                  servers: servers.map(serverName).join(", "),
                  port,
                },
                fix: [
                  on(
                    director,
                    servers
                      .map(
                        (server) =>
                          `ipvsadm -d ${name} -r ${serverName(server)}; ipvsadm -a ${name} -r ${formatIpv4Address(server.address)}:${port} ${serverSettings(server)}`,
                      )
                      .join("; "),
                  ),
                ],
                rank: (refused ? 0.2 : 2.2) + i / 20 + j / 50,
                setting: setting(facts),
              },
            ],
      );
    });
  });

/** A forwarding method that cannot work where the servers stand, tried with each of the others. */
export const otherMethod: Rule = ({ services, incident, network, target }) =>
  services.flatMap((facts) => {
    const { director, service } = facts;
    const name = nameOf(service);
    const methods = [
      ["direct-routing", "-g"],
      ["tunnelling", "-i"],
      ["masquerading", "-m"],
    ] as const;
    return methods.flatMap(([method, option], i) => {
      const others = service.realServers.filter(({ forwarding }) => forwarding !== method);
      if (others.length === 0 || others.length < service.realServers.length / 2) return [];
      const far = network
        .serversOf(facts)
        .some(
          ({ host }) => host !== undefined && network.sharedAddresses(host, director).length === 0,
        );
      const ttl = incident.end?.kind === "dropped" && incident.end.reason === "ip-ttl-exceeded";
      const fits =
        target !== null &&
        others.length === service.realServers.length &&
        suits(network, facts, target, method);
      return [
        {
          cause: "method" as const,
          values: { host: director.name, service: name, method: option },
          fix: [
            on(
              director,
              others
                .map(
                  (server) =>
                    `ipvsadm -e ${name} -r ${serverName(server)} ${serverSettings({ ...server, forwarding: method })}`,
                )
                .join("; "),
            ),
          ],
          rank: (far || ttl || fits ? 0.6 : 2.5) + i / 20,
          setting: setting(facts),
        },
      ];
    });
  });

/** Whether the servers are made for a method and for no other: by where they have the address that is asked for. */
function suits(
  network: Network,
  facts: ServiceFacts,
  target: Endpoint,
  method: ForwardingMethod,
): boolean {
  const kinds = network.serversOf(facts).map(({ host }) => {
    const own = host === undefined ? [] : holdingsOf(host);
    const kind = own.find(({ address }) => address.local === target.address)?.device.kind;
    return kind === undefined ? "masquerading" : kind === "ipip" ? "tunnelling" : "direct-routing";
  });
  return kinds.length > 0 && kinds.every((kind) => kind === method);
}

/** What else a service has: persistence, a scheduler that keeps to one server, datagrams that stick. */
export const serviceOptions: Rule = ({ services, incident }) =>
  services.flatMap((facts) => {
    const { director, service } = facts;
    const name = nameOf(service);
    const kept = `-s ${service.scheduler}`;
    const persistent = service.persistenceTimeout > 0;
    const p = persistent ? ` -p ${service.persistenceTimeout}` : "";
    const { end } = incident;
    const noDestination = end?.kind === "dropped" && end.reason === "ipvs-no-destination";
    const uneven = incident.trouble === "unexpected" || incident.trouble === "unwanted";
    const make = (
      cause: "persistence" | "schedulerOption" | "onePacket",
      option: string,
      rank: number,
    ): Suspect => ({
      cause,
      values: { host: director.name, service: name, option },
      fix: [on(director, `ipvsadm -E ${name} ${option}`)],
      rank: (uneven ? 0.5 : 2.2) + rank,
      setting: setting(facts),
    });
    const hashes = ["sh", "mh"].includes(service.scheduler);
    const pinned = ["sh", "dh", "mh", "lblc", "lblcr", "fo", "ovf"].includes(service.scheduler);
    const udp = service.identity.kind === "fwmark" || service.identity.protocol === IpProtocol.udp;
    return [
      ...(persistent ? [make("persistence", kept, 0)] : []),
      ...(persistent && service.persistenceNetmask !== -1
        ? [make("persistence", `${kept}${p} -M 255.255.255.255`, 0.1)]
        : []),
      ...(hashes
        ? [
            // somebody took a server out on purpose, and the hash still leads there
            {
              ...make("schedulerOption", `${kept}${p} -b ${service.scheduler}-fallback`, 0.2),
              ...(service.realServers.some(({ weight }) => weight > 0) && noDestination
                ? { rank: -0.1 }
                : {}),
            },
            make("schedulerOption", `${kept}${p} -b ${service.scheduler}-port`, 0.25),
            make(
              "schedulerOption",
              `${kept}${p} -b ${service.scheduler}-fallback,${service.scheduler}-port`,
              0.28,
            ),
          ]
        : []),
      ...(udp && !service.onePacket && !persistent ? [make("onePacket", `${kept} -o`, 0.3)] : []),
      ...(pinned || uneven
        ? ["rr", "wrr", "wlc", "lc", "sed", "sh"]
            .filter((scheduler) => scheduler !== service.scheduler)
            .map((scheduler, i) => make("schedulerOption", `-s ${scheduler}${p}`, 0.4 + i / 50))
        : []),
      ...(!persistent && uneven ? [make("persistence", `${kept} -p 300`, 0.8)] : []),
    ];
  });

/** A machine on the way that balances too what is not its business: packets go round in circles. */
export const secondDirector: Rule = ({ services, at, incident }) => {
  const directors = directorsOf(services);
  if (directors.length < 2) return [];
  return directors.map((host) => ({
    cause: "secondDirector" as const,
    values: { host: host.name },
    fix: [on(host, "ipvsadm -C")],
    rank:
      incident.end?.kind === "dropped" && incident.end.reason === "ip-ttl-exceeded"
        ? host === at
          ? 0.1
          : 0.2
        : 1.8,
    setting: { host: host.name, path: "ipvs.services" },
  }));
};

/** Timeouts of connections that are too short for the conversation. */
export const timeouts: Rule = ({ services, incident }) =>
  directorsOf(services).map((host: HostFacts) => ({
    cause: "timeouts" as const,
    values: { host: host.name, timeouts: Object.values(host.config.ipvs.timeouts).join(" ") },
    fix: [on(host, "ipvsadm --set 7200 120 300")],
    rank: incident.trouble === "stalled" ? 1.4 : 2.8,
    setting: { host: host.name, path: "ipvs.timeouts" },
  }));

/** The fork's pool of local addresses: empty, or too small. */
export const localAddresses: Rule = ({ services, incident, at }) =>
  services.flatMap((facts) => {
    const { director, service } = facts;
    if (!service.realServers.some(({ forwarding }) => forwarding === "full-nat")) return [];
    const inner = holdingsOf(director)
      .filter(({ device }) => cabled(director).includes(device))
      .map(({ address }) => address.local)
      .filter((local) => !service.localAddresses.includes(local));
    const pointed =
      director === at &&
      incident.end?.kind === "dropped" &&
      incident.end.reason === "ipvs-no-local-port";
    return inner.map((local, i) => ({
      cause: "localAddresses" as const,
      values: { host: director.name, service: nameOf(service) },
      fix: [on(director, `ipvsadm -P ${nameOf(service)} -z ${formatIpv4Address(local)}`)],
      rank: (pointed ? 0 : 2) + (inner.length - i) / 20,
      setting: setting(facts),
    }));
  });
