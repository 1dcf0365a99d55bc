/** Stands in for a transport that no packet has needed yet: a thousand hosts that only forward have no sockets to keep. */
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import type { TransportHandler } from "./ip-layer.ts";

export class LazyTransport implements TransportHandler {
  private readonly load: () => TransportHandler;

  /** `load` makes the transport, which registers itself in this one's place, and gives its handler. */
  constructor(load: () => TransportHandler) {
    this.load = load;
  }

  receive(frame: Frame, device: NetDevice): void {
    this.load().receive(frame, device);
  }

  icmpError(error: Frame): void {
    this.load().icmpError(error);
  }
}
