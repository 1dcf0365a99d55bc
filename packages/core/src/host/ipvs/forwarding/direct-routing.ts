/**
 * Direct routing (`-g`, `ip_vs_dr_xmit`): the packet stays as it is but for the TTL and goes to the server's link
 * address. A server that is this host gets it unchanged.
 */
import type { NetDevice } from "../../../link/net-device.ts";
import type { Frame } from "../../../packet/frame.ts";
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import { Verdict } from "../../netfilter/hook.ts";
import type { Route } from "../../route/route.ts";
import type { Connection } from "../connection.ts";
import type { Destination } from "../destination.ts";
import type { Forwarder } from "./forwarder.ts";
import { type ForwardingPath, Preparation, RouteMode } from "./forwarding-path.ts";

const MODE = RouteMode.local | RouteMode.nonLocal;

export class DirectRouting implements Forwarder {
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
    const server = rows.server(connection) as Destination;
    const serverAddress = server.address;
    const outcome = this.path.prepare(frame, server, serverAddress, MODE, -1, related, connection);
    if (outcome === Preparation.dropped) return Verdict.stolen;
    if (outcome === Preparation.local) return this.path.deliver(frame, connection);
    // a server behind a gateway: the frame goes to that gateway, which will not know better than to send it back
    const gateway = (frame.route as Route).gateway;
    frame.nextHop = gateway === 0 ? serverAddress : (0 as Ipv4Address);
    return this.path.send(frame, connection);
  }
}
