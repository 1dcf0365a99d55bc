/**
 * For tests of this folder: a host with cables, addresses and the simplest routing that ARP can be asked about
 * (its addresses are local, their subnets are on-link, anything else has no route), and what it sent.
 */
import { CableDevice as Cable, type CableDevice } from "../../link/cable-device.ts";
import { Link, PLAIN_LINK } from "../../link/link.ts";
import { Frame } from "../../packet/frame.ts";
import { type Ipv4Address, inPrefix, parseIpv4Address } from "../../packet/ipv4-address.ts";
import { type MacAddress, parseMacAddress } from "../../packet/mac-address.ts";
import { createRng } from "../../rng/rng.ts";
import { Engine } from "../../time/engine.ts";
import type { Instant } from "../../time/instant.ts";
import type { Trace } from "../../trace/trace.ts";
import { type AddressConfig, Scope } from "../device/config.ts";
import type { NeighbourSysctls } from "../sysctl/config.ts";
import { ArpInput } from "./arp-input.ts";
import {
  AddressType,
  type ArpRoute,
  type ArpSysctls,
  type NeighbourDevice,
  type NeighbourEnvironment,
  type NeighbourThresholds,
  type SuppressingSysctl,
} from "./environment.ts";
import { NeighbourTable } from "./neighbour-table.ts";
import { ProxyTable } from "./proxy-table.ts";

export const ip = (text: string): Ipv4Address => parseIpv4Address(text) as Ipv4Address;
export const mac = (text: string): MacAddress => parseMacAddress(text) as MacAddress;

/** An interface address as `ip addr add TEXT` makes it. */
export function address(text: string, options: Partial<AddressConfig> = {}): AddressConfig {
  const [local, length] = text.split("/") as [string, string];
  return {
    local: ip(local),
    peer: ip(local),
    prefixLength: Number(length),
    broadcast: null,
    scope: Scope.universe,
    label: "",
    secondary: false,
    ...options,
  };
}

const QUIET: ArpSysctls = {
  arpAccept: 0,
  arpAnnounce: 0,
  arpEvictNocarrier: 1,
  arpFilter: 0,
  arpIgnore: 0,
  arpNotify: 0,
  dropGratuitousArp: 0,
  forwarding: 0,
  mediumId: 0,
  proxyArp: 0,
  proxyArpPvlan: 0,
  routeLocalnet: 0,
};

const DEFAULTS: NeighbourSysctls = {
  anycast_delay: 100,
  app_solicit: 0,
  base_reachable_time_ms: 30_000,
  delay_first_probe_time: 5,
  gc_stale_time: 60,
  interval_probe_time_ms: 5000,
  locktime: 100,
  mcast_resolicit: 0,
  mcast_solicit: 3,
  proxy_delay: 80,
  proxy_qlen: 64,
  retrans_time_ms: 1000,
  ucast_solicit: 3,
  unres_qlen_bytes: 212_992,
};

export class TestDevice extends Cable implements NeighbourDevice {
  readonly index: number;
  hasLinkHeader = true;
  loopback = false;
  pointToPoint = false;
  noArp = false;
  addresses: readonly AddressConfig[] = [];

  constructor(index: number, name: string, address: MacAddress, engine: Engine) {
    super(name, address, engine, null);
    this.index = index;
  }
}

/** What arrived at the other end of a cable. */
export interface Heard {
  readonly at: Instant;
  readonly on: string;
  readonly frame: Frame;
}

export class TestHost implements NeighbourEnvironment {
  readonly engine = new Engine();
  readonly trace: Trace | null;
  readonly place = 0;
  readonly rng = createRng("test");
  readonly list: TestDevice[] = [];
  readonly heard: Heard[] = [];
  readonly unreachables: Frame[] = [];
  overflowCount = 0;
  readonly conf = new Map<string, Partial<ArpSysctls>>();
  neigh: NeighbourSysctls = DEFAULTS;
  limits: NeighbourThresholds = { gc_thresh1: 128, gc_thresh2: 512, gc_thresh3: 1024 };
  readonly table: NeighbourTable;
  readonly proxies = new ProxyTable();
  readonly arp: ArpInput;

