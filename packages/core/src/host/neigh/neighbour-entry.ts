/**
 * What is kept of one neighbour (`struct neighbour`): state, link address, the packets that wait for it, the three instants
 * that decide when it is asked again. The transitions are in neighbour-state.ts, the deeds in neighbour-table.ts.
 */
import { EthernetHeader } from "../../packet/ethernet-header.ts";
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { type MacAddress, ZERO_MAC } from "../../packet/mac-address.ts";
import type { Instant } from "../../time/instant.ts";
import { Timer } from "../../time/timer.ts";
import type { NeighbourDevice } from "./environment.ts";
import { NeighbourState, type NeighbourStates } from "./neighbour-state.ts";

/** Who acts when an entry's timer fires. */
export interface NeighbourTimerHandler {
  timerFired(entry: NeighbourEntry): void;
}

/** What a host knows about one neighbour (`struct neighbour`); it is its own timer. */
export class NeighbourEntry extends Timer {
  readonly device: NeighbourDevice;
  /** The device's, at hand for those who look for it. */
  readonly deviceIndex: number;
  readonly address: Ipv4Address;
  state: NeighbourState = NeighbourState.none;
  /** Of the packets to it; its destination is meaningful in the valid states. A device with another address has no such entry. */
  header: EthernetHeader;
  /** The states in which packets pass without touching the entry: none before its Ethernet header is ready (`hh`). */
  passing: NeighbourStates = NeighbourState.none;
  /** When somebody last confirmed that the neighbour is there. */
  confirmedAt: Instant;
  /** When a packet last passed on the slow way. */
  usedAt: Instant;
  /** When state or link address last changed. */
  updatedAt: Instant;
  /** NTF_ROUTER: said by hand to be a router. */
  router = false;
  /** NTF_EXT_LEARNED: somebody in user space keeps it; it is not collected. */
  externallyLearnt = false;
  /** Requests sent in this round; unicast ones count first, so resolution begins at `ucast_solicit`. */
  probes = 0;
  /** Packets that wait for the link address, oldest first; null for none. */
  queue: Frame[] | null = null;
  /** Their buffers' true size together, in octets. */
  queueOctets = 0;
  /** Next in the hash chain. */
  chained: NeighbourEntry | null = null;
  /** Neighbours in the list of all entries, in order of making. */
  older: NeighbourEntry | null = null;
  newer: NeighbourEntry | null = null;
  private readonly handler: NeighbourTimerHandler;

  constructor(
    device: NeighbourDevice,
    address: Ipv4Address,
    now: Instant,
    confirmedAt: Instant,
    handler: NeighbourTimerHandler,
  ) {
    super();
    this.device = device;
    this.deviceIndex = device.index;
    this.address = address;
    this.header = new EthernetHeader(ZERO_MAC, device.mac);
    this.usedAt = now;
    this.updatedAt = now;
    this.confirmedAt = confirmedAt;
    this.handler = handler;
  }

  /** Meaningful in the valid states. */
  get linkAddress(): MacAddress {
    return this.header.destination;
  }
  set linkAddress(address: MacAddress) {
    this.header = new EthernetHeader(address, this.device.mac);
  }

  /** Whether a packet passes now, and leaves it as it is. */
  get ready(): boolean {
    return (this.state & this.passing) !== 0;
  }

  expire(): void {
    this.handler.timerFired(this);
  }
}
