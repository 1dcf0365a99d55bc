/**
 * An IPIP or GRE device (`struct ip_tunnel`). What is sent into it leaves in another packet; what was taken out of
 * packets of its other end appears on it. It has no link header and no cable. Left out: collect_md (`external`),
 * multicast remotes' neighbours, Ethernet in GRE (gretap, ERSPAN), link addresses of next hops on a GRE device (NBMA).
 */
import { DeviceErrors } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import type { Engine } from "../../time/engine.ts";
import { SimEvent } from "../../time/event.ts";
import type { Instant } from "../../time/instant.ts";
import type { Trace } from "../../trace/trace.ts";
import { CablelessDevice } from "../device/cableless-device.ts";
import type { DeviceConfig } from "../device/config.ts";
import type { DeviceInput, HostDevice } from "../device/host-device.ts";
import {
  ANY_TUNNEL,
  type TunnelParameters,
  tunnelHeaderLength,
} from "../device/tunnel-parameters.ts";
import type { CombinedConf } from "../sysctl/combined-conf.ts";

/** Sends what is given to a tunnel device on its way. */
export interface TunnelSender {
  send(frame: Frame, device: TunnelDevice): void;
}

export class TunnelDevice extends CablelessDevice {
  declare readonly kind: "ipip" | "gre";
  readonly hasLinkHeader = false;
  readonly loopback = false;
  readonly internal = true;
  /** It has a fixed other end. */
  pointToPoint = false;
  parameters: TunnelParameters = ANY_TUNNEL;
  /** The device that outer packets are bound to; null for none. */
  below: HostDevice | null = null;
  /** Octets between the outer IPv4 header and the packet inside. */
  headerLength = 0;
  /** The sequence number that comes next, both ways; 32 bits. */
  inputSequence = 0;
  outputSequence = 0;
  /** ICMP errors about its packets that no sender has been told of, and when the last one came. */
  errorCount = 0;
  errorAt = 0 as Instant;
  private readonly sender: TunnelSender;

  constructor(
    config: DeviceConfig,
    conf: CombinedConf,
    input: DeviceInput,
    sender: TunnelSender,
    engine: Engine,
    trace: Trace | null,
  ) {
    super(config, conf, input, engine, trace);
    this.up = config.up;
    this.sender = sender;
  }

  get errors(): DeviceErrors {
    this.counters.errors ??= new DeviceErrors();
    return this.counters.errors;
  }

  configure(parameters: TunnelParameters): void {
    if (parameters === this.parameters) return;
    this.parameters = parameters;
    this.pointToPoint = parameters.remote !== 0;
    this.headerLength = tunnelHeaderLength(this.kind, parameters);
  }

  transmit(frame: Frame): void {
    if (!this.up) {
      this.counters.sendDrops++;
      this.trace?.dropped(this.engine.now, this.place, frame, "device-down", null);
      return;
    }
    this.show(frame, "out");
    this.sender.send(frame, this);
  }

  /** A packet has its outer headers, and nothing more is between it and the way. */
  departs(frame: Frame): void {
    this.counters.sentPackets++;
    this.counters.sentOctets += frame.length;
    this.trace?.sent(this.engine.now, this.place, frame);
  }

  /** The packet that stood in `outer` arrives here, at the same instant and after what was pending. */
  arrive(inner: Frame, outer: Frame): void {
    const { engine } = this;
    // a GRE device without a fixed other end has the outer header as its link header, and captures show it
    if (this.taps !== null && this.kind === "gre" && !this.pointToPoint)
      return engine.schedule(new TappedArrival(this, inner, outer), engine.now);
    engine.deliver(inner, this, engine.now);
  }

  protected override octetsOf(frame: Frame): number {
    return frame.length;
  }
}

/** A packet out of a tunnel whose device shows the outer packet to observers. */
class TappedArrival extends SimEvent {
  private readonly device: TunnelDevice;
  private readonly inner: Frame;
  private readonly outer: Frame;

  constructor(device: TunnelDevice, inner: Frame, outer: Frame) {
    super();
    this.device = device;
    this.inner = inner;
    this.outer = outer;
  }

  fire(): void {
    this.device.take(this.inner, this.outer);
  }
}
