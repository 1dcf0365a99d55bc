/**
 * Bypass (`ip_vs_bypass_xmit`): with vs.cache_bypass a firewall-mark service without a usable server lets the packet go
 * where it was going.
 */
import type { NetDevice } from "../../../link/net-device.ts";
import type { Frame } from "../../../packet/frame.ts";
import { Verdict } from "../../netfilter/hook.ts";
import type { Connection } from "../connection.ts";
import type { Forwarder } from "./forwarder.ts";
import { type ForwardingPath, Preparation, RouteMode } from "./forwarding-path.ts";

export class Bypass implements Forwarder {
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
    const outcome = this.path.prepare(
      frame,
      null,
      frame.destination,
      RouteMode.nonLocal,
      -1,
      related,
      connection,
    );
    if (outcome === Preparation.dropped) return Verdict.stolen;
    return this.path.send(frame, connection);
  }
}
