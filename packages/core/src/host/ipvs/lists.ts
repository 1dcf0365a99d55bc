/** Reads the live services and connections out for listings. */
import { elapsed } from "../../time/instant.ts";
import { type Connection, ConnectionFlag } from "./connection.ts";
import type { IpvsContext } from "./context.ts";
import type { Destination } from "./destination.ts";
import type { ConnectionListing, ServerListing, ServiceListing } from "./listing.ts";

const NS_PER_SECOND = 1e9;

export function listServices(context: IpvsContext): ServiceListing[] {
  return context.services.services.map((service) => ({
    config: service.config,
    statistics: service.statistics.view(),
    servers: service.destinations.map(listServer),
    localAddresses: service.localAddresses.map(({ address, connections, conflicts }) => ({
      address,
      connections,
      conflicts,
    })),
  }));
}

const listServer = (server: Destination): ServerListing => ({
  config: server.config,
  activeConnections: server.activeConnections,
  inactiveConnections: server.inactiveConnections,
  persistentConnections: server.persistentConnections,
  overloaded: server.overloaded,
  statistics: server.statistics.view(),
});

export function listConnections(context: IpvsContext): ConnectionListing[] {
  const { rows } = context;
  return context.connections.table.entries().map((connection) => ({
    ...localEnd(context, connection),
    protocol: rows.protocol(connection),
    clientAddress: rows.clientAddress(connection),
    clientPort: rows.clientPort(connection),
    virtualAddress: rows.virtualAddress(connection),
    virtualPort: rows.virtualPort(connection),
    serverAddress: rows.serverAddress(connection),
    serverPort: rows.serverPort(connection),
    state: context.protocols.stateName(connection),
    secondsLeft: secondsLeft(context, connection),
    template: rows.has(connection, ConnectionFlag.template),
    synced: rows.has(connection, ConnectionFlag.synced),
    callId: context.connections.callIds.get(connection) ?? null,
  }));
}

function localEnd(
  { rows }: IpvsContext,
  connection: Connection,
): Pick<ConnectionListing, "localAddress" | "localPort"> {
  const binding = rows.local(connection);
  return binding === null
    ? { localAddress: rows.clientAddress(connection), localPort: rows.clientPort(connection) }
    : { localAddress: binding.localAddress.address, localPort: binding.port };
}

function secondsLeft(context: IpvsContext, connection: Connection): number {
  const { rows } = context;
  if (rows.has(connection, ConnectionFlag.condemned)) return 0;
  const age = elapsed(rows.refreshedAt(connection), context.host.engine.now) / NS_PER_SECOND;
  return Math.max(0, Math.floor(rows.timeoutSeconds(connection) - age));
}
