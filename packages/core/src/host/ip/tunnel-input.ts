/**
 * Unpacking IP in IP (RFC 2003; `tunnel4_rcv`, `ipip_rcv`): the packet inside comes out of the device tunl0, if it is
 * up, as if it had just arrived there. Left out: configured tunnels with a fixed remote end.
 */
import type { NetDevice } from "../../link/net-device.ts";
import { copyFrame } from "../../packet/copy-frame.ts";
import { type Frame, FrameOrigin } from "../../packet/frame.ts";
import { IcmpType, UnreachableCode } from "../../packet/protocol.ts";
import type { HostDevice } from "../device/host-device.ts";
import type { IpContext } from "./ip-context.ts";
import type { TransportHandler } from "./ip-layer.ts";

export class TunnelInput implements TransportHandler {
  private readonly context: IpContext;
  /** The fallback tunnel device, undefined when there is none. */
  private readonly tunnel: () => HostDevice | undefined;

  constructor(context: IpContext, tunnel: () => HostDevice | undefined) {
    this.context = context;
    this.tunnel = tunnel;
  }

  receive(frame: Frame, _device: NetDevice): void {
    const { context } = this;
    const tunnel = this.tunnel();
    if (tunnel === undefined || !tunnel.up) {
      const code = UnreachableCode.port;
      context.sendIcmpError(frame, IcmpType.destinationUnreachable, code, 0);
      return context.drop(frame, "tunnel-no-device", tunnel ?? null);
    }
    if (frame.inner === null) return context.drop(frame, "tunnel-error", null);
    context.trace?.delivered(context.engine.now, context.place, frame);
    const inner = copyFrame(frame.inner, frame.inner.id);
    inner.parentId = frame.id;
    inner.origin = FrameOrigin.decapsulated;
    inner.enterHost(tunnel.index);
    inner.receiver = tunnel;
    context.engine.schedule(inner, context.engine.now);
  }

  icmpError(_error: Frame): void {}
}
