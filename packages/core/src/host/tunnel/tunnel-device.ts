/**
 * An IPIP or GRE device (`struct ip_tunnel`). What is sent into it leaves in another packet; what was taken out of
 * packets of its other end appears on it. It has no link header and no cable. Left out: collect_md (`external`),
 * multicast remotes' neighbours, Ethernet in GRE (gretap, ERSPAN), link addresses of next hops on a GRE device (NBMA).
 */
import { DeviceErrors, NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import type { Engine } from "../../time/engine.ts";
import { SimEvent } from "../../time/event.ts";
import type { Instant } from "../../time/instant.ts";
import type { Trace } from "../../trace/trace.ts";
import type { AddressConfig, DeviceConfig } from "../device/config.ts";
import type { DeviceInput, HostDevice } from "../device/host-device.ts";
import {
  ANY_TUNNEL,
  type TunnelParameters,
  tunnelHeaderLength,
} from "../device/tunnel-parameters.ts";
import type { CombinedConf } from "../sysctl/combined-conf.ts";
import type { NeighbourSysctls } from "../sysctl/config.ts";
import { DEFAULT_NEIGHBOUR_SYSCTLS } from "../sysctl/defaults.ts";

/** Sends what is given to a tunnel device on its way. */
export interface TunnelSender {
  send(frame: Frame, device: TunnelDevice): void;
}

export class TunnelDevice extends NetDevice implements HostDevice {
  readonly index: number;
  readonly kind: "ipip" | "gre";
  readonly hasLinkHeader = false;
  readonly loopback = false;
  readonly internal = true;
  /** It has a fixed other end. */
  pointToPoint = false;
  noArp: boolean;
  addresses: readonly AddressConfig[];
  conf: CombinedConf;
  neigh: NeighbourSysctls = DEFAULT_NEIGHBOUR_SYSCTLS;
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
  above: DeviceInput;
  private readonly sender: TunnelSender;
  private readonly engine: Engine;
  private readonly trace: Trace | null;

  constructor(
    config: DeviceConfig,
    conf: CombinedConf,
    input: DeviceInput,
    sender: TunnelSender,
    engine: Engine,
    trace: Trace | null,
  ) {
    super(config.name, config.mac);
    this.index = config.index;
    this.kind = config.kind === "gre" ? "gre" : "ipip";
    this.mtu = config.mtu;
    this.up = config.up;
    this.noArp = config.noArp;
    this.addresses = config.addresses;
    this.conf = conf;
    this.above = input;
    this.sender = sender;
    this.engine = engine;
    this.trace = trace;
  }

  get errors(): DeviceErrors {
    this.counters.errors ??= new DeviceErrors();
    return this.counters.errors;
  }

  setUp(up: boolean): void {
    this.up = up;
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
    inner.receiver = this;
    engine.schedule(inner, engine.now);
  }

  receive(frame: Frame): void {
    this.take(frame, frame);
  }

  /** Takes in a packet that observers see as `shown`. */
  take(frame: Frame, shown: Frame): void {
    this.counters.receivedPackets++;
    this.counters.receivedOctets += frame.length;
    this.trace?.received(this.engine.now, this.place, frame);
    this.show(shown, "in");
    this.above.receive(frame, this);
  }

  private show(frame: Frame, direction: "in" | "out"): void {
    for (const tap of this.taps ?? []) tap.tapped(frame, direction);
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
