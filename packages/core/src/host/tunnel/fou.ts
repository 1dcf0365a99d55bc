/**
 * UDP ports whose datagrams carry packets (net/ipv4/fou.c): Foo over UDP, where the port says which protocol, and
 * Generic UDP Encapsulation, whose header does. Carried are IPv4 and GRE. Left out: other protocols, which are refused
 * as unknown ones are; broadcasts.
 */
import type { Frame } from "../../packet/frame.ts";
import { GueHeaderReader } from "../../packet/gue-header.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { IcmpType, IpProtocol, UnreachableCode } from "../../packet/protocol.ts";
import type { DropReason } from "../../trace/drop-reason.ts";
import { asOctets, withCarriedPacket, withRemoteChecksum } from "../../wire/udp-tunnel.ts";
import type { IpContext } from "../ip/ip-context.ts";
import type { UdpReceiver } from "../ip/udp-receiver.ts";
import type { FouPortConfig } from "./config.ts";
import type { TunnelInput } from "./tunnel-input.ts";

export class FouReceiver implements UdpReceiver {
  readonly config: FouPortConfig;
  private readonly context: IpContext;
  private readonly input: TunnelInput;
  private readonly header = new GueHeaderReader();

  constructor(config: FouPortConfig, context: IpContext, input: TunnelInput) {
    this.config = config;
    this.context = context;
    this.input = input;
  }

  get port(): number {
    return this.config.port;
  }

  get local(): Ipv4Address {
    return this.config.local;
  }

  get peer(): Ipv4Address {
    return this.config.peer;
  }

  get peerPort(): number {
    return this.config.peerPort;
  }

  takes(frame: Frame): boolean {
    const { port, local, peer, peerPort, device } = this.config;
    if (frame.destinationPort !== port) return false;
    if (local !== 0 && local !== frame.destination) return false;
    if (device !== 0 && device !== frame.inputInterface) return false;
    return peerPort === 0 || (peer === frame.source && peerPort === frame.sourcePort);
  }

  receive(datagram: Frame): DropReason | null {
    return datagram.inner === null ? this.octets(datagram) : this.structured(datagram);
  }

  /** A datagram of a simulated host, whose packet need not be read: if it is what this port expects. */
  private structured(datagram: Frame): DropReason | null {
    const { payload, payloadOffset, payloadLength } = datagram;
    let { protocol } = this.config;
    let skip = 0;
    if (this.config.kind === "gue") {
      const { header } = this;
      if (
        !header.read(payload, payloadOffset, payloadOffset + payloadLength) ||
        header.length === 0
      )
        return this.octets(asOctets(datagram));
      protocol = header.protocol;
      skip = header.length;
    }
    const expected = protocol === IpProtocol.gre ? payloadLength > skip : payloadLength === skip;
    return expected ? this.carried(datagram, protocol, skip) : this.octets(asOctets(datagram));
  }

  private octets(datagram: Frame): DropReason | null {
    if (this.config.kind === "fou") return this.decode(datagram, this.config.protocol, 0);
    const { header } = this;
    const { payload, payloadOffset, payloadLength } = datagram;
    if (!header.read(payload, payloadOffset, payloadOffset + payloadLength)) return "tunnel-error";
    const { protocol, length, checksumStart, checksumAt } = header;
    if (checksumStart < 0) return this.decode(datagram, protocol, length);
    const whole = withRemoteChecksum(datagram, length, checksumStart, checksumAt);
    return whole === null ? "tunnel-error" : this.decode(whole, protocol, length);
  }

  private decode(datagram: Frame, protocol: number, skip: number): DropReason | null {
    return this.carried(withCarriedPacket(datagram, protocol, skip), protocol, skip);
  }

  private carried(datagram: Frame, protocol: number, skip: number): DropReason | null {
    if (protocol === IpProtocol.ipip) return this.input.ipip(datagram);
    if (protocol === IpProtocol.gre) return this.input.gre(datagram, skip);
    const code = UnreachableCode.protocol;
    this.context.sendIcmpError(datagram, IcmpType.destinationUnreachable, code, 0);
    return "ip-protocol-unknown";
  }

  /** `gue_err`: whoever sent the datagram, its content is read as GUE, of which FOU with IPv4 inside is a form. */
  icmpError(error: Frame): void {
    const quoted = error.inner;
    if (quoted === null) return;
    const { payload, payloadOffset, payloadLength } = quoted;
    if (quoted.inner !== null && payloadLength === 0)
      this.input.icmpError(error, IpProtocol.ipip, 0);
    else if (this.header.read(payload, payloadOffset, payloadOffset + payloadLength))
      this.input.icmpError(error, this.header.protocol, this.header.length);
  }
}
