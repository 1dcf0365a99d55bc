/**
 * Of each real server, ActiveConn and InActConn are the connections that the table holds for it, and PersistConn its
 * templates. Left out: services by firewall mark and of every port, because a row does not say by which service it came;
 * connections that another director told of may or may not be bound, so they count both ways.
 */
import {
  type ConnectionListing,
  formatIpv4Address,
  IpProtocol,
  type NetworkNamespace,
  type ServerListing,
  type ServiceListing,
} from "@lvsim/core";
import type { Invariant, Tell } from "../invariant.ts";
import { isDirector } from "./facts.ts";

/** States of TCP that count as active (`ip_vs_proto_tcp.c`); the fork counts only what is established. */
const ACTIVE = ["ESTABLISHED", "SYN_SENT", "SYN_RECV", "SYNACK"];
const ACTIVE_OF_FORK = ["ESTABLISHED"];

/** How many there are, and how many of them surely count. */
class Tally {
  all = 0;
  sure = 0;

  add({ synced }: ConnectionListing): void {
    this.all++;
    if (!synced) this.sure++;
  }

  fits(count: number): boolean {
    return count >= this.sure && count <= this.all;
  }
}

export const connectionCounts: Invariant = {
  name: "ActiveConn, InActConn and PersistConn are what the connection table holds",
  watch(scene, tell) {
    return {
      look() {
        let rows = 0;
        for (const host of scene.simulation.namespaces)
          if (isDirector(host)) rows += checkDirector(host, tell);
        return rows;
      },
    };
  },
};

/** How many rows it read. */
function checkDirector(host: NetworkNamespace, tell: Tell): number {
  const rows = host.ipvs.connections();
  const active = host.config.ipvs.variant === "mainline" ? ACTIVE : ACTIVE_OF_FORK;
  const services = host.ipvs.services();
  for (const service of services) {
    const { identity } = service.config;
    if (identity.kind === "fwmark" || identity.port === 0 || identity.ipv6 !== undefined) continue;
    // a firewall mark's service may have rows that look the same
    if (services.some(({ config }) => config.identity.kind === "fwmark")) continue;
    for (const server of service.servers) checkServer(host, service, server, rows, active, tell);
  }
  return rows.length;
}

function checkServer(
  { name }: NetworkNamespace,
  { config: { identity, onePacket } }: ServiceListing,
  server: ServerListing,
  rows: readonly ConnectionListing[],
  activeStates: readonly string[],
  tell: Tell,
): void {
  if (identity.kind === "fwmark" || onePacket) return;
  const { address, port } = server.config;
  const [active, inactive, templates] = [new Tally(), new Tally(), new Tally()];
  for (const row of rows) {
    if (row.serverAddress !== address) continue;
    // a template that is not to be found any more keeps its server, but not its ports
    if (row.template && row.virtualPort === 0xffff) templates.all++;
    if (row.protocol !== identity.protocol || row.virtualAddress !== identity.address) continue;
    if (row.virtualPort !== identity.port || row.serverPort !== (port || identity.port)) continue;
    if (row.template) templates.add(row);
    else if (row.protocol === IpProtocol.tcp && activeStates.includes(row.state)) active.add(row);
    else if (row.protocol === IpProtocol.sctp && row.state === "ESTABLISHED") active.add(row);
    else inactive.add(row);
  }
  const who = `${formatIpv4Address(address)}:${port}`;
  const check = (column: string, count: number, tally: Tally): void => {
    if (!tally.fits(count))
      tell(name, `${who} has ${column} ${count}, the table holds ${tally.all}`);
  };
  check("ActiveConn", server.activeConnections, active);
  check("InActConn", server.inactiveConnections, inactive);
  check("PersistConn", server.persistentConnections, templates);
}
