/**
 * A director without a network for tests of this folder: packets go in at LOCAL_IN or FORWARD, and what IPVS sends or
 * says in ICMP is collected. Every address is one hop away but for those that `local` holds.
 */
import { produce } from "immer";
import type { Errno } from "../../base/errno.ts";
import { Frame, PacketType } from "../../packet/frame.ts";
import { type Ipv4Address, parseIpv4Address } from "../../packet/ipv4-address.ts";
import { FragmentField, IpProtocol, TcpFlag } from "../../packet/protocol.ts";
import { createRng, type Rng } from "../../rng/rng.ts";
import { Engine } from "../../time/engine.ts";
import { later, seconds } from "../../time/instant.ts";
import type { IpLayer } from "../ip/ip-layer.ts";
import { HookPoint, type Verdict } from "../netfilter/hook.ts";
import { HookTable } from "../netfilter/hook-table.ts";
import { RouteType } from "../route/config.ts";
import type { Route } from "../route/route.ts";
import { initialSysctls } from "../sysctl/defaults.ts";
import { globalSysctls } from "../sysctl/global-sysctls.ts";
import type { IpvsConfig, RealServerConfig } from "./config.ts";
import {
  applyToConfig,
  emptyIpvsConfig,
  type IpvsCommand,
  type ServiceSettings,
} from "./control.ts";
import type { FullNatHost, IpvsHost, SyncSocket, SyncSockets, VsSysctls } from "./host.ts";
import { Ipvs } from "./ipvs.ts";
import type { OverloadVariant } from "./overload.ts";

export const address = (text: string): Ipv4Address => parseIpv4Address(text) as Ipv4Address;
export const VIP = address("10.0.0.100");
export const CLIENT = address("10.20.0.5");
/** The real server with number `index`, from 0. */
export const serverAddress = (index: number): Ipv4Address =>
  (address("10.1.0.1") + index) as Ipv4Address;

/** A real server's settings, but for what a test is about. */
export const realServer = (
  index: number,
  overrides: Partial<RealServerConfig> = {},
): RealServerConfig => ({
  address: serverAddress(index),
  port: 80,
  weight: 1,
  forwarding: "masquerading",
  upperThreshold: 0,
  lowerThreshold: 0,
  tunnel: { type: "ipip", port: 0, checksum: "none" },
  ...overrides,
});

/** A TCP service at VIP:80, but for what a test is about. */
export const service = (overrides: Partial<ServiceSettings> = {}): ServiceSettings => ({
  identity: { kind: "address", protocol: IpProtocol.tcp, address: VIP, port: 80 },
  scheduler: "rr",
  schedulerFlags: 0,
  persistenceTimeout: 0,
  persistenceNetmask: -1 as Ipv4Address,
  onePacket: false,
  persistenceEngine: "",
  ...overrides,
});

const FLAGS: Readonly<Record<string, number>> = {
  S: TcpFlag.syn,
  F: TcpFlag.fin,
  R: TcpFlag.rst,
  P: TcpFlag.psh,
  A: TcpFlag.ack,
};

const route = (type: RouteType): Route => ({
  type,
  device: 2,
  gateway: 0 as Ipv4Address,
  preferredSource: 0 as Ipv4Address,
  scope: 0,
  mtu: 0,
  group: null,
  config: null,
  describe: () => "a route",
});
const REMOTE = route(RouteType.unicast);
const LOCAL = route(RouteType.local);

export interface IcmpSaid {
  readonly type: number;
  readonly code: number;
  readonly rest: number;
}

/** Synchronisation messages go and come through arrays. */
class TestSyncSockets implements SyncSockets {
  readonly sent: Uint8Array[] = [];
  receive: (octets: Uint8Array) => void = () => undefined;

  sender(): SyncSocket {
    const send = (octets: Uint8Array): 0 => {
      this.sent.push(octets);
      return 0;
    };
    return { send, close: () => undefined };
  }

  receiver(
    _device: string,
    _group: Ipv4Address,
    _port: number,
    receive: (octets: Uint8Array) => void,
  ): SyncSocket {
    this.receive = receive;
    return { send: () => 0, close: () => undefined };
  }
}

export class Director {
  readonly engine = new Engine();
  readonly hooks = new HookTable();
  readonly sent: Frame[] = [];
  readonly icmp: IcmpSaid[] = [];
  readonly local = new Set<Ipv4Address>([VIP]);
  readonly sockets = new TestSyncSockets();
  /** Whether IPVS wants connections tracked. */
  tracks = false;
  /** Pages: memory that is free. */
  availablePages = 100_000;
  sysctls: VsSysctls = globalSysctls(initialSysctls()).vs;
  config: IpvsConfig = emptyIpvsConfig("mainline");
  readonly ipvs: Ipvs;

  constructor(variant: OverloadVariant = "edge-triggered", rng: Rng = createRng("director")) {
    const director = this;
    const host: IpvsHost = {
      engine: this.engine,
      trace: null,
      place: 0,
      rng,
      ip: this.ipLayer(),
      hooks: this.hooks,
      fragments: { reassembleForwarded: () => null, resumeForward: () => undefined },
      get sysctls() {
        return director.sysctls;
      },
      get availablePages() {
        return director.availablePages;
      },
      schedulers: [],
      turnDefence: (sysctl, mode) => this.setSysctls({ [sysctl]: mode }),
      syncSockets: this.sockets,
      fastPath: null,
      fullNat: this.fullNatHost(),
      conntrack: null,
      routingGeneration: 0,
      variant,
      requireTracking: (required) => {
        this.tracks = required;
      },
      learnPathMtu: () => undefined,
      isUnicastOrLocal: (candidate) => candidate >>> 28 !== 14,
    };
    this.ipvs = new Ipvs(host);
  }

