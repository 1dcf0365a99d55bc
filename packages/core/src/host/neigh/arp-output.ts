/** ARP frames that a host sends: requests (`arp_solicit`), answers, and announcements of its own addresses. */
import { EthernetHeader } from "../../packet/ethernet-header.ts";
import { Frame, FrameOrigin } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { ARP_LENGTH } from "../../packet/lengths.ts";
import { BROADCAST_MAC, type MacAddress, ZERO_MAC } from "../../packet/mac-address.ts";
import { ArpOperation, EtherType } from "../../packet/protocol.ts";
import { Scope } from "../device/config.ts";
import { AddressType, type NeighbourDevice, type NeighbourEnvironment } from "./environment.ts";
import type { NeighbourEntry } from "./neighbour-entry.ts";
import { inSubnetOf, selectSourceAddress } from "./source-address.ts";

/** arp_announce: how the source of a request is chosen. */
const Announce = { sameSubnet: 1, best: 2 } as const;

export class ArpOutput {
  private readonly environment: NeighbourEnvironment;

  constructor(environment: NeighbourEnvironment) {
    this.environment = environment;
  }

  /**
   * Asks for the neighbour: by unicast while the round's unicast probes last, then by broadcast. `waiting` is the
   * packet queued last, null for none.
   */
  solicit(entry: NeighbourEntry, waiting: Frame | null): void {
    const { device, address } = entry;
    const { ucast_solicit, app_solicit } = this.environment.neighbourSysctls(device);
    const unicast = entry.probes < ucast_solicit;
    // requests of a user-space daemon, which nobody runs
    if (!unicast && entry.probes < ucast_solicit + app_solicit) return;
    const to = unicast ? entry.linkAddress : BROADCAST_MAC;
    const frame = this.make(ArpOperation.request, device, to);
    frame.source = this.announced(device, address, waiting);
    frame.destination = address;
    if (waiting !== null) frame.parentId = waiting.id;
    device.transmit(frame);
  }

  /** Answers `request` for the address that it asks for. */
  reply(request: Frame, device: NeighbourDevice): void {
    const frame = this.make(ArpOperation.reply, device, request.arpSenderMac);
    frame.parentId = request.id;
    frame.origin = FrameOrigin.answer;
    frame.source = request.destination;
    frame.destination = request.source;
    frame.arpTargetMac = request.arpSenderMac;
    device.transmit(frame);
  }

  /** Announces every address of `device` by a gratuitous request (arp_notify; also on a switch of active slaves). */
  announceAll(device: NeighbourDevice): void {
    if (device.noArp === true) return;
    for (const { local } of device.addresses) {
      const frame = this.make(ArpOperation.request, device, BROADCAST_MAC);
      frame.source = local;
      frame.destination = local;
      device.transmit(frame);
    }
  }

  /** The source address of a request for `target`, by arp_announce. */
  private announced(
    device: NeighbourDevice,
    target: Ipv4Address,
    waiting: Frame | null,
  ): Ipv4Address {
    const { arpAnnounce, routeLocalnet } = this.environment.arpSysctls(device);
    if (waiting !== null && arpAnnounce !== Announce.best) {
      const source = waiting.source;
      const local = this.environment.addressType(source) === AddressType.local;
      if (local && (arpAnnounce !== Announce.sameSubnet || sameSubnet(device, target, source))) {
        return source;
      }
    }
    return selectSourceAddress(this.environment, device, target, Scope.link, routeLocalnet !== 0);
  }

  private make(operation: number, device: NeighbourDevice, to: MacAddress): Frame {
    const frame = new Frame(this.environment.engine.newFrameId());
    frame.etherType = EtherType.arp;
    frame.length = ARP_LENGTH;
    frame.ethernet = new EthernetHeader(to, device.mac);
    frame.arpOperation = operation;
    frame.arpSenderMac = device.mac;
    frame.arpTargetMac = ZERO_MAC;
    return frame;
  }
}

/** Whether one of the device's subnets holds both addresses. */
const sameSubnet = (device: NeighbourDevice, one: Ipv4Address, other: Ipv4Address): boolean =>
  device.addresses.some((address) => inSubnetOf(one, address) && inSubnetOf(other, address));
