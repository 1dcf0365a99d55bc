/** Gratuitous ARP: a request for an address by the one who has it, to everybody, so that neighbours know where it is now. */
import {
  ARP_LENGTH,
  ArpOperation,
  BROADCAST_MAC,
  EtherType,
  Frame,
  type HostDevice,
  type Ipv4Address,
  type NetworkNamespace,
} from "@lvsim/core";

export function sendGratuitousArp(
  { engine }: NetworkNamespace,
  device: HostDevice,
  address: Ipv4Address,
): void {
  const frame = new Frame(engine.newFrameId());
  frame.etherType = EtherType.arp;
  frame.length = ARP_LENGTH;
  frame.sourceMac = device.mac;
  frame.destinationMac = BROADCAST_MAC;
  frame.arpOperation = ArpOperation.request;
  frame.arpSenderMac = device.mac;
  frame.arpTargetMac = BROADCAST_MAC;
  frame.source = address;
  frame.destination = address;
  device.transmit(frame);
}
