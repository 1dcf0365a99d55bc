/**
 * What stands on a device, between it and its namespace's stack, in the kernel's order (`__netif_receive_skb_core`): VLANs
 * take frames with their tag, then the bridge that it is a port of or its macvlans take theirs, and the rest is the
 * stack's.
 */
import type { Frame } from "../../packet/frame.ts";
import { isGroupMac } from "../../packet/mac-address.ts";
import type { BridgePort } from "./bridge-port.ts";
import type { DeviceInput, HostDevice } from "./host-device.ts";
import type { MacvlanDevice } from "./macvlan-device.ts";
import type { VlanDevice } from "./vlan-device.ts";

const VLAN_ID_MASK = 0xfff;

export class UpperDevices implements DeviceInput {
  vlans: readonly VlanDevice[] = [];
  macvlans: readonly MacvlanDevice[] = [];
  port: BridgePort | null = null;
  private readonly stack: DeviceInput;

  constructor(stack: DeviceInput) {
    this.stack = stack;
  }

  get isEmpty(): boolean {
    return this.vlans.length === 0 && this.macvlans.length === 0 && this.port === null;
  }

  receive(frame: Frame, from: HostDevice): void {
    if (frame.vlanTag >= 0 && this.vlans.length > 0) {
      const id = frame.vlanTag & VLAN_ID_MASK;
      const vlan = this.vlans.find(({ tag }) => tag === id);
      if (vlan !== undefined) return vlan.untag(frame);
    }
    if (this.port !== null) {
      if (this.port.takes(frame)) return;
    } else if (this.macvlans.length > 0 && this.toMacvlans(frame)) return;
    this.stack.receive(frame, from);
  }

  /** Whether a macvlan took the frame for itself. */
  private toMacvlans(frame: Frame): boolean {
    const { macvlans } = this;
    const destination = frame.destinationMac;
    if (isGroupMac(destination)) {
      const sender = macvlans.find(({ mac }) => mac === frame.sourceMac);
      // a private macvlan's own address from outside: what has it there is that one's peer, as a VRRP master is its backup's
      if (sender !== undefined && isApart(sender)) {
        if (sender.up) sender.hears(frame);
        return true;
      }
      for (const macvlan of macvlans)
        if (macvlan !== sender && macvlan.up && hearsFrom(macvlan, sender)) macvlan.hears(frame);
      return false;
    }
    const [first] = macvlans;
    const found =
      first?.mode === "passthru" ? first : macvlans.find(({ mac }) => mac === destination);
    if (found === undefined) return false;
    found.takes(frame);
    return true;
  }

  carrierChanged(on: HostDevice): void {
    this.stack.carrierChanged(on);
    for (const vlan of this.vlans) vlan.refreshCarrier();
    for (const macvlan of this.macvlans) macvlan.refreshCarrier();
    if (this.port !== null) this.port.changed();
  }
}

/** Neither of the modes in which macvlans of one device talk to each other. */
const isApart = ({ mode }: MacvlanDevice): boolean => mode !== "vepa" && mode !== "bridge";

/** `macvlan_handle_frame`: group frames that one of the macvlans sent and that come back from outside. */
function hearsFrom(macvlan: MacvlanDevice, sender: MacvlanDevice | undefined): boolean {
  if (sender === undefined) return true;
  if (sender.mode === "vepa") return macvlan.mode === "vepa" || macvlan.mode === "bridge";
  return macvlan.mode === "vepa";
}
