/** Echo requests as `ping` makes them: the time of sending in the data, then a pattern; answers tell their own age. */
import {
  Errno,
  Frame,
  type HostDevice,
  IcmpType,
  type Instant,
  IpProtocol,
  type Ipv4Address,
  type NetworkNamespace,
} from "@lvsim/core";
import { EPOCH_SECONDS } from "../../kernel/kernel.ts";
import { defaultTtl, type RawOutcome, sendRaw } from "../../network/raw-packet.ts";
import type { PingOptions } from "./options.ts";

/** A `struct timeval` of 64-bit numbers. */
const TIME_LENGTH = 16;
/** What an IPv4 packet has room for behind both headers. */
const SIZE_MAX = 65_507;

export class Prober {
  readonly target: Ipv4Address;
  readonly source: Ipv4Address;
  readonly device: HostDevice | null;
  readonly identifier: number;
  /** Whether the data has room for the time. */
  readonly timing: boolean;
  private readonly network: NetworkNamespace;
  private readonly options: PingOptions;

  constructor(
    network: NetworkNamespace,
    options: PingOptions,
    ends: Pick<Prober, "target" | "source" | "device" | "identifier">,
  ) {
    this.network = network;
    this.options = options;
    this.target = ends.target;
    this.source = ends.source;
    this.device = ends.device;
    this.identifier = ends.identifier;
    this.timing = options.size >= TIME_LENGTH;
  }

  send(sequence: number): RawOutcome {
    const { network, options } = this;
    if (options.size > SIZE_MAX) return { errno: Errno.EMSGSIZE, mtu: 0 };
    const frame = new Frame(network.engine.newFrameId());
    frame.protocol = IpProtocol.icmp;
    frame.icmpType = IcmpType.echoRequest;
    frame.icmpRest = (this.identifier << 16) | sequence;
    frame.source = this.source;
    frame.destination = this.target;
    frame.tos = options.tos;
    frame.mark = options.mark;
    frame.ttl = options.ttl === 0 ? defaultTtl(network) : options.ttl;
    frame.payload = this.data();
    frame.payloadLength = frame.payload.length;
    return sendRaw(network, frame, {
      outputInterface: this.device?.index ?? 0,
      discovery: options.discovery,
    });
  }

  /** How long an answer took, in microseconds: by the time in its data. */
  age(payload: Uint8Array, at: Instant): number {
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    const second = Number(view.getUint32(0, true)) - EPOCH_SECONDS;
    return Math.floor(at / 1000) - (second * 1_000_000 + view.getUint32(8, true));
  }

  private data(): Uint8Array {
    const { pattern, size } = this.options;
    const octets = new Uint8Array(size);
    for (let i = 0; i < octets.length; i++)
      octets[i] = pattern === null || pattern.length === 0 ? i : (pattern[i % pattern.length] ?? 0);
    if (this.timing) {
      const micros = Math.floor(this.network.engine.now / 1000);
      const view = new DataView(octets.buffer);
      view.setUint32(0, EPOCH_SECONDS + Math.floor(micros / 1_000_000), true);
      view.setUint32(4, 0, true);
      view.setUint32(8, micros % 1_000_000, true);
      view.setUint32(12, 0, true);
    }
    return octets;
  }
}
