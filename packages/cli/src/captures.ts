/** Capture files of a run: one for each interface, its packets numbered as in the walk. */
import { accessSync, constants, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type DeviceTap,
  encodeFrame,
  encodePacket,
  type Frame,
  type FrameIndex,
  type HostDevice,
  type Instant,
  LinkType,
  PcapngWriter,
} from "@lvsim/core";
import type { Lab, LabRun } from "@lvsim/scenarios";
import { packetComment } from "@lvsim/scenarios";
import { makeFolder } from "./folders.ts";
import { unwritable } from "./usage-error.ts";

interface Captured {
  readonly at: Instant;
  readonly octets: Uint8Array;
  readonly direction: "in" | "out";
  readonly frame: number;
}

class InterfaceTap implements DeviceTap {
  readonly host: string;
  readonly device: HostDevice;
  readonly packets: Captured[] = [];
  private readonly lab: Lab;

  constructor(lab: Lab, host: string, device: HostDevice) {
    this.lab = lab;
    this.host = host;
    this.device = device;
  }

  tapped(frame: Frame, direction: "in" | "out"): void {
    const octets = this.device.hasLinkHeader ? encodeFrame(frame) : encodePacket(frame);
    this.packets.push({ at: this.lab.now, octets, direction, frame: frame.id });
  }
}

export class Captures {
  private readonly folder: string;
  private readonly taps: InterfaceTap[] = [];

  /** Makes `folder` where it is missing, so that a wrong one is known before anything runs. */
  constructor(folder: string) {
    this.folder = folder;
    try {
      makeFolder(folder);
      accessSync(folder, constants.W_OK);
    } catch (error) {
      throw unwritable(folder, error);
    }
  }

  /** Begins to watch every interface that the lab has now. */
  watch(lab: Lab): void {
    for (const { name, namespace } of lab.machines.values())
      for (const device of namespace.devices()) {
        const tap = new InterfaceTap(lab, name, device);
        device.taps = [...(device.taps ?? []), tap];
        this.taps.push(tap);
      }
  }

  /** Writes `a.eth0.pcapng` and so on; how many. Interfaces that saw nothing have no file. */
  write({ frames }: LabRun): number {
    const seen = this.taps.filter(({ packets }) => packets.length > 0);
    for (const tap of seen) {
      const path = join(this.folder, `${tap.host}.${tap.device.name}.pcapng`);
      try {
        writeFileSync(path, fileOf(tap, frames));
      } catch (error) {
        throw unwritable(path, error);
      }
    }
    return seen.length;
  }
}

function fileOf({ host, device, packets }: InterfaceTap, frames: FrameIndex): Uint8Array {
  const writer = new PcapngWriter("lvsim");
  const linkType = device.hasLinkHeader ? LinkType.ethernet : LinkType.raw;
  const capture = writer.addInterface(`${host}/${device.name}`, linkType);
  for (const { at, octets, direction, frame } of packets)
    capture.add(at, octets, direction, packetComment(frames, frame, host));
  return writer.file();
}