  constructor(trace: Trace | null = null) {
    this.trace = trace;
    this.table = new NeighbourTable(this);
    this.arp = new ArpInput(this.table, this.proxies);
    const lo = this.add("lo", mac("0:0:0:0:0:0"), [address("127.0.0.1/8", { scope: Scope.host })]);
    lo.loopback = true;
    lo.noArp = true;
  }

  /** A device with a cable to a bare end that only listens. */
  add(name: string, link: MacAddress, addresses: readonly AddressConfig[]): TestDevice {
    const device = new TestDevice(this.list.length + 1, name, link, this.engine);
    device.addresses = addresses;
    device.owner = { deviceInput: () => {}, deviceCarrierChanged: () => {} };
    const far = new Cable(`${name}-far`, mac("2:0:0:0:0:1"), this.engine, null);
    far.owner = {
      deviceInput: (frame: Frame) => this.heard.push({ at: this.engine.now, on: name, frame }),
      deviceCarrierChanged: (_: CableDevice) => {},
    };
    const cable = new Link(name, this.engine, null, this.rng, PLAIN_LINK);
    device.plug(cable.a);
    far.plug(cable.b);
    device.setUp(true);
    far.setUp(true);
    this.list.push(device);
    return device;
  }

  runTo(seconds: number): void {
    this.engine.run((seconds * 1e9) as Instant);
  }

  /** Answers of ours that were heard since the last call. */
  takeHeard(): readonly Heard[] {
    this.engine.run(this.engine.now);
    return this.heard.splice(0);
  }

  devices(): readonly NeighbourDevice[] {
    return this.list;
  }

  arpSysctls(device: NeighbourDevice): ArpSysctls {
    return { ...QUIET, ...this.conf.get(device.name) };
  }

  neighbourSysctls(): NeighbourSysctls {
    return this.neigh;
  }

  thresholds(): NeighbourThresholds {
    return this.limits;
  }

  sysctl(name: SuppressingSysctl, device: NeighbourDevice): { describe(): string } {
    return { describe: () => `net.ipv4.conf.${device.name}.${name}` };
  }

  addressType(target: Ipv4Address): number {
    if (target === -1) return AddressType.broadcast;
    if (target >>> 28 === 14) return AddressType.multicast;
    for (const device of this.list) {
      for (const { local, prefixLength } of device.addresses) {
        const whole = device.loopback && inPrefix(target, local, prefixLength);
        if (target === local || whole) return AddressType.local;
      }
    }
    return AddressType.unicast;
  }

  routeInput(target: Ipv4Address, sender: Ipv4Address): ArpRoute | null {
    // a configured address as the sender is a martian source; one that is local by its subnet only is not
    for (const device of this.list) {
      if (device.addresses.some(({ local }) => local === sender)) return null;
    }
    if (this.addressType(target) === AddressType.local)
      return { type: AddressType.local, device: 1 };
    const device = this.routeOutput(target);
    return device === 0 ? null : { type: AddressType.unicast, device };
  }

  routeOutput(destination: Ipv4Address): number {
    for (const device of this.list) {
      for (const { local, prefixLength } of device.addresses) {
        if (inPrefix(destination, local, prefixLength)) return device.index;
      }
    }
    return 0;
  }

  tableOverflowed(): void {
    this.overflowCount++;
  }

  unreachable(frame: Frame): void {
    this.unreachables.push(frame);
  }
}

/** A UDP-like packet of the host's own. */
export function packet(host: TestHost, source: string, destination: string): Frame {
  const frame = new Frame(host.engine.newFrameId());
  frame.source = ip(source);
  frame.destination = ip(destination);
  frame.protocol = 17;
  frame.length = 29;
  return frame;
}

export interface ArpWords {
  readonly operation: number;
  readonly sender: string;
  readonly senderMac: string;
  readonly target: string;
  readonly targetMac?: string;
  readonly to: string;
}

export function arp(host: TestHost, words: ArpWords): Frame {
  const frame = new Frame(host.engine.newFrameId());
  frame.etherType = 0x0806;
  frame.length = 28;
  frame.arpOperation = words.operation;
  frame.source = ip(words.sender);
  frame.destination = ip(words.target);
  frame.arpSenderMac = mac(words.senderMac);
  frame.arpTargetMac = mac(words.targetMac ?? "0:0:0:0:0:0");
  frame.sourceMac = frame.arpSenderMac;
  frame.destinationMac = mac(words.to);
  return frame;
}
