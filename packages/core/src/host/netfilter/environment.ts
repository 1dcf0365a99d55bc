/** What iptables' rules need of the namespace around them: time, the trace, and steps of higher floors. */
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { Instant } from "../../time/instant.ts";
import type { PlaceId, Trace } from "../../trace/trace.ts";
import type { RouteType } from "../route/config.ts";
import type { HookPoint } from "./hook.ts";
import type { TrackingEnvironment } from "./tracking-environment.ts";

/** The bridge ports of a frame that a bridge carries; "" for one that is not known (yet). */
export interface BridgePorts {
  readonly input: string;
  readonly output: string;
}

/** What `-m ipvs` asks of the IPVS connection of a packet. */
export interface IpvsFacts {
  readonly virtualAddress: Ipv4Address;
  readonly virtualPort: number;
  /** The virtual port of the controlling connection (a template, FTP's control connection); −1 without one. */
  readonly controlPort: number;
  /** IP_VS_CONN_F_FWD_MASK's number of the forwarding method. */
  readonly method: number;
}

export interface NetfilterEnvironment {
  readonly trace: Trace | null;
  /** The host in the trace. */
  readonly place: PlaceId;
  /** What connection tracking needs. */
  readonly tracking: TrackingEnvironment;
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
  /** A draw of netfilter's own random stream, in [0, bound). */
  randomBelow(bound: number): number;
  /** The bridge ports that the frame passes; null for a packet that no bridge carries (`nf_bridge_info_get`). */
  bridgePorts(frame: Frame): BridgePorts | null;
  /** The IPVS connection of which `frame` is a request already rewritten; null without one (`conn_out_get`, inverse). */
  ipvsFacts(frame: Frame): IpvsFacts | null;
  /**
   * Sends a copy of `frame` to the neighbour `gateway` through the device named `output` ("" for the route's), with
   * `hops` taken from its TTL. A copy that would be copied again stays single.
   */
  duplicate(frame: Frame, gateway: Ipv4Address, output: string, hops: number): void;
}
