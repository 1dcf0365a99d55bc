/** The virtual service and its servers: missing, for another port, without weight, at an address nobody has, forwarded wrongly. */
import { formatIpv4Address, IpProtocol, type RealServerConfig } from "@lvsim/core";
import type { HostFacts } from "../evidence.ts";
import { cabled, holdingsOf, type ServiceFacts } from "../network.ts";
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
  if (target === null || network.servicesFor(target).length > 0) return [];
  const directors = directorsOf(services.length > 0 ? services : network.services());
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
      return {
        cause: "noService" as const,
        values: { ...values, other: nameOf(service) },
        fix: [on(director, [`ipvsadm -A ${name} -s ${service.scheduler}`, ...add].join("; "))],
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

/** Machines that could be servers of a service and are not: they stand where its servers stand. */
export const emptyService: Rule = ({ network, services, client, at }) =>
  services.flatMap((facts) => {
    const { director, service } = facts;
    if (service.realServers.length > 0) return [];
    const name = nameOf(service);
    const port = service.identity.kind === "fwmark" ? 0 : service.identity.port;
    const candidates = network.hosts.filter(
      (host) =>
        host !== director && host !== client && network.sharedAddresses(host, director).length > 0,
    );
    const owners = (["-m", "-g"] as const).map((method) => ({
      cause: "emptyService" as const,
      values: { host: director.name, service: name },
      fix: [
        on(
          director,
          candidates
            .map((host) => {
              const [address = 0] = network.sharedAddresses(host, director);
              return `ipvsadm -a ${name} -r ${formatIpv4Address(address as never)}:${port} ${method}`;
            })
            .join("; "),
        ),
      ],
      rank: (director === at ? 0.3 : 1.4) + (method === "-m" ? 0 : 0.1),
      setting: setting(facts),
    }));
    return candidates.length === 0 ? [] : owners;
  });

/** A server whose address nobody has, or that is not what answers there. */
export const wrongServer: Rule = ({ network, services, client, incident }) =>
  services.flatMap((facts) => {
    const { director, service } = facts;
    const name = nameOf(service);
    const inUse = new Set(service.realServers.map(({ address }) => address));
    const free = network.hosts
      .filter((host) => host !== director && host !== client)
      .flatMap((host) => network.sharedAddresses(host, director))
      .filter((address) => !inUse.has(address));
    return network.serversOf(facts).flatMap(({ server, host }): Suspect[] => {
      const remove = `ipvsadm -d ${name} -r ${serverName(server)}`;
      const odd = host === undefined || host === client || host === director;
      const values = { host: director.name, service: name, server: serverName(server) };
      if (!odd) return [];
      const rank =
        incident.end?.kind === "unresolved" && incident.end.address === server.address ? 0 : 1;
      return [
        ...free.map((address, i) => ({
          cause: "wrongServer" as const,
          values,
          fix: [
            on(
              director,
              `${remove}; ipvsadm -a ${name} -r ${formatIpv4Address(address)}:${server.port} ${serverSettings(server)}`,
            ),
          ],
          rank: rank + 0.1 + i / 20,
          setting: setting(facts),
        })),
        {
          cause: "wrongServer" as const,
          values,
          fix: [on(director, remove)],
          rank: rank + (host === undefined ? 0.4 : 2),
          setting: setting(facts),
        },
      ];
    });
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
export const otherMethod: Rule = ({ services, incident, network }) =>
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
          rank: (far || ttl ? 0.6 : 2.5) + i / 20,
          setting: setting(facts),
        },
      ];
    });
  });

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
