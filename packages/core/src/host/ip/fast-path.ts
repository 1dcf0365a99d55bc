/** A short cut through a host, for packets whose way is known from others of their flow. */
import type { Frame } from "../../packet/frame.ts";
import type { HostDevice } from "../device/host-device.ts";

export interface FastPath {
  /**
   * Takes a packet without extras, for this host's link address, that `from`, which is not internal, took in, and does with it
   * all that the whole way would do. False, with the frame as it was, when it must go the whole way.
   */
  take(frame: Frame, from: HostDevice): boolean;
}
