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
  return context.connections.table.entries().map((connection) => ({
    protocol: connection.protocol,
    clientAddress: connection.clientAddress,
    clientPort: connection.clientPort,
    virtualAddress: connection.virtualAddress,
    virtualPort: connection.virtualPort,
    serverAddress: connection.serverAddress,
    serverPort: connection.serverPort,
    state: context.protocols.stateName(connection),
    secondsLeft: secondsLeft(context, connection),
    template: connection.has(ConnectionFlag.template),
  }));
}

function secondsLeft(context: IpvsContext, connection: Connection): number {
  if (connection.has(ConnectionFlag.condemned)) return 0;
  const age = elapsed(connection.refreshedAt, context.host.engine.now) / NS_PER_SECOND;
  return Math.max(0, Math.floor(connection.timeoutSeconds - age));
}
