/** The source port of a tunnel in UDP (`udp_flow_src_port`): routers that spread flows by ports keep a carried flow together. */
import type { Frame } from "../../packet/frame.ts";

/** net.ipv4.ip_local_port_range's defaults: where tunnels in UDP take their source ports from. */
const FLOW_PORTS = { first: 32_768, last: 60_999 } as const;

/** One source port per flow (`udp_flow_src_port`); the kernel's hash has a random key, ours none. */
export function flowPort(inner: Frame): number {
  const ports = (inner.sourcePort << 16) | inner.destinationPort;
  const mixed = inner.source ^ Math.imul(inner.destination, 0x85ebca6b) ^ ports ^ inner.protocol;
  const hash = Math.imul(mixed, 0x9e3779b1) >>> 0;
  return FLOW_PORTS.first + (hash % (FLOW_PORTS.last - FLOW_PORTS.first));
}
