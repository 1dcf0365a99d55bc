/**
 * A packet socket on one device or on all (`packet(7)`, libpcap): what devices send and receive, encoded at once, filtered
 * before it is queued. Watching changes nothing. Of what goes over `lo` only the arrival is kept, though both are counted, as what `-Q` refuses is;
 * 802.1Q tags stand beside the octets while the filter looks, as in the kernel.
 */
import {
  BROADCAST_MAC,
  type DeviceTap,
  EtherType,
  encodeFrame,
  encodePacket,
  type Frame,
  type HostDevice,
  isGroupMac,
  type NetworkNamespace,
} from "@lvsim/core";
import { EPOCH_SECONDS } from "../../kernel/kernel.ts";
import { WaitQueue } from "../../process/wait.ts";
import { type CapturedPacket, CaptureLink } from "./packet.ts";

/** Packets that nobody has read; what comes then is dropped, as by a full ring. */
const BACKLOG_MAX = 16_384;
const SLL2_LENGTH = 20;

export interface CaptureOptions {
  readonly network: NetworkNamespace;
  /** Null for all devices. */
  readonly device: HostDevice | null;
  readonly link: CaptureLink;
  readonly snapshotLength: number;
  readonly direction: "in" | "out" | "inout";
  readonly filter: (packet: CapturedPacket) => boolean;
}

export class Capture {
  readonly queue = new WaitQueue();
  /** Oldest first; whoever reads takes them out. */
  readonly packets: CapturedPacket[] = [];
  received = 0;
  dropped = 0;
  private readonly options: CaptureOptions;
  private readonly taps: readonly PacketTap[];

  constructor(options: CaptureOptions) {
    this.options = options;
    const devices = options.device === null ? options.network.devices() : [options.device];
    this.taps = devices.map((device) => new PacketTap(device, this));
  }

  close(): void {
    for (const tap of this.taps) tap.close();
  }

  take(device: HostDevice, frame: Frame, direction: "in" | "out"): void {
    const { options } = this;
    const packet = this.packet(device, frame, direction);
    if (!options.filter(packet)) return;
    this.received++;
    if (device.loopback && direction === "out") return;
    if (options.direction !== "inout" && options.direction !== direction) return;
    if (this.packets.length >= BACKLOG_MAX) {
      this.dropped++;
      return;
    }
    const { octets } = packet;
    const cut = octets.length > options.snapshotLength;
    this.packets.push(
      cut ? { ...packet, octets: octets.subarray(0, options.snapshotLength) } : packet,
    );
    this.queue.wake();
  }

  private packet(device: HostDevice, frame: Frame, direction: "in" | "out"): CapturedPacket {
    const { link, network } = this.options;
    const octets = octetsOf(device, frame, direction, link);
    const micros = Math.floor(network.engine.now / 1000);
    return {
      second: EPOCH_SECONDS + Math.floor(micros / 1_000_000),
      micro: micros % 1_000_000,
      octets,
      length: octets.length,
      outgoing: direction === "out",
      deviceName: device.name,
      vlanTag: link === CaptureLink.ethernet ? frame.vlanTag : -1,
    };
  }
}

class PacketTap implements DeviceTap {
  private readonly device: HostDevice;
  private readonly capture: Capture;

  constructor(device: HostDevice, capture: Capture) {
    this.device = device;
    this.capture = capture;
    device.taps = [...(device.taps ?? []), this];
  }

  close(): void {
    const rest = (this.device.taps ?? []).filter((tap) => tap !== this);
    this.device.taps = rest.length === 0 ? null : rest;
  }

  tapped(frame: Frame, direction: "in" | "out"): void {
    this.capture.take(this.device, frame, direction);
  }
}

function octetsOf(
  device: HostDevice,
  frame: Frame,
  direction: "in" | "out",
  link: CaptureLink,
): Uint8Array {
  if (link === CaptureLink.raw) return encodePacket(frame);
  if (link === CaptureLink.ethernet) return encodeFrame(frame);
  const whole = device.hasLinkHeader ? encodeFrame(frame) : encodePacket(frame);
  const network = device.hasLinkHeader ? whole.subarray(14) : whole;
  const octets = new Uint8Array(SLL2_LENGTH + network.length);
  const view = new DataView(octets.buffer);
  view.setUint16(0, device.hasLinkHeader && whole.length >= 14 ? typeOf(whole) : EtherType.ipv4);
  view.setUint32(4, device.index);
  view.setUint16(8, device.loopback ? 772 : device.hasLinkHeader ? 1 : 768);
  octets[10] = direction === "out" ? 4 : kindOf(device, frame);
  octets[11] = device.hasLinkHeader ? 6 : 4;
  if (device.hasLinkHeader) octets.set(whole.subarray(6, 12), 12);
  octets.set(network, SLL2_LENGTH);
  return octets;
}

const typeOf = (octets: Uint8Array): number =>
  (octets[12] as number) * 256 + (octets[13] as number);

/** `sll_pkttype` of a frame that came in. */
function kindOf(device: HostDevice, frame: Frame): number {
  if (!device.hasLinkHeader || device.loopback || frame.destinationMac === device.mac) return 0;
  if (frame.destinationMac === BROADCAST_MAC) return 1;
  return isGroupMac(frame.destinationMac) ? 2 : 3;
}
