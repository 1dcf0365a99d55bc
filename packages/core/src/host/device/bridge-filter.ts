/**
 * What a bridge asks of whoever inspects the frames that it passes (br_netfilter's hooks of the bridge family); a bridge
 * that nobody inspects has none. The rules themselves belong to higher floors.
 */
import type { Frame } from "../../packet/frame.ts";
import type { BridgePort } from "./bridge-port.ts";
import type { HostDevice } from "./host-device.ts";

/** The bridge as its filter sees it. */
export interface FilteredBridge extends HostDevice {
  /** Goes on with a frame that came in by `port`: learns, and passes it on (`br_handle_frame_finish`). */
  admit(frame: Frame, port: BridgePort): void;
}

export interface BridgeFilter {
  /** NF_BR_PRE_ROUTING: `bridge.admit` goes on with what may pass, at once or later. */
  cameIn(frame: Frame, port: BridgePort, bridge: FilteredBridge): void;
  /** Whether rules see this frame on its way out; false for one of another protocol, or of this host's own. */
  inspects(frame: Frame): boolean;
  /** NF_BR_FORWARD and NF_BR_POST_ROUTING: whether the bridge may send it by `port`. */
  maySend(frame: Frame, port: BridgePort, bridge: FilteredBridge): boolean;
  /** A copy for one more port; `frame` stays as it is. */
  copyOf(frame: Frame): Frame;
  /** Takes back a frame that only went to ask for a link address, and goes on with it (`br_nf_dev_xmit`). */
  takesBack(frame: Frame): boolean;
}
