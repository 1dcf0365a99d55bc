/** What a NAT rule allows (`struct nf_nat_range2`), and which half of a flow it changes. */
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";

/** NF_NAT_RANGE_*. */
export const RangeFlag = {
  addresses: 1,
  ports: 2,
  random: 4,
  persistent: 8,
  randomFully: 16,
  /** Ports are shifted as a whole: the distance from `basePort` stays. */
  offset: 32,
} as const;

/** Either kind of randomness: 6.1 knows no difference. */
export const ANY_RANDOM: number = RangeFlag.random | RangeFlag.randomFully;

export class NatRange {
  readonly flags: number;
  readonly firstAddress: Ipv4Address;
  readonly lastAddress: Ipv4Address;
  readonly firstPort: number;
  readonly lastPort: number;
  readonly basePort: number;

  constructor(
    flags: number,
    firstAddress: Ipv4Address,
    lastAddress: Ipv4Address,
    firstPort: number,
    lastPort: number,
    basePort: number,
  ) {
    this.flags = flags;
    this.firstAddress = firstAddress;
    this.lastAddress = lastAddress;
    this.firstPort = firstPort;
    this.lastPort = lastPort;
    this.basePort = basePort;
  }

  /** The same with one address. */
  withAddress(address: Ipv4Address): NatRange {
    const { flags, firstPort, lastPort, basePort } = this;
    return new NatRange(
      flags | RangeFlag.addresses,
      address,
      address,
      firstPort,
      lastPort,
      basePort,
    );
  }

  holdsAddress(address: Ipv4Address): boolean {
    if ((this.flags & RangeFlag.addresses) === 0) return true;
    const value = address >>> 0;
    return value >= this.firstAddress >>> 0 && value <= this.lastAddress >>> 0;
  }

  holdsPort(port: number): boolean {
    return port >= this.firstPort && port <= this.lastPort;
  }
}

/** enum nf_nat_manip_type. */
export const Manipulation = { source: 0, destination: 1 } as const;
export type Manipulation = (typeof Manipulation)[keyof typeof Manipulation];
