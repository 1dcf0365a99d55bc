/**
 * What a host does with a frame that one of its Ethernet devices took in (`eth_type_trans`,
 * `__netif_receive_skb_core`): whom is it for, and which protocol does it carry.
 */
import { copyFrame } from "../../packet/copy-frame.ts";
import { type Frame, PacketType } from "../../packet/frame.ts";
import { BROADCAST_MAC, isGroupMac } from "../../packet/mac-address.ts";
import { EtherType } from "../../packet/protocol.ts";
import { isInputPortMac } from "../device/bridge-device.ts";
import type { HostDevice } from "../device/host-device.ts";
import type { ArpInput } from "../neigh/arp-input.ts";
import type { IpContext } from "./ip-context.ts";
import type { IpInput } from "./ip-input.ts";

export class EthernetInput {
  private readonly context: IpContext;
  private readonly arp: ArpInput;
  private readonly ip: IpInput;

  constructor(context: IpContext, arp: ArpInput, ip: IpInput) {
    this.context = context;
    this.arp = arp;
    this.ip = ip;
  }

  receive(frame: Frame, from: HostDevice): void {
    // without extras it is an IPv4 packet without a tag
    if (frame.extras === null && frame.ethernet.destination === from.mac) {
      const { fastPath } = this.context;
      if (fastPath === null || fastPath.take(frame, from) === false)
        this.ip.receivePlain(frame, from);
    } else this.receiveOther(frame, from);
  }

  /** `receive`, for anything but a packet to `from` that is as most are. */
  private receiveOther(frame: Frame, from: HostDevice): void {
    if (frame.vlanTag >= 0) return this.receiveTagged(frame, from);
    if (frame.etherType === EtherType.ipv4)
      return this.ip.receive(frame, from, packetTypeOf(frame, from));
    if (frame.etherType === EtherType.arp) return this.arp.receive(frame, from);
    this.context.drop(frame, "unhandled-protocol", from);
  }

  /** No VLAN device took it. VLAN 0 is no VLAN: such a tag carries a priority only. */
  private receiveTagged(tagged: Frame, from: HostDevice): void {
    if ((tagged.vlanTag & VLAN_ID_MASK) !== 0)
      return this.context.drop(tagged, "unhandled-protocol", from);
    const frame = tagged.shared === true ? copyFrame(tagged, tagged.id) : tagged;
    frame.vlanTag = -1;
    this.receive(frame, from);
  }
}

const VLAN_ID_MASK = 0xfff;

function packetTypeOf(frame: Frame, from: HostDevice): PacketType {
  const mac = frame.destinationMac;
  if (mac === from.mac || from.noArp) return PacketType.host;
  if (mac === BROADCAST_MAC) return PacketType.broadcast;
  if (isGroupMac(mac)) return PacketType.multicast;
  return isInputPortMac(mac, from) ? PacketType.host : PacketType.otherHost;
}
