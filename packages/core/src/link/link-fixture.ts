/** For tests of this folder: a bare device that remembers what came in, and frames for it. */
import { EthernetHeader } from "../packet/ethernet-header.ts";
import { Frame } from "../packet/frame.ts";
import { BROADCAST_MAC, type MacAddress } from "../packet/mac-address.ts";
import { EtherType } from "../packet/protocol.ts";
import { createRng } from "../rng/rng.ts";
import { Engine } from "../time/engine.ts";
import { type Duration, type Instant, milliseconds } from "../time/instant.ts";
import type { DropReason } from "../trace/drop-reason.ts";
import type { Trace } from "../trace/trace.ts";
import { CableDevice, type DeviceOwner } from "./cable-device.ts";
import { Link, type LinkConfig, PLAIN_LINK } from "./link.ts";
import type { SwitchPort } from "./switch-port.ts";

export interface Came {
  /** In milliseconds. */
  readonly at: number;
  readonly to: string;
  readonly frame: Frame;
}

export class Bench implements DeviceOwner {
  readonly engine = new Engine();
  readonly came: Came[] = [];
  readonly drops: DropReason[] = [];
  private readonly headers = new Map<string, EthernetHeader>();
  readonly trace: Trace = {
    place: () => 0,
    sent: () => {},
    received: () => {},
    changed: () => {},
    delivered: () => {},
    note: () => {},
    dropped: (_at, _place, _frame, reason) => this.drops.push(reason),
  };

  /** A switched-on device; its link address ends in `octet`. */
  device(octet: number): CableDevice {
    const device = new CableDevice(`d${octet}`, macOf(octet), this.engine, this.trace);
    device.owner = this;
    device.setUp(true);
    return device;
  }

  link(config: Partial<LinkConfig> = {}, seed = "seed"): Link {
    const whole = { ...PLAIN_LINK, ...config };
    return new Link("cable", this.engine, this.trace, createRng(seed), whole);
  }

  /** A device on a cable to `port`. */
  station(octet: number, port: SwitchPort, delayMs = 1): CableDevice {
    const device = this.device(octet);
    const cable = this.link({ delay: milliseconds(delayMs) });
    device.plug(cable.a);
    port.plug(cable.b);
    return device;
  }

  /** Two devices on one cable. */
  pair(config: Partial<LinkConfig> = {}, seed = "seed"): readonly [CableDevice, CableDevice, Link] {
    const [a, b, cable] = [this.device(1), this.device(2), this.link(config, seed)];
    a.plug(cable.a);
    b.plug(cable.b);
    return [a, b, cable];
  }

  /** One for all frames from one to another, as hosts have it. */
  private header(from: number, to: number | null): EthernetHeader {
    const key = `${from} ${to}`;
    const known = this.headers.get(key);
    if (known !== undefined) return known;
    const header = new EthernetHeader(to === null ? BROADCAST_MAC : macOf(to), macOf(from));
    this.headers.set(key, header);
    return header;
  }

  /** An IPv4 packet of `length` octets from one link address to another. */
  frame(from: number, to: number | null, length = 100): Frame {
    const frame = new Frame(this.engine.newFrameId());
    frame.etherType = EtherType.ipv4;
    frame.ethernet = this.header(from, to);
    frame.length = length;
    return frame;
  }

  /** Runs for `ms` milliseconds of simulated time, and says what came in: names of devices. */
  run(ms = 1000): readonly string[] {
    this.engine.run((this.engine.now + milliseconds(ms)) as Instant);
    return this.came.splice(0).map(({ to }) => to);
  }

  deviceInput(frame: Frame, device: CableDevice): void {
    this.came.push({ at: this.engine.now / 1e6, to: device.name, frame });
  }

  deviceCarrierChanged(): void {}
}

export const macOf = (octet: number): MacAddress => (0x020000000000 + octet) as MacAddress;
export const ms = (count: number): Duration => milliseconds(count);
