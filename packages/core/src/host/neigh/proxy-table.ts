/** Addresses for which a host answers by hand (`ip neigh add proxy`, `pneigh_entry`). */
import { Errno } from "../../base/errno.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";

export interface ProxyEntry {
  readonly address: Ipv4Address;
  /** Interface index; 0 for all. */
  readonly device: number;
}

export class ProxyTable {
  private entries: readonly ProxyEntry[] = [];

  /** Whether requests for `address` on `device` are answered. */
  has(address: Ipv4Address, device: number): boolean {
    for (const entry of this.entries) {
      if (entry.address === address && (entry.device === 0 || entry.device === device)) return true;
    }
    return false;
  }

  /** Adds an entry unless it is there. */
  add(address: Ipv4Address, device: number): void {
    if (this.indexOf(address, device) < 0) this.entries = [...this.entries, { address, device }];
  }

  /** ENOENT if there is no such entry. */
  delete(address: Ipv4Address, device: number): Errno {
    const at = this.indexOf(address, device);
    if (at < 0) return Errno.ENOENT;
    this.entries = this.entries.filter((_, index) => index !== at);
    return 0;
  }

  /** The device is down or gone. */
  forgetDevice(device: number): void {
    this.entries = this.entries.filter((entry) => entry.device !== device);
  }

  /** In order of adding. */
  list(): readonly ProxyEntry[] {
    return this.entries;
  }

  private indexOf(address: Ipv4Address, device: number): number {
    return this.entries.findIndex((entry) => entry.address === address && entry.device === device);
  }
}