  /** What the kernel has of FULLNAT; overridden by directors that have it. */
  protected fullNatHost(): FullNatHost | null {
    return null;
  }

  /** Carries out a command as the namespace does. */
  command(command: IpvsCommand): Errno {
    let errno: Errno = 0;
    const context = {
      schedulers: [],
      isUnicastOrLocal: (candidate: Ipv4Address) => candidate >>> 28 !== 14,
      deviceNamed: () => ({ mtu: 1500, up: true }),
    };
    const config = produce(this.config, (draft) => {
      errno = applyToConfig(draft, command, context);
    });
    if (errno !== 0) return errno;
    this.config = config;
    this.ipvs.follow(command, config);
    return 0;
  }

  /** Adds a service and its servers, in this order. */
  serve(settings: ServiceSettings, ...servers: readonly RealServerConfig[]): void {
    this.command({ kind: "add-service", service: settings });
    const { identity } = settings;
    for (const server of servers) this.command({ kind: "add-server", identity, server });
  }

  /** A segment of the client at LOCAL_IN, flags as `SA`; the verdict. */
  fromClient(port: number, flags: string, client: Ipv4Address = CLIENT): Verdict {
    return this.deliver(this.segment(client, port, VIP, 80, flags));
  }

  /** A segment of a server to the client at FORWARD. */
  fromServer(index: number, port: number, flags: string, fields: Partial<Frame> = {}): Frame {
    const frame = this.segment(serverAddress(index), 80, CLIENT, port, flags);
    Object.assign(frame, fields);
    frame.route = REMOTE;
    this.hooks.run(HookPoint.forward, frame, null, null);
    return frame;
  }

  /** A datagram of the client at LOCAL_IN. */
  datagram(port: number, destinationPort = 53, client: Ipv4Address = CLIENT): Verdict {
    const frame = this.segment(client, port, VIP, destinationPort, "");
    frame.protocol = IpProtocol.udp;
    return this.deliver(frame);
  }

  deliver(frame: Frame): Verdict {
    return this.hooks.run(HookPoint.localIn, frame, null, null);
  }

  segment(
    source: Ipv4Address,
    sourcePort: number,
    destination: Ipv4Address,
    destinationPort: number,
    flags: string,
  ): Frame {
    const frame = new Frame(this.engine.newFrameId());
    frame.source = source;
    frame.sourcePort = sourcePort;
    frame.destination = destination;
    frame.destinationPort = destinationPort;
    frame.protocol = IpProtocol.tcp;
    frame.length = 40;
    frame.fragment = FragmentField.dontFragment;
    frame.packetType = PacketType.host;
    frame.inputInterface = 2;
    frame.route = LOCAL;
    for (const letter of flags) frame.tcpFlags |= FLAGS[letter] as number;
    return frame;
  }

  /** The server to which the packet sent last went, by number; undefined when nothing was sent. Forgets what was sent. */
  takeChosen(): number | undefined {
    const frame = this.sent.at(-1);
    this.sent.length = 0;
    if (frame === undefined) return undefined;
    return (frame.nextHop !== 0 ? frame.nextHop : frame.destination) - serverAddress(0);
  }

  /** Servers of the first service as `index:active/inactive`, in order of index. */
  counts(): string {
    const listing = this.ipvs.services()[0];
    return [...(listing?.servers ?? [])]
      .sort((a, b) => a.config.address - b.config.address)
      .map(
        ({ config, activeConnections, inactiveConnections }) =>
          `${config.address - serverAddress(0)}:${activeConnections}/${inactiveConnections}`,
      )
      .join(" ");
  }

  /** State and seconds left of every connection, as `SYN_RECV 60`. */
  states(): string[] {
    return this.ipvs.connections().map(({ state, secondsLeft }) => `${state} ${secondsLeft}`);
  }

  sleep(count: number): void {
    this.engine.run(later(this.engine.now, seconds(count)));
  }

  setSysctls(values: Partial<VsSysctls>): void {
    this.sysctls = { ...this.sysctls, ...values };
    this.ipvs.followSysctls({ machine: "director", process: "test", file: "", line: 0 });
  }

  private ipLayer(): IpLayer {
    return {
      register: () => undefined,
      routeOutput: (destination) =>
        this.local.has(destination) || destination >>> 24 === 127 ? LOCAL : REMOTE,
      sourceFor: () => address("10.1.0.254"),
      output: (frame) => {
        this.sent.push(frame);
      },
      reroute: () => true,
      sendIcmpError: (_cause, type, code, rest) => {
        this.icmp.push({ type, code, rest });
      },
      isLocalAddress: (candidate) => this.local.has(candidate),
      nextIdentification: () => 0,
      mtuOf: (route) => (route.mtu === 0 ? 1500 : route.mtu),
      wayTo: () => null,
      lastingMtuOf: (route) => (route.mtu === 0 ? 1500 : route.mtu),
      deliverLocally: () => undefined,
    };
  }
}
