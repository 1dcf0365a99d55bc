/** The packets of a session at every interface, for one capture file. The oldest go when there are too many. */
import {
  type DeviceTap,
  encodeFrame,
  encodePacket,
  type Frame,
  type HostDevice,
  type Instant,
  LinkType,
  PcapngWriter,
} from "@lvsim/core";
import type { Lab } from "../lab/lab.ts";

interface LoggedPacket {
  readonly at: Instant;
  readonly place: string;
  readonly linkType: LinkType;
  readonly octets: Uint8Array;
  readonly direction: "in" | "out";
}

const PACKETS_MAX = 50_000;

export class PacketLog {
  private packets: LoggedPacket[] = [];

  /** Watches every interface that the lab has now. */
  constructor(lab: Lab) {
    for (const { name, namespace } of lab.machines.values())
      for (const device of namespace.devices()) {
        const tap = tapOn(device, `${name}/${device.name}`, (packet) =>
          this.add({ at: lab.now, ...packet }),
        );
        device.taps = [...(device.taps ?? []), tap];
      }
  }

  /** A pcapng file, and how many packets of how many interfaces are in it. */
  file(): { readonly octets: Uint8Array; readonly count: number; readonly interfaces: number } {
    const writer = new PcapngWriter("lvsim");
    const captures = new Map<string, ReturnType<PcapngWriter["addInterface"]>>();
    for (const { place, linkType } of this.packets)
      if (!captures.has(place)) captures.set(place, writer.addInterface(place, linkType));
    for (const { at, place, octets, direction } of this.packets)
      captures.get(place)?.add(at, octets, direction, "");
    return { octets: writer.file(), count: this.packets.length, interfaces: captures.size };
  }

  private add(packet: LoggedPacket): void {
    this.packets.push(packet);
    if (this.packets.length > 2 * PACKETS_MAX) this.packets = this.packets.slice(-PACKETS_MAX);
  }
}

function tapOn(
  device: HostDevice,
  place: string,
  add: (packet: Omit<LoggedPacket, "at">) => void,
): DeviceTap {
  const linkType = device.hasLinkHeader ? LinkType.ethernet : LinkType.raw;
  return {
    tapped(frame: Frame, direction: "in" | "out"): void {
      const octets = device.hasLinkHeader ? encodeFrame(frame) : encodePacket(frame);
      add({ place, linkType, octets, direction });
    },
  };
}
