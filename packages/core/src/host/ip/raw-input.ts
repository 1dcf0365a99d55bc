/**
 * Raw sockets' way in (`raw(7)`, `raw_local_deliver`) for IP protocols that no transport of the host takes, as VRRP (112) and
 * AH (51). While anybody listens, packets of the protocol are delivered; after that they are of an unknown protocol again.
 * Left out: raw sockets beside TCP, UDP and tunnels; ICMP has listeners of its own (`IcmpListener`).
 */
import type { Frame } from "../../packet/frame.ts";
import type { IpContext } from "./ip-context.ts";
import type { TransportHandler } from "./ip-layer.ts";

/** Hears every packet of a protocol that reaches the host. The frame is nobody's to change. */
export interface RawListener {
  heard(frame: Frame): void;
}

export class RawInput implements TransportHandler {
  private readonly context: IpContext;
  private listeners: readonly RawListener[] = [];

  constructor(context: IpContext) {
    this.context = context;
  }

  get isIdle(): boolean {
    return this.listeners.length === 0;
  }

  add(listener: RawListener): void {
    this.listeners = [...this.listeners, listener];
  }

  remove(listener: RawListener): void {
    this.listeners = this.listeners.filter((other) => other !== listener);
  }

  receive(frame: Frame): void {
    const { trace, engine, place } = this.context;
    trace?.delivered(engine.now, place, frame);
    for (const listener of this.listeners) listener.heard(frame);
  }

  /** Nobody who listens to a protocol asks for errors. */
  icmpError(_error: Frame): void {}
}
