/**
 * What a raw ICMP socket hears (`raw(7)` with IP_RECVERR): answers to echo requests, and errors about packets that the
 * host sent, with when they came. Whoever reads takes them out; what is not wanted is his to judge.
 */
import {
  type Frame,
  type IcmpListener,
  type Instant,
  IPV4_HEADER_LENGTH,
  type Ipv4Address,
  type NetworkNamespace,
} from "@lvsim/core";
import { WaitQueue } from "../process/wait.ts";

/** One ICMP message, with what can be read of the packet that it quotes. */
export interface HeardIcmp {
  readonly at: Instant;
  readonly from: Ipv4Address;
  /** Index of the interface by which it came. */
  readonly interfaceIndex: number;
  readonly ttl: number;
  readonly type: number;
  readonly code: number;
  /** The four octets after the checksum. */
  readonly rest: number;
  /** ICMP header and data, in octets. */
  readonly length: number;
  /** Of an echo: its data, which nobody may change. */
  readonly payload: Uint8Array;
  /** Null when the message quotes nothing. */
  readonly about: QuotedPacket | null;
}

export interface QuotedPacket {
  readonly source: Ipv4Address;
  readonly destination: Ipv4Address;
  readonly protocol: number;
  readonly ttl: number;
  /** TCP and UDP. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** ICMP: its type and the four octets after its checksum. */
  readonly icmpType: number;
  readonly icmpRest: number;
}

/** A socket keeps so many messages that nobody reads (its receive buffer, roughly). */
const BACKLOG_MAX = 1024;

export class IcmpSocket implements IcmpListener {
  /** Oldest first. */
  readonly received: HeardIcmp[] = [];
  readonly queue = new WaitQueue();
  private readonly network: NetworkNamespace;

  constructor(network: NetworkNamespace) {
    this.network = network;
    network.ip.icmp.listen(this);
  }

  close(): void {
    this.network.ip.icmp.unlisten(this);
  }

  heard(frame: Frame): void {
    if (this.received.length >= BACKLOG_MAX) return;
    const { payload, payloadOffset, payloadLength, inner } = frame;
    this.received.push({
      at: this.network.engine.now,
      from: frame.source,
      interfaceIndex: frame.inputInterface,
      ttl: frame.ttl,
      type: frame.icmpType,
      code: frame.icmpCode,
      rest: frame.icmpRest,
      length: frame.length - IPV4_HEADER_LENGTH - (frame.ipOptions?.length ?? 0),
      payload: payload.subarray(payloadOffset, payloadOffset + payloadLength),
      about: inner === null ? null : quoted(inner),
    });
    this.queue.wake();
  }
}

const quoted = (packet: Frame): QuotedPacket => ({
  source: packet.source,
  destination: packet.destination,
  protocol: packet.protocol,
  ttl: packet.ttl,
  sourcePort: packet.sourcePort,
  destinationPort: packet.destinationPort,
  icmpType: packet.icmpType,
  icmpRest: packet.icmpRest,
});
