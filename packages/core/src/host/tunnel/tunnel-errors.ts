/**
 * ICMP errors about a tunnel's own packets (`ipip_err`, `gre_err`): they are counted, and the senders of the next
 * packets are told that their host cannot be reached. Path MTUs are learnt where all ICMP is read.
 */
import type { Frame } from "../../packet/frame.ts";
import { IcmpType, UnreachableCode } from "../../packet/protocol.ts";
import { type Duration, type Instant, seconds } from "../../time/instant.ts";
import type { TunnelDevice } from "./tunnel-device.ts";

/** IPTUNNEL_ERR_TIMEO: how long an error concerns those who use the tunnel. */
export const TUNNEL_ERROR_LIFETIME: Duration = seconds(30);

/** Whether an error of this type and code says something about the way to a tunnel's other end. */
export function isTunnelError(kind: "ipip" | "gre", { icmpType, icmpCode }: Frame): boolean {
  if (icmpType === IcmpType.timeExceeded) return icmpCode === 0;
  if (icmpType !== IcmpType.destinationUnreachable) return false;
  if (icmpCode === UnreachableCode.fragmentationNeeded) return false;
  if (icmpCode === UnreachableCode.sourceRouteFailed) return false;
  return kind === "ipip" || icmpCode !== UnreachableCode.port;
}

export function noteTunnelError(device: TunnelDevice, { icmpType }: Frame, now: Instant): void {
  const { remote, ttl } = device.parameters;
  if (remote === 0) return;
  // the TTL is the inner packet's own: its sender may be tracing the way
  if (ttl === 0 && icmpType === IcmpType.timeExceeded) return;
  const recent = now < device.errorAt + TUNNEL_ERROR_LIFETIME;
  device.errorCount = recent ? device.errorCount + 1 : 1;
  device.errorAt = now;
}
