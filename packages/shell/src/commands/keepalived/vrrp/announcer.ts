/** Sends sets of gratuitous ARP, at once or with `vrrp_garp_interval` between two messages. */
import { type Duration, type Instant, later } from "@lvsim/core";
import type { VrrpSettings } from "../config/complete-vrrp.ts";
import type { VirtualAddress } from "../config/model.ts";
import type { DaemonContext } from "../daemon/daemon-context.ts";
import { sendGratuitousArp } from "./gratuitous-arp.ts";
import type { VrrpInstance } from "./instance.ts";

/** All virtual addresses of an instance, those too that it does not advertise. */
export const addressesOf = ({ addresses, excludedAddresses }: VrrpSettings): VirtualAddress[] => [
  ...addresses,
  ...excludedAddresses,
];

export class Announcer {
  private readonly context: DaemonContext;
  /** When the next message may go out. */
  private next = 0 as Instant;

  constructor(context: DaemonContext) {
    this.context = context;
  }

  /** `base` is the device of those addresses that name none. */
  announce(instance: VrrpInstance, base: string, repeat: number, interval: Duration): void {
    const { log, namespace } = this.context;
    for (let i = 0; i < repeat; i++)
      for (const { address, device: own } of addressesOf(instance.settings)) {
        const device = namespace.deviceNamed(own === "" ? base : own);
        if (device === undefined || device.noArp || device.loopback) continue;
        if (i === 0) log.detail(instance.words.announcing(device.name, address));
        this.queue(interval, () => {
          if (instance.hasAddresses) sendGratuitousArp(namespace, device, address);
        });
      }
  }

  private queue(interval: Duration, send: () => void): void {
    const { loop } = this.context;
    if (interval === 0) return send();
    const at = Math.max(loop.now, this.next) as Instant;
    this.next = later(at, interval);
    if (at === loop.now) send();
    else loop.at(at, send);
  }
}
