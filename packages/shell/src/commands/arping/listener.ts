/** What `arping` hears: ARP frames for this host that are about its question, as a packet socket would get them. */

import type { NetworkNamespace } from "@lvsim/core";
import {
  ArpOperation,
  BROADCAST_MAC,
  type DeviceTap,
  EtherType,
  type Frame,
  type HostDevice,
  type Instant,
  type Ipv4Address,
  isGroupMac,
  type MacAddress,
} from "@lvsim/core";
import { WaitQueue } from "../../process/wait.ts";

/** One frame that fits. */
export interface HeardArp {
  readonly at: Instant;
  readonly isBroadcast: boolean;
  readonly isReply: boolean;
  readonly senderMac: MacAddress;
  readonly sender: Ipv4Address;
  readonly target: Ipv4Address;
  readonly targetMac: MacAddress;
}

export interface ArpQuestion {
  readonly target: Ipv4Address;
  readonly source: Ipv4Address;
  readonly duplicateDetection: boolean;
}

export class ArpListener implements DeviceTap {
  /** Oldest first; whoever reads takes them out. */
  readonly heard: HeardArp[] = [];
  readonly queue = new WaitQueue();
  private readonly network: NetworkNamespace;
  private readonly device: HostDevice;
  private readonly question: ArpQuestion;

  constructor(network: NetworkNamespace, device: HostDevice, question: ArpQuestion) {
    this.network = network;
    this.device = device;
    this.question = question;
    device.taps = [...(device.taps ?? []), this];
  }

  close(): void {
    const rest = (this.device.taps ?? []).filter((tap) => tap !== this);
    this.device.taps = rest.length === 0 ? null : rest;
  }

  tapped(frame: Frame, direction: "in" | "out"): void {
    if (direction !== "in" || frame.etherType !== EtherType.arp || !this.isMeant(frame)) return;
    this.heard.push({
      at: this.network.engine.now,
      isBroadcast: frame.destinationMac === BROADCAST_MAC || isGroupMac(frame.destinationMac),
      isReply: frame.arpOperation === ArpOperation.reply,
      senderMac: frame.arpSenderMac,
      sender: frame.source,
      target: frame.destination,
      targetMac: frame.arpTargetMac,
    });
    this.queue.wake();
  }

  private isMeant(frame: Frame): boolean {
    const { device, question } = this;
    const isOurs = frame.destinationMac === device.mac || isGroupMac(frame.destinationMac);
    if (!isOurs || frame.source !== question.target) return false;
    if (question.duplicateDetection)
      return (
        frame.arpSenderMac !== device.mac &&
        (question.source === 0 || frame.destination === question.source)
      );
    return frame.destination === question.source && frame.arpTargetMac === device.mac;
  }
}
