/**
 * A network device as the link layer sees it (`struct net_device`): it sends frames into a medium and hands
 * arriving ones to its owner. Devices of a host (ethernet, lo, dummy, tunnels) extend it on the host floor.
 */
import { NOT_SMALL } from "../base/double.ts";
import type { Frame, FrameReceiver } from "../packet/frame.ts";
import type { MacAddress } from "../packet/mac-address.ts";
import type { Decider, PlaceId } from "../trace/trace.ts";

/** Sees every frame that a device sends or receives, at once; it may keep nothing of the frame. */
export interface DeviceTap {
  tapped(frame: Frame, direction: "in" | "out"): void;
}

/** As in /proc/net/dev; octets without Ethernet's frame check sequence. */
export class DeviceCounters {
  receivedPackets = 0;
  receivedOctets = 0;
  receiveDrops = 0;
  sentPackets = 0;
  sentOctets = 0;
  sendDrops = 0;
  /** null while nothing went wrong: most devices can't tell. */
  errors: DeviceErrors | null = null;
}

/** Faults of packets and of their way, as the kernel's `rtnl_link_stats64` names them. */
export class DeviceErrors {
  /** All that follow, of received packets. */
  receiveErrors = 0;
  /** Wrong checksums, or none where one is wanted. */
  crcErrors = 0;
  /** Congestion was marked on what cannot say so. */
  frameErrors = 0;
  /** Out of sequence. */
  fifoErrors = 0;
  /** All that follow, of packets to send, and others. */
  sendErrors = 0;
  /** The way led through the device itself. */
  collisions = 0;
  /** There was no way. */
  carrierErrors = 0;
}

export abstract class NetDevice implements FrameReceiver, Decider {
  name: string;
  mac = NOT_SMALL as MacAddress;
  /** IFF_UP: the administrator switched it on. */
  up = false;
  /** IFF_LOWER_UP: the cable is plugged in and the other end is up. */
  carrier = true;
  /** IFF_PROMISC and IFF_ALLMULTI, as an administrator sets them; every device here hears everything anyway. */
  promiscuous = false;
  allMulticast = false;
  /** As an administrator sets it; what it would limit is the cable's. */
  txQueueLength = 1000;
  /** It was up at least once: it has a queueing discipline. */
  activated = false;
  readonly counters = new DeviceCounters();
  /** Its id in the trace. */
  place: PlaceId = 0;
  private mtuNow = 1500;
  private tapsNow: DeviceTap[] | null = null;

  constructor(name: string, mac: MacAddress) {
    this.name = name;
    this.mac = mac;
  }

  /** Largest IPv4 packet in octets; the link header comes on top. */
  get mtu(): number {
    return this.mtuNow;
  }
  set mtu(octets: number) {
    this.mtuNow = octets;
    this.changed();
  }

  /** Observers, null while there are none. */
  get taps(): DeviceTap[] | null {
    return this.tapsNow;
  }
  set taps(taps: DeviceTap[] | null) {
    this.tapsNow = taps;
    this.changed();
  }

  /** The MTU or the observers are others now. */
  protected changed(): void {}

  /** Its name, where it is what decided. */
  describe(): string {
    return this.name;
  }

  /** Sends a frame whose link header is complete; it is dropped with a reason if the device can't. */
  abstract transmit(frame: Frame): void;
  /** Takes a frame that arrived. */
  abstract receive(frame: Frame): void;
}
