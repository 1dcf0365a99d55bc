/** What connection tracking and NAT need of the namespace around them, beyond what rules need. */
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { Rng } from "../../rng/rng.ts";
import type { TrackingHost } from "../conntrack/connection-tracking.ts";

export interface TrackingEnvironment extends TrackingHost {
  /** NAT's own stream. */
  readonly rng: Rng;
  /** The source of packets that leave by `output` to where `frame` goes (`inet_select_addr`); 0 when there is none. */
  sourceTowards(frame: Frame, output: NetDevice): Ipv4Address;
  /** The first address of a device; 0 when it has none. */
  firstAddress(device: NetDevice): Ipv4Address;
  /** Takes a fragment; the whole packet once it is there, else null. */
  reassemble(fragment: Frame): Frame | null;
  /** The packet goes on at PRE_ROUTING behind the hooks of that priority. */
  resumeInput(frame: Frame, input: NetDevice, priority: number): void;
}
