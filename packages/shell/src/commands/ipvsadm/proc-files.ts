/**
 * /proc/net/ip_vs, ip_vs_conn, ip_vs_conn_sync, ip_vs_stats and ip_vs_stats_percpu (`ip_vs_ctl.c`, `ip_vs_conn.c`):
 * addresses and counters in hex, a persistence timeout in jiffies. A machine has one processor here.
 */
import {
  CONNECTION_TABLE_SIZE,
  type ConnectionListing,
  type Counters,
  formatIpv6InFull,
  type NetworkNamespace,
  type RealServerKey,
  type ServerListing,
  type ServiceListing,
  type StatisticsView,
  type VirtualServiceConfig,
} from "@lvsim/core";
import { methodName, PROTOCOLS } from "./names.ts";

const JIFFIES_PER_SECOND = 250;

const hex = (value: number, width: number): string =>
  (value >>> 0).toString(16).toUpperCase().padStart(width, "0");
const end = ({ address, ipv6, port }: RealServerKey): string =>
  `${ipv6 === undefined ? hex(address, 8) : `[${formatIpv6InFull(ipv6)}]`}:${hex(port, 4)}`;
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
      : `persistent ${config.persistenceTimeout * JIFFIES_PER_SECOND} ${hex(netmask(config), 8)}`;
  // the kernel writes one blank more after a service with an IPv4 address, and no `ops` after one with IPv6
  const ipv6 = config.identity.kind === "address" && config.identity.ipv6 !== undefined;
  const gap = config.identity.kind === "address" && !ipv6 ? " " : "";
  const ops = config.onePacket && !ipv6 ? "ops " : "";
  return `${identity(config)} ${config.scheduler} ${ops}${gap}${persistent}`;
}

/** The kernel turns the octets of either family's value round: a prefix of 128 is 80000000. */
const netmask = ({ identity: { ipv6 }, persistenceNetmask }: VirtualServiceConfig): number =>
  ipv6 === undefined ? persistenceNetmask : persistenceNetmask << 24;

function identity({ identity: it }: VirtualServiceConfig): string {
  if (it.kind === "fwmark") return `FWM  ${hex(it.mark, 8)}`;
  return `${PROTOCOLS.get(it.protocol) ?? "IP"}  ${end(it)}`;
}

function serverLine({ config, activeConnections, inactiveConnections }: ServerListing): string {
  const columns = [
    methodName(config.forwarding).padEnd(7),
    String(config.weight).padEnd(6),
    String(activeConnections).padEnd(10),
    String(inactiveConnections).padEnd(10),
  ];
  return `  -> ${end(config)}      ${columns.join(" ")}`;
}

export function procConnections(namespace: NetworkNamespace): string {
  if (hasLocalEnds(namespace)) {
    const lines = namespace.ipvs.connections().map((each) => `${flow(each, true)} ${expiry(each)}`);
    return text([`${LOCAL_TITLE} Expires`, ...lines]);
  }
  const title = "Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData";
  return text([title, ...namespace.ipvs.connections().map(connectionLine)]);
}

/** With FULLNAT every connection has an end towards its server, and no persistence engine. */
const LOCAL_TITLE = "Pro FromIP   FPrt ToIP     TPrt LocalIP  LPrt DestIP   DPrt State      ";
const hasLocalEnds = ({ config }: NetworkNamespace): boolean => config.ipvs.variant !== "mainline";

function connectionLine(connection: ConnectionListing): string {
  const { callId } = connection;
  const engine = callId === null ? "" : ` sip ${callId}`;
  return `${flow(connection)} ${expiry(connection)}${engine}`;
}

const expiry = ({ secondsLeft }: ConnectionListing): string => String(secondsLeft).padStart(7);

/** Where each connection came from: packets here, or another director's sync daemon. */
export function procSyncedConnections(namespace: NetworkNamespace): string {
  const local = hasLocalEnds(namespace);
  const title = local
    ? `${LOCAL_TITLE} Origin Expires`
    : "Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Origin Expires";
  const lines = namespace.ipvs
    .connections()
    .map((each) => `${flow(each, local)} ${each.synced ? "SYNC " : "LOCAL"}  ${expiry(each)}`);
  return text([title, ...lines]);
}

const flow = (connection: ConnectionListing, withLocal = false): string =>
  [
    (PROTOCOLS.get(connection.protocol) ?? "IP").padEnd(3),
    hex(connection.clientAddress, 8),
    hex(connection.clientPort, 4),
    hex(connection.virtualAddress, 8),
    hex(connection.virtualPort, 4),
    ...(withLocal ? [hex(connection.localAddress, 8), hex(connection.localPort, 4)] : []),
    hex(connection.serverAddress, 8),
    hex(connection.serverPort, 4),
    connection.state.padEnd(11),
  ].join(" ");

const cells = (values: readonly number[]): string =>
  values
    .map((value, i) =>
      value
        .toString(16)
        .toUpperCase()
        .padStart(i < 3 ? 8 : 16),
    )
    .join(" ");

const totalCells = (c: Counters): string =>
  cells([c.connections, c.inPackets, c.outPackets, c.inOctets, c.outOctets]);

const rateCells = (c: StatisticsView): string =>
  cells([
    c.connectionsPerSecond,
    c.inPacketsPerSecond,
    c.outPacketsPerSecond,
    c.inOctetsPerSecond,
    c.outOctetsPerSecond,
  ]);

export function procStatistics(namespace: NetworkNamespace): string {
  const totals = namespace.ipvs.totals();
  return text([
    "   Total Incoming Outgoing         Incoming         Outgoing",
    "   Conns  Packets  Packets            Bytes            Bytes",
    totalCells(totals),
    "",
    " Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s",
    rateCells(totals),
  ]);
}

/** A processor's counters are of this moment and never zeroed; the sums are those of the last estimation. */
export function procProcessorStatistics(namespace: NetworkNamespace): string {
  const { ipvs } = namespace;
  const totals = ipvs.totals();
  return text([
    "       Total Incoming Outgoing         Incoming         Outgoing",
    "CPU    Conns  Packets  Packets            Bytes            Bytes",
    `  0 ${totalCells(ipvs.counted())}`,
    `  ~ ${totalCells(totals)}`,
    "",
    "     Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s",
    `    ${rateCells(totals)}`,
  ]);
}
