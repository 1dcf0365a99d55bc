/**
 * The virtual services of a namespace and their lookup (`ip_vs_service_find`): firewall mark first, then the exact
 * address and port, then FTP's data ports, then the service of every port. Chained hash with integer keys.
 */
import { emptyPlaces } from "../../base/empty-places.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { IpProtocol } from "../../packet/protocol.ts";
import type { VirtualServiceIdentity } from "./config.ts";
import { sameIdentity } from "./control.ts";
import type { VirtualService } from "./virtual-service.ts";

const TABLE_SIZE = 64;
export const FTP_PORT = 21;
export const FTP_DATA_PORT = 20;
/** net.ipv4.ip_unprivileged_port_start's default. */
const UNPRIVILEGED_PORT = 1024;

const bucketOf = (protocol: number, address: Ipv4Address, port: number): number => {
  const mixed = Math.imul(address ^ Math.imul(port + (protocol << 16), 0x9e3779b1), 0x85ebca6b);
  return (mixed >>> 24) & (TABLE_SIZE - 1);
};

export class ServiceTable {
  /** In order of adding. */
  readonly services: VirtualService[] = [];
  private buckets: (VirtualService | null)[] = [];
  /** Made for the first service of a mark. */
  private byMark: Map<number, VirtualService> | null = null;
  private ftpServices = 0;
  private anyPortServices = 0;

  /** Services that packets can reach: those with IPv6 stand in the list alone. */
  reachable = 0;

  add(service: VirtualService): void {
    this.services.push(service);
    if (service.config.identity.ipv6 !== undefined) return;
    this.count(service, 1);
    if (service.mark !== 0) {
      this.byMark ??= new Map();
      this.byMark.set(service.mark, service);
      return;
    }
    if (this.buckets.length === 0) this.buckets = emptyPlaces(TABLE_SIZE);
    const bucket = bucketOf(service.protocol, service.address, service.port);
    service.next = this.buckets[bucket] ?? null;
    this.buckets[bucket] = service;
  }

  remove(service: VirtualService): void {
    this.services.splice(this.services.indexOf(service), 1);
    if (service.config.identity.ipv6 !== undefined) return;
    this.count(service, -1);
    if (service.mark !== 0) {
      this.byMark?.delete(service.mark);
      return;
    }
    const bucket = bucketOf(service.protocol, service.address, service.port);
    let at = this.buckets[bucket] ?? null;
    if (at === service) {
      this.buckets[bucket] = service.next;
      return;
    }
    while (at !== null && at.next !== service) at = at.next;
    if (at !== null) at.next = service.next;
  }

  /** The service with this identity; undefined when there is none. */
  withIdentity(identity: VirtualServiceIdentity): VirtualService | undefined {
    return this.services.find((service) => sameIdentity(service.config.identity, identity));
  }

  /** The service that a packet asks for; null when none does. */
  find(mark: number, protocol: number, address: Ipv4Address, port: number): VirtualService | null {
    if (mark !== 0) {
      const marked = this.byMark?.get(mark | 0);
      if (marked !== undefined) return marked;
    }
    let found = this.exact(protocol, address, port);
    if (found === null && this.ftpServices > 0 && protocol === IpProtocol.tcp) {
      if (port === FTP_DATA_PORT || port >= UNPRIVILEGED_PORT)
        found = this.exact(protocol, address, FTP_PORT);
    }
    if (found === null && this.anyPortServices > 0) found = this.exact(protocol, address, 0);
    return found;
  }

  private exact(protocol: number, address: Ipv4Address, port: number): VirtualService | null {
    let at = this.buckets[bucketOf(protocol, address, port)] ?? null;
    while (at !== null && (at.port !== port || at.address !== address || at.protocol !== protocol))
      at = at.next;
    return at;
  }

  private count(service: VirtualService, by: number): void {
    this.reachable += by;
    if (service.port === FTP_PORT) this.ftpServices += by;
    if (service.port === 0) this.anyPortServices += by;
  }
}
