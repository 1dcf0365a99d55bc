/** One port of a bridge (`struct net_bridge_port`): a device whose frames are the bridge's. */
import type { Frame } from "../../packet/frame.ts";
import { isGroupMac, ZERO_MAC } from "../../packet/mac-address.ts";
import type { BridgePortConfig } from "./config.ts";
import type { HostDevice } from "./host-device.ts";

/** The bridge as its ports see it. */
export interface PortOwner {
  readonly up: boolean;
  /** A frame came in by a port that forwards. */
  portReceived(frame: Frame, port: BridgePort): void;
  /** A frame came in that no bridge passes on. */
  portRefused(frame: Frame, port: BridgePort): void;
  /** A port began or ceased to forward. */
  portChanged(port: BridgePort): void;
}

const LINK_LOCAL_GROUP_FIRST = 0x0180c2000000;
const LINK_LOCAL_GROUP_LAST = 0x0180c200000f;
/** Pause frames (IEEE 802.3x). */
const PAUSE_GROUP = 0x0180c2000001;

export class BridgePort {
  readonly device: HostDevice;
  settings: BridgePortConfig;
  private readonly bridge: PortOwner;

  constructor(device: HostDevice, settings: BridgePortConfig, bridge: PortOwner) {
    this.device = device;
    this.settings = settings;
    this.bridge = bridge;
  }

  /** BR_STATE_FORWARDING; without spanning tree a port is either that or disabled. */
  get forwards(): boolean {
    return this.bridge.up && this.device.up && this.device.carrier;
  }

  /** `br_handle_frame`: false for a frame that is the port's own stack's. */
  takes(frame: Frame): boolean {
    const source = frame.sourceMac;
    if (source === ZERO_MAC || isGroupMac(source)) {
      this.bridge.portRefused(frame, this);
      return true;
    }
    const destination = frame.destinationMac;
    if (destination > LINK_LOCAL_GROUP_FIRST && destination <= LINK_LOCAL_GROUP_LAST) {
      if (destination !== PAUSE_GROUP) return false;
      this.bridge.portRefused(frame, this);
    } else if (!this.forwards) this.bridge.portRefused(frame, this);
    else this.bridge.portReceived(frame, this);
    return true;
  }

  changed(): void {
    this.bridge.portChanged(this);
  }
}
