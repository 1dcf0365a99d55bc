/** What of a packet a set looks at: addresses and ports, each of the source or of the destination (`ip_set_getport.c`). */
import type { Frame } from "../../../packet/frame.ts";
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import { FragmentField, IpProtocol } from "../../../packet/protocol.ts";
import type { SetShape } from "./config.ts";

/** Protocols with ports: TCP, UDP, DCCP, SCTP, UDP-Lite. */
const hasPorts = (protocol: number): boolean =>
  protocol === IpProtocol.tcp ||
  protocol === IpProtocol.udp ||
  protocol === IpProtocol.sctp ||
  protocol === 33 ||
  protocol === 136;

/** Filled in for one packet after another. */
export class PacketKey {
  address = 0 as Ipv4Address;
  protocol = 0;
  port = 0;
  secondAddress = 0 as Ipv4Address;

  /**
   * Reads the packet; false when it lacks what the set asks for. Bit n of `sources` is set where the rule's word n
   * is `src`.
   */
  read(frame: Frame, shape: SetShape, sources: number): boolean {
    if (!shape.hasAddress) return this.readPort(frame, (sources & 1) !== 0, false);
    this.address = (sources & 1) !== 0 ? frame.source : frame.destination;
    if (shape.hasSecondAddress)
      this.secondAddress = (sources & 4) !== 0 ? frame.source : frame.destination;
    return !shape.hasPort || this.readPort(frame, (sources & 2) !== 0, true);
  }

  private readPort(frame: Frame, ofSource: boolean, withProtocol: boolean): boolean {
    const { protocol } = frame;
    const isLater = (frame.fragment & FragmentField.offsetMask) !== 0;
    this.protocol = withProtocol ? protocol : 0;
    if (hasPorts(protocol)) {
      this.port = ofSource ? frame.sourcePort : frame.destinationPort;
      return !isLater;
    }
    this.port = protocol === IpProtocol.icmp ? (frame.icmpType << 8) | frame.icmpCode : 0;
    return withProtocol && !(isLater && protocol === IpProtocol.icmp);
  }
}
