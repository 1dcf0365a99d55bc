/**
 * Masquerading (`-m`, `ip_vs_nat_xmit`): destination address and port become the server's; the source stays, so the
 * answer must come back through this host.
 */
import type { NetDevice } from "../../../link/net-device.ts";
import type { Frame } from "../../../packet/frame.ts";
import { isLoopbackAddress } from "../../../packet/ipv4-address.ts";
import { mendChecksum } from "../../../packet/sctp.ts";
import { Verdict } from "../../netfilter/hook.ts";
import type { Connection } from "../connection.ts";
import type { Destination } from "../destination.ts";
import type { Forwarder } from "./forwarder.ts";
import { type ForwardingPath, Preparation, RouteMode } from "./forwarding-path.ts";

const MODE = RouteMode.local | RouteMode.nonLocal | RouteMode.redirect;

export class Masquerading implements Forwarder {
  private readonly path: ForwardingPath;

  constructor(path: ForwardingPath) {
    this.path = path;
  }

  forward(
    frame: Frame,
    connection: Connection,
    input: NetDevice | null,
    related: boolean,
  ): Verdict {
    const { rows } = this.path;
    const server = rows.server(connection) as Destination;
    const serverAddress = server.address;
    const outcome = this.path.prepare(frame, server, serverAddress, MODE, -1, related, connection);
    if (outcome === Preparation.dropped) return Verdict.stolen;
    const local = outcome === Preparation.local;
    // nobody from the network may reach 127.0.0.0/8
    if (local && isLoopbackAddress(serverAddress) && input !== null) {
      this.path.drop(frame, "ipvs-local-loopback-destination", connection);
      return Verdict.stolen;
    }
    frame.destination = serverAddress;
    const port = rows.serverPort(connection);
    if (frame.checksumFaults !== 0 && port !== frame.destinationPort) mendChecksum(frame);
    frame.destinationPort = port;
    if (local) return this.path.deliver(frame, connection);
    const { memory } = this.path;
    if (memory !== null && !related && memory.sendRequest(frame, connection, input))
      return Verdict.stolen;
    return this.path.send(frame, connection);
  }
}
