/** What iptables' rules need of the namespace around them: time, the trace, and steps of higher floors. */
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { Instant } from "../../time/instant.ts";
import type { PlaceId, Trace } from "../../trace/trace.ts";
import type { RouteType } from "../route/config.ts";
import type { HookPoint } from "./hook.ts";

export interface NetfilterEnvironment {
  readonly trace: Trace | null;
  /** The host in the trace. */
  readonly place: PlaceId;
  now(): Instant;
  /** The interface index of a device of this namespace. */
  deviceIndex(device: NetDevice): number;
  /** `ip_route_me_harder`: a new route after LOCAL_OUT changed addresses, TOS or mark; false when there is none. */
  reroute(frame: Frame): boolean;
  /** `icmp_send`: REJECT's answer to the source of `cause`. */
  sendIcmpError(cause: Frame, type: number, code: number, rest: number): void;
  /** `nf_send_reset`: answers the TCP segment `cause`, seen at `point`, with a RST that goes out through LOCAL_OUT. */
  sendReset(cause: Frame, point: HookPoint): void;
  /** `inet_addr_type`, or `inet_dev_addr_type` when only `device` counts: what the address is to this namespace. */
  addressType(address: Ipv4Address, device: NetDevice | null): RouteType;
  /** For TCPMSS --clamp-mss-to-pmtu: the smaller of the path MTUs of `frame` and of the way back, in octets. */
  pathMtu(frame: Frame): number;
}
