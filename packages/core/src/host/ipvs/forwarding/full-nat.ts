/**
 * Full-nat (`-b` of Alibaba's fork): both ends are rewritten. The server sees one of the service's local addresses and
 * answers it, so it needs no route through this host. Local addresses take turns, each with a port counter of its own.
 *
 * Simplified: the hooks are mainline's, so VIP and local addresses must be local here, and mainline's timeouts and
 * state table are in force. Left out: the client's address in a TCP option (TOA), sequence numbers of our own.
 */
import type { NetDevice } from "../../../link/net-device.ts";
import type { Frame } from "../../../packet/frame.ts";
import { Verdict } from "../../netfilter/hook.ts";
import { type Connection, LocalBinding } from "../connection.ts";
import type { Connections } from "../connections.ts";
import type { LocalAddress, VirtualService } from "../virtual-service.ts";
import type { Forwarder } from "./forwarder.ts";
import { type ForwardingPath, Preparation, RouteMode } from "./forwarding-path.ts";

const MODE = RouteMode.local | RouteMode.nonLocal | RouteMode.redirect;
const PORT_FIRST = 5000;
const PORT_COUNT = 60_536;
const TRIES_MAX = 10_000;

/** Gives `connection` a source address and port of `service`'s pool; false when there is none. */
export function bindLocalAddress(
  connections: Connections,
  service: VirtualService,
  connection: Connection,
): boolean {
  const pool = service.localAddresses;
  if (pool.length === 0) return false;
  service.localAddressAt = (service.localAddressAt + 1) % pool.length;
  const local = pool[service.localAddressAt] as LocalAddress;
  const { rows, localPorts } = connections;
  const protocol = rows.protocol(connection);
  const serverAddress = rows.serverAddress(connection);
  const serverPort = rows.serverPort(connection);
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    local.counter++;
    const port = PORT_FIRST + (local.counter % PORT_COUNT);
    if (localPorts.find(protocol, serverAddress, serverPort, local.address, port) === null) {
      connections.bindLocal(
        connection,
        new LocalBinding(connection, protocol, serverAddress, serverPort, local, port),
      );
      return true;
    }
    local.conflicts++;
  }
  return false;
}

export class FullNat implements Forwarder {
  private readonly path: ForwardingPath;

  constructor(path: ForwardingPath) {
    this.path = path;
  }

  forward(
    frame: Frame,
    connection: Connection,
    _input: NetDevice | null,
    related: boolean,
  ): Verdict {
    const { rows } = this.path;
    const server = rows.server(connection);
    const serverAddress = rows.serverAddress(connection);
    const local = rows.local(connection);
    if (local === null) {
      this.path.drop(frame, "ipvs-no-local-port", connection);
      return Verdict.stolen;
    }
    const outcome = this.path.prepare(frame, server, serverAddress, MODE, -1, related, connection);
    if (outcome === Preparation.dropped) return Verdict.stolen;
    frame.source = local.localAddress.address;
    frame.sourcePort = local.port;
    frame.destination = serverAddress;
    frame.destinationPort = rows.serverPort(connection);
    return this.pass(frame, connection, outcome);
  }

  /** Passes a server's answer on to the client. */
  answer(frame: Frame, connection: Connection): Verdict {
    const { rows } = this.path;
    const clientAddress = rows.clientAddress(connection);
    const outcome = this.path.prepare(frame, null, clientAddress, MODE, -1, false, connection);
    if (outcome === Preparation.dropped) return Verdict.stolen;
    frame.source = rows.virtualAddress(connection);
    frame.sourcePort = rows.virtualPort(connection);
    frame.destination = clientAddress;
    frame.destinationPort = rows.clientPort(connection);
    return this.pass(frame, connection, outcome);
  }

  private pass(frame: Frame, connection: Connection, outcome: Preparation): Verdict {
    return outcome === Preparation.local
      ? this.path.deliver(frame, connection)
      : this.path.send(frame, connection);
  }
}
