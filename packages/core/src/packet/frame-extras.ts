/**
 * What few frames have, beside the frame so that the others are short: several receivers, a VLAN tag, ARP or another protocol
 * than IPv4, a type of service, a mark, ICMP, options, a carried packet, damage. The fields are described at the accessors of `Frame`.
 */
import { NOT_SMALL } from "../base/double.ts";
import { type MacAddress, ZERO_MAC } from "./mac-address.ts";
import { EtherType } from "./protocol.ts";
import type { WireDetail } from "./wire-detail.ts";

/** Options that lvsim does not model, kept to the octet (without those that are modelled). */
export type RawOptions = Uint8Array;

/** `Packet` is Frame, which knows this class and not the other way round. */
export class FrameExtras<Packet> {
  shared = false;
  etherType: number = EtherType.ipv4;
  vlanTag = -1;
  tos = 0;
  sackBlocks: readonly number[] | null = null;
  mark = 0;
  traced = false;
  arpOperation = 0;
  arpSenderMac = NOT_SMALL as MacAddress;
  arpTargetMac = NOT_SMALL as MacAddress;
  ipOptions: RawOptions | null = null;
  tcpOptions: RawOptions | null = null;
  udpChecksumAbsent = false;
  icmpType = 0;
  icmpCode = 0;
  icmpRest = 0;
  inner: Packet | null = null;
  fragmentOf: Packet | null = null;
  checksumFaults = 0;
  wire: WireDetail | null = null;

  constructor() {
    this.arpSenderMac = ZERO_MAC;
    this.arpTargetMac = ZERO_MAC;
  }

  /** Whether all is as in frames that have no extras. */
  get isUsual(): boolean {
    return (
      this.etherType === EtherType.ipv4 &&
      this.vlanTag < 0 &&
      !this.shared &&
      (this.tos | this.mark | this.checksumFaults) === 0 &&
      (this.arpOperation | this.icmpType | this.icmpCode | this.icmpRest) === 0 &&
      this.arpSenderMac === ZERO_MAC &&
      this.arpTargetMac === ZERO_MAC &&
      !this.traced &&
      !this.udpChecksumAbsent &&
      (this.sackBlocks ?? this.ipOptions ?? this.tcpOptions) === null &&
      (this.inner ?? this.fragmentOf ?? this.wire) === null
    );
  }

  /** Forgets what the previous host noted. */
  enterHost(): void {
    this.mark = 0;
    this.traced = false;
  }

  /** For a copy of the frame, which nobody shares; null if it needs none. */
  copy(): FrameExtras<Packet> | null {
    const copy = new FrameExtras<Packet>();
    copy.etherType = this.etherType;
    copy.vlanTag = this.vlanTag;
    copy.tos = this.tos;
    copy.sackBlocks = this.sackBlocks;
    copy.mark = this.mark;
    copy.traced = this.traced;
    copy.arpOperation = this.arpOperation;
    copy.arpSenderMac = this.arpSenderMac;
    copy.arpTargetMac = this.arpTargetMac;
    copy.ipOptions = this.ipOptions;
    copy.tcpOptions = this.tcpOptions;
    copy.udpChecksumAbsent = this.udpChecksumAbsent;
    copy.icmpType = this.icmpType;
    copy.icmpCode = this.icmpCode;
    copy.icmpRest = this.icmpRest;
    copy.inner = this.inner;
    copy.fragmentOf = this.fragmentOf;
    copy.checksumFaults = this.checksumFaults;
    copy.wire = this.wire;
    return copy.isUsual ? null : copy;
  }
}
