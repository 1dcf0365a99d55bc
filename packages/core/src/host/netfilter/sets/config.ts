/** ipset's sets as immutable values: what `ipset` edits. Packets change the live sets only. */
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";

export const SET_TYPES = [
  "hash:ip",
  "hash:net",
  "hash:ip,port",
  "hash:net,port",
  "hash:ip,port,ip",
  "hash:ip,port,net",
  "bitmap:ip",
  "bitmap:port",
  "list:set",
] as const;
export type SetType = (typeof SET_TYPES)[number];

/** One member; what its type does not have is 0 or "". */
export interface ElementConfig {
  readonly address: Ipv4Address;
  /** Of `address`, in bits. */
  readonly prefixLength: number;
  /** IP protocol of `port`. */
  readonly protocol: number;
  /** For ICMP type × 256 + code. */
  readonly port: number;
  readonly secondAddress: Ipv4Address;
  readonly secondPrefixLength: number;
  /** The member of a list:set. */
  readonly set: string;
  /** An exception from the networks around it. */
  readonly noMatch: boolean;
  /** Seconds from when it is added; 0 for ever. */
  readonly timeout: number;
  /** What its counters begin with. */
  readonly packets: number;
  readonly octets: number;
  readonly comment: string;
}

export interface SetConfig {
  /** Names the set for its live counterpart, whatever it is called: given out once per namespace. */
  readonly id: number;
  /** The kernel's index: the lowest that is free when the set is made. Sets are listed by it. */
  readonly slot: number;
  readonly name: string;
  readonly type: SetType;
  readonly family: "inet" | "inet6";
  /** Of a hash. */
  readonly hashSize: number;
  readonly elementsMax: number;
  readonly bucketSize: number;
  readonly initialValue: number;
  readonly forceAdd: boolean;
  /** Bits of the addresses of hash:ip and bitmap:ip that count. */
  readonly netmask: number;
  /** First and last of a bitmap: an address or a port, not negative. */
  readonly first: number;
  readonly last: number;
  /** As a list:set was made; it does not limit anything. */
  readonly size: number;
  /** The usual timeout of elements in seconds; null for a set whose elements have none. */
  readonly timeout: number | null;
  readonly counters: boolean;
  readonly comments: boolean;
  readonly skbinfo: boolean;
  /** In the order of adding, as far as commands know. */
  readonly elements: readonly ElementConfig[];
}

export interface IpsetConfig {
  readonly nextId: number;
  /** In order of `slot`. */
  readonly sets: readonly SetConfig[];
}

export const NO_SETS: IpsetConfig = { nextId: 1, sets: [] };

const NO_ADDRESS = 0 as Ipv4Address;

/** An element with nothing in it. */
export const EMPTY_ELEMENT: ElementConfig = {
  address: NO_ADDRESS,
  prefixLength: 32,
  protocol: 0,
  port: 0,
  secondAddress: NO_ADDRESS,
  secondPrefixLength: 32,
  set: "",
  noMatch: false,
  timeout: 0,
  packets: 0,
  octets: 0,
  comment: "",
};

/** What a set's elements are made of. */
export interface SetShape {
  /** How many of `src` and `dst` a rule has to name. */
  readonly dimension: number;
  /** Whether the first or second address is a network. */
  readonly firstIsNetwork: boolean;
  readonly secondIsNetwork: boolean;
  readonly hasAddress: boolean;
  readonly hasPort: boolean;
  readonly hasSecondAddress: boolean;
}

const shape = (
  dimension: number,
  firstIsNetwork: boolean,
  secondIsNetwork = false,
  hasAddress = true,
): SetShape => ({
  dimension,
  firstIsNetwork,
  secondIsNetwork,
  hasAddress,
  hasPort: dimension > 1 || !hasAddress,
  hasSecondAddress: dimension > 2,
});

export const SET_SHAPES: Readonly<Record<SetType, SetShape>> = {
  "hash:ip": shape(1, false),
  "hash:net": shape(1, true),
  "hash:ip,port": shape(2, false),
  "hash:net,port": shape(2, true),
  "hash:ip,port,ip": shape(3, false),
  "hash:ip,port,net": shape(3, false, true),
  "bitmap:ip": shape(1, false),
  "bitmap:port": shape(1, false, false, false),
  "list:set": shape(1, false, false, false),
};
