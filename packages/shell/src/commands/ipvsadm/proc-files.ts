/** /proc/net/ip_vs, ip_vs_conn and ip_vs_stats (`ip_vs_ctl.c`, `ip_vs_conn.c`): addresses and counters in hex. */
import {
  CONNECTION_TABLE_SIZE,
  type ConnectionListing,
  type NetworkNamespace,
  type ServerListing,
  type ServiceListing,
  type VirtualServiceConfig,
} from "@lvsim/core";
import { methodName, PROTOCOLS } from "./names.ts";

const hex = (value: number, width: number): string =>
  (value >>> 0).toString(16).toUpperCase().padStart(width, "0");
const end = (address: number, port: number): string => `${hex(address, 8)}:${hex(port, 4)}`;
const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

export function procServices(namespace: NetworkNamespace): string {
  const lines = [
    `IP Virtual Server version 1.2.1 (size=${CONNECTION_TABLE_SIZE})`,
    "Prot LocalAddress:Port Scheduler Flags",
    "  -> RemoteAddress:Port Forward Weight ActiveConn InActConn",
  ];
  for (const service of namespace.ipvs.services())
    lines.push(serviceLine(service), ...service.servers.map(serverLine));
  return text(lines);
}

function serviceLine({ config }: ServiceListing): string {
  const persistent =
    config.persistenceTimeout === 0
      ? ""
      : `persistent ${config.persistenceTimeout} ${hex(config.persistenceNetmask, 8)}`;
  // the kernel writes one blank more after a service with an address
  const gap = config.identity.kind === "address" ? " " : "";
  const ops = config.onePacket ? "ops " : "";
  return `${identity(config)} ${config.scheduler} ${ops}${gap}${persistent}`;
}

function identity({ identity: it }: VirtualServiceConfig): string {
  if (it.kind === "fwmark") return `FWM  ${hex(it.mark, 8)}`;
  return `${PROTOCOLS.get(it.protocol) ?? "IP"}  ${end(it.address, it.port)}`;
}

function serverLine({ config, activeConnections, inactiveConnections }: ServerListing): string {
  const columns = [
    methodName(config.forwarding).padEnd(7),
    String(config.weight).padEnd(6),
    String(activeConnections).padEnd(10),
    String(inactiveConnections).padEnd(10),
  ];
  return `  -> ${end(config.address, config.port)}      ${columns.join(" ")}`;
}

export function procConnections(namespace: NetworkNamespace): string {
  const title = "Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData";
  return text([title, ...namespace.ipvs.connections().map(connectionLine)]);
}

function connectionLine(connection: ConnectionListing): string {
  return [
    (PROTOCOLS.get(connection.protocol) ?? "IP").padEnd(3),
    hex(connection.clientAddress, 8),
    hex(connection.clientPort, 4),
    hex(connection.virtualAddress, 8),
    hex(connection.virtualPort, 4),
    hex(connection.serverAddress, 8),
    hex(connection.serverPort, 4),
    connection.state.padEnd(11),
    String(connection.secondsLeft).padStart(7),
  ].join(" ");
}

const cells = (values: readonly number[]): string =>
  values
    .map((value, i) =>
      value
        .toString(16)
        .toUpperCase()
        .padStart(i < 3 ? 8 : 16),
    )
    .join(" ");

export function procStatistics(namespace: NetworkNamespace): string {
  const c = namespace.ipvs.totals();
  return text([
    "   Total Incoming Outgoing         Incoming         Outgoing",
    "   Conns  Packets  Packets            Bytes            Bytes",
    cells([c.connections, c.inPackets, c.outPackets, c.inOctets, c.outOctets]),
    "",
    " Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s",
    cells([
      c.connectionsPerSecond,
      c.inPacketsPerSecond,
      c.outPacketsPerSecond,
      c.inOctetsPerSecond,
      c.outOctetsPerSecond,
    ]),
  ]);
}
