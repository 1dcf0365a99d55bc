/**
 * The multicast groups that sockets of a namespace joined (`ip_mc_join_group`), by device. Left out: IGMP, so nobody
 * outside hears of a member (switches here flood groups); source filters.
 */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";

class Membership {
  readonly device: number;
  readonly group: Ipv4Address;
  /** Sockets that joined. */
  users = 1;

  constructor(device: number, group: Ipv4Address) {
    this.device = device;
    this.group = group;
  }
}

export class MulticastGroups {
  private readonly memberships: Membership[] = [];

  /** `device` is an interface index. */
  isMember(device: number, group: Ipv4Address): boolean {
    return this.indexOf(device, group) >= 0;
  }

  join(device: number, group: Ipv4Address): void {
    const known = this.memberships[this.indexOf(device, group)];
    if (known === undefined) this.memberships.push(new Membership(device, group));
    else known.users++;
  }

  leave(device: number, group: Ipv4Address): void {
    const index = this.indexOf(device, group);
    const known = this.memberships[index];
    if (known === undefined) return;
    known.users--;
    if (known.users === 0) this.memberships.splice(index, 1);
  }

  private indexOf(device: number, group: Ipv4Address): number {
    for (let i = 0; i < this.memberships.length; i++) {
      const membership = this.memberships[i] as Membership;
      if (membership.group === group && membership.device === device) return i;
    }
    return -1;
  }
}
