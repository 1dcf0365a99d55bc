/** Raw sockets of VRRP: membership of its group on each device, what comes in by those devices, and sending past 255 hops' TTL. */
import {
  Frame,
  type Ipv4Address,
  type NetworkNamespace,
  packetLength,
  type RawListener,
} from "@lvsim/core";
import { AH_PROTOCOL, type HeardAdvert, VRRP_PROTOCOL } from "./packet.ts";

const TTL = 255;
/** Internetwork control (RFC 791), as keepalived marks its packets. */
const TOS = 0xc0;

export interface HeardPacket extends HeardAdvert {
  /** Index of the device by which it came. */
  readonly device: number;
}

export class VrrpSockets {
  private readonly network: NetworkNamespace;
  private readonly onPacket: (packet: HeardPacket) => void;
  private readonly listeners: readonly (readonly [number, RawListener])[];
  private readonly joined: (readonly [device: number, group: Ipv4Address])[] = [];

  constructor(network: NetworkNamespace, onPacket: (packet: HeardPacket) => void) {
    this.network = network;
    this.onPacket = onPacket;
    this.listeners = [VRRP_PROTOCOL, AH_PROTOCOL].map((protocol) => {
      const listener = { heard: (frame: Frame) => this.heard(frame) };
      network.ip.listenRaw(protocol, listener);
      return [protocol, listener];
    });
  }

  join(device: number, group: Ipv4Address): void {
    if (this.joined.some(([other, its]) => other === device && its === group)) return;
    this.network.groups.join(device, group);
    this.joined.push([device, group]);
  }

  close(): void {
    for (const [protocol, listener] of this.listeners)
      this.network.ip.unlistenRaw(protocol, listener);
    for (const [device, group] of this.joined) this.network.groups.leave(device, group);
  }

  /** Sends by a device; false when there is no way. */
  send(
    protocol: number,
    octets: Uint8Array,
    way: {
      readonly source: Ipv4Address;
      readonly destination: Ipv4Address;
      readonly device: number;
      readonly identification: number;
    },
  ): boolean {
    const { ip, engine } = this.network;
    const route = ip.routeOutput(way.destination, way.source, way.device, 0, 0);
    if (typeof route === "number") return false;
    const frame = new Frame(engine.newFrameId());
    frame.protocol = protocol;
    frame.source = way.source;
    frame.destination = way.destination;
    frame.ttl = TTL;
    frame.tos = TOS;
    frame.identification = way.identification;
    frame.payload = octets;
    frame.payloadLength = octets.length;
    frame.length = packetLength(frame);
    frame.route = route;
    ip.output(frame);
    return true;
  }

  private heard(frame: Frame): void {
    const { payload, payloadOffset, payloadLength } = frame;
    this.onPacket({
      device: frame.inputInterface,
      source: frame.source,
      destination: frame.destination,
      ttl: frame.ttl,
      protocol: frame.protocol,
      octets: payload.slice(payloadOffset, payloadOffset + payloadLength),
    });
  }
}
