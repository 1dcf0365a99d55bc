/** A packet that has no connection yet, as scheduling sees it: the addresses of its flow, whichever way it goes. */
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { SchedulingRequest } from "./scheduler.ts";

/** Filled anew for each packet: there is one object per namespace. */
export class NewFlow implements SchedulingRequest {
  protocol = 0;
  clientAddress = 0 as Ipv4Address;
  clientPort = 0;
  virtualAddress = 0 as Ipv4Address;
  virtualPort = 0;
  packetDestination = 0 as Ipv4Address;
  mark = 0;
  /** An ICMP error asks for the server; the flow is that of the packet it quotes, seen from its receiver. */
  byIcmp = false;

  /** The flow of a client's packet. */
  ofRequest(frame: Frame): void {
    this.protocol = frame.protocol;
    this.clientAddress = frame.source;
    this.clientPort = frame.sourcePort;
    this.virtualAddress = frame.destination;
    this.virtualPort = frame.destinationPort;
    this.packetDestination = frame.destination;
    this.mark = frame.mark;
    this.byIcmp = false;
  }

  /** The flow of a packet to a client that an ICMP error with `mark` quotes. */
  ofQuoted(quoted: Frame, mark: number): void {
    this.protocol = quoted.protocol;
    this.clientAddress = quoted.destination;
    this.clientPort = quoted.destinationPort;
    this.virtualAddress = quoted.source;
    this.virtualPort = quoted.sourcePort;
    this.packetDestination = quoted.destination;
    this.mark = mark;
    this.byIcmp = true;
  }
}
