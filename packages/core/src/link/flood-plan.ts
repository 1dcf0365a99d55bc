/**
 * Where a switch's floods go while nothing changes: worked out once for switches whose cables are all alike, as in
 * a rack of hosts, so that a broadcast to a thousand hosts looks at each of them once.
 */
import type { FrameReceiver } from "../packet/frame.ts";
import type { Duration } from "../time/instant.ts";
import type { LinkEnd, LinkOwner } from "./link.ts";
import type { SwitchPort } from "./switch-port.ts";

/** Every IPv4 device takes packets of this many octets (RFC 791), so that nobody's MTU need be asked. */
export const ALWAYS_FITS = 68;

export class FloodPlan {
  /** Ports that forward, the one added last first. */
  readonly ports: readonly SwitchPort[];
  /** What their cables lead to, in the same order. */
  readonly receivers: FrameReceiver[];
  readonly delay: Duration;

  private constructor(ports: readonly SwitchPort[], receivers: FrameReceiver[], delay: Duration) {
    this.ports = ports;
    this.receivers = receivers;
    this.delay = delay;
  }

  /** null unless all ports' cables have one delay, not 0, and nothing else, and no port knows of VLANs. */
  static of(all: readonly SwitchPort[]): FloodPlan | null {
    const ports: SwitchPort[] = [];
    const receivers: FrameReceiver[] = [];
    let delay = 0;
    for (let i = all.length - 1; i >= 0; i--) {
      const port = all[i] as SwitchPort;
      if (port.vlan !== null) return null;
      if (!port.forwards(0)) continue;
      const { link, peer } = port.cable as LinkEnd;
      if (!link.plain || link.delay === 0) return null;
      if (ports.length > 0 && link.delay !== delay) return null;
      delay = link.delay;
      ports.push(port);
      receivers.push(peer.owner as LinkOwner);
    }
    return new FloodPlan(ports, receivers, delay as Duration);
  }
}
