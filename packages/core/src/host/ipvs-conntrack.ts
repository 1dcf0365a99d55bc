/** Tracked connections as IPVS deals with them (`ip_vs_nfct.c`). */
import type { Frame } from "../packet/frame.ts";
import type { Ipv4Address } from "../packet/ipv4-address.ts";
import { IpProtocol } from "../packet/protocol.ts";
import type { ConnectionTracking } from "./conntrack/connection-tracking.ts";
import {
  ConnectionStatus,
  type TrackedConnection,
  type TrackedPacket,
} from "./conntrack/tracked-connection.ts";
import { Tuple } from "./conntrack/tuple.ts";
import { Way, wayOf } from "./conntrack/way.ts";
import type { IpvsConntrack } from "./ipvs/host.ts";

export class TrackedFlows implements IpvsConntrack {
  private readonly tracking: ConnectionTracking;

  constructor(tracking: ConnectionTracking) {
    this.tracking = tracking;
  }

  isConfirmed(frame: Frame): boolean {
    const view = frame.conntrack as TrackedPacket | null;
    return view?.connection.has(ConnectionStatus.confirmed) ?? false;
  }

  expectReplyFrom(frame: Frame, server: Ipv4Address, port: number): void {
    const connection = unconfirmed(frame);
    if (connection === null) return;
    const { answer } = connection;
    answer.source = server;
    if (answer.protocol !== IpProtocol.icmp) answer.sourcePort = port;
  }

  expectReplyTo(frame: Frame, virtualAddress: Ipv4Address, port: number): void {
    const connection = unconfirmed(frame);
    if (connection === null) return;
    const { answer } = connection;
    answer.destination = virtualAddress;
    if (answer.protocol !== IpProtocol.icmp) answer.destinationPort = port;
  }

  confirm(frame: Frame): boolean {
    return this.tracking.confirm(frame);
  }

  drop(
    protocol: number,
    client: Ipv4Address,
    clientPort: number,
    virtualAddress: Ipv4Address,
    virtualPort: number,
  ): void {
    const tuple = new Tuple();
    tuple.protocol = protocol;
    tuple.source = client;
    tuple.sourcePort = clientPort;
    tuple.destination = virtualAddress;
    tuple.destinationPort = virtualPort;
    const found = this.tracking.find(tuple);
    if (found !== null) this.tracking.kill(found.connection);
  }
}

/** The connection that the packet begins; null when it begins none. */
function unconfirmed(frame: Frame): TrackedConnection | null {
  const view = frame.conntrack as TrackedPacket | null;
  if (view === null || wayOf(view.info) !== Way.original) return null;
  return view.connection.has(ConnectionStatus.confirmed) ? null : view.connection;
}
