/** `ipvsadm -L`: services and servers in each of its views. */
import type {
  ServerListing,
  ServiceListing,
  VirtualServiceConfig,
  VirtualServiceIdentity,
} from "@lvsim/core";
import type { Hosts } from "./addresses.ts";
import {
  compareIdentities,
  compareServers,
  identityText,
  methodName,
  netmaskText,
  protocolOf,
  serverText,
} from "./names.ts";
import type { Request } from "./request.ts";
import { formatSchedulerFlags } from "./scheduler-flags.ts";

const LEFT = 33;
const VERSION = (size: number): string => `IP Virtual Server version 1.2.1 (size=${size})`;

/** What a view shows beside each name. */
interface View {
  readonly title: readonly string[];
  service(service: ServiceListing): string;
  server(server: ServerListing, service: ServiceListing): string;
}

/** Everything, or the one service that `request` names. */
export function listServices(
  services: readonly ServiceListing[],
  request: Request,
  hosts: Hosts,
  tableSize: number,
): string {
  const view = viewFor(request, request.has("numeric") ? null : hosts);
  const lines = request.identity === null ? [VERSION(tableSize), ...view.title] : [...view.title];
  for (const service of arranged(services, request)) {
    lines.push(view.service(service));
    for (const server of arrangedServers(service, request))
      lines.push(view.server(server, service));
  }
  return lines.map((line) => `${line}\n`).join("");
}

function arranged(
  services: readonly ServiceListing[],
  request: Request,
): readonly ServiceListing[] {
  if (request.has("nosort")) return services;
  return services.toSorted((a, b) => compareIdentities(a.config.identity, b.config.identity));
}

function arrangedServers(service: ServiceListing, request: Request): readonly ServerListing[] {
  if (request.has("nosort")) return service.servers;
  return service.servers.toSorted((a, b) => compareServers(a.config, b.config));
}

function viewFor(request: Request, hosts: Hosts | null): View {
  if (request.has("stats")) return countersView(hosts, request.has("exact"), STATISTICS);
  if (request.has("rate")) return countersView(hosts, request.has("exact"), RATES);
  if (request.has("thresholds")) return thresholdsView(hosts);
  if (request.has("persistent-conn")) return persistenceView(hosts);
  return plainView(hosts, request.has("tun-info"));
}

const serverEnd = (server: ServerListing, service: ServiceListing, hosts: Hosts | null): string => {
  const text = serverText(server.config, protocolOf(service.config.identity), hosts);
  return server.config.ipv6 === undefined ? text.slice(0, 28) : text;
};

const arrow = (server: ServerListing, service: ServiceListing, hosts: Hosts | null): string =>
  `  -> ${serverEnd(server, service, hosts).padEnd(28)}`;

/** A long name of a host is cut, an IPv6 address is not. */
const shortIdentity = (identity: VirtualServiceIdentity, hosts: Hosts | null): string => {
  const text = identityText(identity, hosts);
  return identity.ipv6 === undefined ? text.slice(0, LEFT) : text;
};

/** The line of a service, with what is special about it. */
function serviceLine({ config }: ServiceListing, hosts: Hosts | null): string {
  return `${shortIdentity(config.identity, hosts)} ${config.scheduler}${specialties(config)}`;
}

function specialties(config: VirtualServiceConfig): string {
  const { schedulerFlags, persistenceTimeout, persistenceEngine } = config;
  let text = "";
  if (schedulerFlags !== 0) text += ` (${formatSchedulerFlags(schedulerFlags, config.scheduler)})`;
  if (persistenceTimeout !== 0) {
    text += ` persistent ${persistenceTimeout}`;
    const mask = netmaskText(config);
    if (mask !== "") text += ` mask ${mask}`;
    if (persistenceEngine !== "") text += ` pe ${persistenceEngine}`;
  }
  if (config.onePacket) text += " ops";
  if (config.synProxy === true) text += " synproxy";
  return text;
}

function tunnelText({ config }: ServerListing): string {
  if (config.forwarding !== "tunnelling") return "n/a";
  const { type, port, checksum } = config.tunnel;
  const sum = { none: "-c", checksum: "+c", "remote-checksum": "r+c" }[checksum];
  if (type === "ipip") return "ipip";
  return type === "gue" ? `gue:${port}:${sum}` : `gre:${sum}`;
}

