/** For tests: two transports joined by a pipe that delays, loses, repeats and reorders as it is told. */

import { copyFrame } from "../../packet/copy-frame.ts";
import { Frame, type FrameReceiver } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { IcmpType, IpProtocol, TcpFlag } from "../../packet/protocol.ts";
import { createRng } from "../../rng/rng.ts";
import { Engine } from "../../time/engine.ts";
import { type Duration, type Instant, later, microseconds } from "../../time/instant.ts";
import type { IpLayer, TransportHandler } from "../ip/ip-layer.ts";
import { MulticastGroups } from "../ip/multicast-groups.ts";
import { RouteType } from "../route/config.ts";
import type { Route } from "../route/route.ts";
import { initialSysctls } from "../sysctl/defaults.ts";
import { globalSysctls } from "../sysctl/global-sysctls.ts";
import { createTransport } from "./create-transport.ts";
import type { Transport } from "./transport.ts";
import type { TransportSysctls } from "./transport-host.ts";

export const CLIENT = 0x0a000001 as Ipv4Address;
export const SERVER = 0x0a000002 as Ipv4Address;

/** What becomes of a frame on its way: extra delays of its copies in nanoseconds; an empty list loses it. */
export type Fate = (frame: Frame, count: number) => readonly number[];

export const ROUTE: Route = {
  type: RouteType.unicast,
  device: 2,
  gateway: 0 as Ipv4Address,
  preferredSource: 0 as Ipv4Address,
  scope: 0,
  mtu: 0,
  group: null,
  config: null,
  describe: () => "fake",
};

/** One frame as a test reads it: `c SA 60` = sender, flags, total length. */
export interface Seen {
  readonly at: Instant;
  readonly from: string;
  readonly frame: Frame;
}

export class FakeHost implements IpLayer, FrameReceiver {
  readonly name: string;
  readonly address: Ipv4Address;
  readonly pair: FakePair;
  /** Open to change by a test. */
  readonly sysctls: { -readonly [Name in keyof TransportSysctls]: TransportSysctls[Name] } = {
    ...globalSysctls(initialSysctls()).transport,
  };
  readonly transport: Transport;
  peer: FakeHost | null = null;
  mtu = 1500;
  /** To be raised by a test that changes anything after the first connection. */
  generation = 1;
  route: Route = ROUTE;
  unreachable = 0;
  confirmed = 0;
  private readonly handlers = new Map<number, TransportHandler>();

  constructor(pair: FakePair, name: string, address: Ipv4Address) {
    this.pair = pair;
    this.name = name;
    this.address = address;
    this.transport = createTransport({
      engine: pair.engine,
      trace: null,
      place: 0,
      rng: createRng(`${pair.seed}/${name}`),
      ip: this,
      sysctls: this.sysctls,
      groups: new MulticastGroups(),
      udpReceivers: null,
      toa: null,
      routeGeneration: () => this.generation,
      confirmNeighbour: () => {
        this.confirmed++;
      },
    });
  }

  register(protocol: number, handler: TransportHandler): void {
    this.handlers.set(protocol, handler);
  }

  routeOutput(): Route | number {
    return this.unreachable === 0 ? this.route : -this.unreachable;
  }

  sourceFor(): Ipv4Address {
    return this.address;
  }

  output(frame: Frame): void {
    this.pair.carry(this, frame);
  }

  wayTo(): null {
    return null;
  }

  reroute(): boolean {
    return true;
  }

  /** Only to the other host. */
  sendIcmpError(cause: Frame, type: number, code: number, rest: number): void {
    const error = new Frame(this.pair.engine.newFrameId());
    error.protocol = IpProtocol.icmp;
    error.icmpType = type;
    error.icmpCode = code;
    error.icmpRest = rest;
    error.inner = copyFrame(cause, cause.id);
    error.source = this.address;
    error.destination = cause.source;
    this.pair.carry(this, error);
  }

  isLocalAddress(address: Ipv4Address): boolean {
    return address === this.address;
  }

  nextIdentification(): number {
    return 7;
  }

  mtuOf(): number {
    return this.mtu;
  }

  lastingMtuOf(): number {
    return this.mtu;
  }

  deliverLocally(): void {}

  receive(frame: Frame): void {
    if (frame.protocol === IpProtocol.icmp)
      this.handlers.get((frame.inner as Frame).protocol)?.icmpError(frame);
    else this.handlers.get(frame.protocol)?.receive(frame, null as never);
  }
}

export class FakePair {
  readonly engine = new Engine();
  readonly seed: string;
  readonly seen: Seen[] = [];
  readonly client: FakeHost;
  readonly server: FakeHost;
  delay: Duration = microseconds(50);
  fate: Fate = () => [0];

  constructor(seed = "pair") {
    this.seed = seed;
    this.client = new FakeHost(this, "c", CLIENT);
    this.server = new FakeHost(this, "s", SERVER);
    this.client.peer = this.server;
    this.server.peer = this.client;
  }

  carry(from: FakeHost, frame: Frame): void {
    const { engine } = this;
    this.seen.push({ at: engine.now, from: from.name, frame: copyFrame(frame, frame.id) });
    for (const extra of this.fate(frame, this.seen.length)) {
      const copy = copyFrame(frame, frame.id);
      copy.enterHost(2);
      const at = later(engine.now, (this.delay + extra) as Duration);
      engine.deliver(copy, from.peer as FakeHost, at);
    }
  }

  /** Runs for `ms` milliseconds more. */
  run(ms: number): void {
    this.engine.run(later(this.engine.now, (ms * 1_000_000) as Duration));
  }

  /** Forgets what was seen, and returns it as `c SA 60` lines. */
  take(): string[] {
    const lines = this.seen.map(({ from, frame }) => `${from} ${describe(frame)}`);
    this.seen.length = 0;
    return lines;
  }
}

/** A frame's flags as the recordings write them, and its IP total length. */
function describe(frame: Frame): string {
  if (frame.protocol === IpProtocol.icmp)
    return `icmp ${frame.icmpType === IcmpType.destinationUnreachable ? 3 : frame.icmpType}/${frame.icmpCode}`;
  if (frame.protocol === IpProtocol.udp) return `udp ${frame.length}`;
  let flags = "";
  if ((frame.tcpFlags & TcpFlag.syn) !== 0) flags += "S";
  if ((frame.tcpFlags & TcpFlag.fin) !== 0) flags += "F";
  if ((frame.tcpFlags & TcpFlag.rst) !== 0) flags += "R";
  if ((frame.tcpFlags & TcpFlag.psh) !== 0) flags += "P";
  if ((frame.tcpFlags & TcpFlag.ack) !== 0) flags += "A";
  return `${flags} ${frame.length}`;
}
