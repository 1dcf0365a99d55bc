/** What `ip fou` configures. */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";

/** A UDP port whose datagrams carry packets (Foo over UDP, or Generic UDP Encapsulation). */
export interface FouPortConfig {
  /** 1 to 65535. */
  readonly port: number;
  readonly kind: "fou" | "gue";
  /** What follows the UDP header of FOU; 0 for GUE, whose header says it. */
  readonly protocol: number;
  /** Only datagrams for this address; 0 for any. */
  readonly local: Ipv4Address;
  /** Only datagrams from this address and port; 0 for any. */
  readonly peer: Ipv4Address;
  readonly peerPort: number;
  /** Interface index by which they must come; 0 for any. */
  readonly device: number;
}