function plainView(hosts: Hosts | null, tunnels: boolean): View {
  const remote = "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn";
  return {
    title: [
      "Prot LocalAddress:Port Scheduler Flags",
      tunnels ? remote.replace("Forward", "Forward TunnelInfo   ") : remote,
    ],
    service: (service) => serviceLine(service, hosts),
    server: (server, service) => {
      const { config, activeConnections, inactiveConnections } = server;
      const columns = [
        methodName(config.forwarding).padEnd(7),
        ...(tunnels ? [tunnelText(server).padEnd(13)] : []),
        String(config.weight).padEnd(6),
        String(activeConnections).padEnd(10),
        String(inactiveConnections).padEnd(10),
      ];
      return `${arrow(server, service, hosts)} ${columns.join(" ")}`;
    },
  };
}

function thresholdsView(hosts: Hosts | null): View {
  return {
    title: [
      `${"Prot LocalAddress:Port".padEnd(LEFT)} Uthreshold Lthreshold ActiveConn InActConn `,
      "  -> RemoteAddress:Port",
    ],
    service: (service) => serviceLine(service, hosts),
    server: (server, service) => {
      const { upperThreshold, lowerThreshold } = server.config;
      const counts = [
        upperThreshold,
        lowerThreshold,
        server.activeConnections,
        server.inactiveConnections,
      ];
      const columns = counts.map((count) => String(count).padEnd(10));
      return `${arrow(server, service, hosts)} ${columns.join(" ")}`;
    },
  };
}

function persistenceView(hosts: Hosts | null): View {
  return {
    title: [
      `${"Prot LocalAddress:Port".padEnd(LEFT)} Weight    PersistConn ActiveConn InActConn `,
      "  -> RemoteAddress:Port",
    ],
    service: (service) => serviceLine(service, hosts),
    server: (server, service) => {
      const columns = [
        String(server.config.weight).padEnd(9),
        String(server.persistentConnections).padEnd(11),
        String(server.activeConnections).padEnd(10),
        String(server.inactiveConnections).padEnd(10),
      ];
      return `${arrow(server, service, hosts)} ${columns.join(" ")}`;
    },
  };
}

type Counters = ServiceListing["statistics"];
interface CounterColumns {
  readonly titles: readonly string[];
  /** So many columns of a server are never abbreviated. */
  readonly wholeOfServers: number;
  values(counters: Counters): readonly number[];
}

const STATISTICS: CounterColumns = {
  wholeOfServers: 0,
  titles: ["Conns", "InPkts", "OutPkts", "InBytes", "OutBytes"],
  values: (c) => [c.connections, c.inPackets, c.outPackets, c.inOctets, c.outOctets],
};

const RATES: CounterColumns = {
  wholeOfServers: 3,
  titles: ["CPS", "InPPS", "OutPPS", "InBPS", "OutBPS"],
  values: (c) => [
    c.connectionsPerSecond,
    c.inPacketsPerSecond,
    c.outPacketsPerSecond,
    c.inOctetsPerSecond,
    c.outOctetsPerSecond,
  ],
};

function countersView(hosts: Hosts | null, exact: boolean, columns: CounterColumns): View {
  const row = (counters: Counters, whole: number): string =>
    columns
      .values(counters)
      .map((value, i) => (exact || i < whole ? inWhole(value) : abbreviated(value)).padStart(9))
      .join("");
  return {
    title: [
      `${"Prot LocalAddress:Port".padEnd(LEFT)}${columns.titles.map((title) => title.padStart(9)).join("")}`,
      "  -> RemoteAddress:Port",
    ],
    service: ({ config, statistics }) =>
      `${shortIdentity(config.identity, hosts).padEnd(LEFT)}${row(statistics, 0)}`,
    server: (server, service) =>
      `${arrow(server, service, hosts)}${row(server.statistics, columns.wholeOfServers)}`,
  };
}

/** A number that fills its column keeps a blank before it. */
const inWhole = (value: number): string => ` ${value}`;

/** Numbers of nine digits and more are cut to K, M, G or T. */
function abbreviated(value: number): string {
  if (value < 1e8) return String(value);
  if (value < 1e9) return `${Math.floor(value / 1e3)}K`;
  if (value < 1e11) return `${Math.floor(value / 1e6)}M`;
  if (value < 1e14) return `${Math.floor(value / 1e9)}G`;
  return `${Math.floor(value / 1e12)}T`;
}
