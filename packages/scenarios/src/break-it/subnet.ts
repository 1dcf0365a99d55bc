/** Subnets of a made lab, and addresses in them by number. */
import { formatIpv4Address, type Ipv4Address, parseIpv4Address } from "@lvsim/core";

export class Subnet {
  readonly length: number;
  private readonly base: number;

  constructor(prefix: string) {
    const [network = "", length = "24"] = prefix.split("/");
    this.base = (parseIpv4Address(network) ?? 0) >>> 0;
    this.length = Number(length);
  }

  /** The address with that number in it. */
  at(number: number): string {
    return formatIpv4Address((this.base + number) as Ipv4Address);
  }

  /** With the length behind it, as a device is given it. */
  on(number: number): string {
    return `${this.at(number)}/${this.length}`;
  }

  get prefix(): string {
    return `${this.at(0)}/${this.length}`;
  }
}

/** Prefixes that do not overlap, for as many segments as a lab may have; all have room for 60 machines. */
export const ADDRESS_PLANS: readonly [readonly string[], ...(readonly string[])[]] = [
  ["203.0.113.0/24", "192.168.10.0/24", "192.168.20.0/24", "192.168.30.0/24"],
  ["198.51.100.0/24", "10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"],
  ["172.16.0.0/24", "172.17.5.0/25", "172.17.5.128/25", "172.18.0.0/22"],
  ["100.64.9.0/26", "192.168.77.64/26", "192.168.77.128/26", "192.168.77.192/26"],
  ["10.9.8.0/24", "10.9.9.0/24", "10.9.10.0/23", "10.9.12.0/24"],
];
