/** Netfilter's five hook points for IPv4 and what hooks answer (`include/uapi/linux/netfilter.h`). */
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import type { Decider } from "../../trace/trace.ts";

/** Where a packet can be inspected on its way through a host, as in Linux's `enum nf_inet_hooks`. */
export const HookPoint = {
  preRouting: 0,
  localIn: 1,
  forward: 2,
  localOut: 3,
  postRouting: 4,
} as const;
export type HookPoint = (typeof HookPoint)[keyof typeof HookPoint];

/** As iptables prints them, indexed by `HookPoint`. */
export const HOOK_POINT_NAMES = [
  "PREROUTING",
  "INPUT",
  "FORWARD",
  "OUTPUT",
  "POSTROUTING",
] as const;

/** What a hook decides about a frame. */
export const Verdict = {
  /** NF_DROP: discard; whoever decides it records the drop reason. */
  drop: 0,
  /** NF_ACCEPT: go on to the next hook. */
  accept: 1,
  /** NF_STOLEN: the hook now owns the frame and answers for its delivery. */
  stolen: 2,
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** Priorities of `enum nf_ip_hook_priorities`; IPVS's own are in host/ipvs/hooks.ts. */
export const HookPriority = {
  defragment: -400,
  raw: -300,
  conntrack: -200,
  mangle: -150,
  natDestination: -100,
  filter: 0,
  natSource: 100,
  conntrackConfirm: 0x7fffffff,
} as const;

export interface Hook extends Decider {
  readonly point: HookPoint;
  /** Lower runs first; equal priorities run in registration order. */
  readonly priority: number;
  /** A hook that drops a frame tells the trace why. Devices are null where the kernel's are: no input for a packet of our own, no output before routing. */
  run(frame: Frame, input: NetDevice | null, output: NetDevice | null): Verdict;
}
