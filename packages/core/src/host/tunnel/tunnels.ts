/**
 * The tunnels of one namespace: devices, ports, and the tables that follow its configuration. Its parts are made when
 * a packet asks for them: every host has tunnel devices, and most never see a tunnel.
 */
import type { Frame } from "../../packet/frame.ts";
import { IpProtocol } from "../../packet/protocol.ts";
import type { HostDevice } from "../device/host-device.ts";
import type { IpContext } from "../ip/ip-context.ts";
import type { IpLayer, TransportHandler } from "../ip/ip-layer.ts";
import type { UdpReceiver } from "../ip/udp-receiver.ts";
import type { FouPortConfig } from "./config.ts";
import { FouReceiver } from "./fou.ts";
import { TunnelDevice, type TunnelSender } from "./tunnel-device.ts";
import { TunnelInput } from "./tunnel-input.ts";
import { TunnelOutput } from "./tunnel-output.ts";
import { TunnelTable } from "./tunnel-table.ts";

/** The namespace's live devices. */
interface Devices {
  readonly all: readonly HostDevice[];
}

const NO_PORTS: readonly FouPortConfig[] = [];

export class Tunnels implements TransportHandler, TunnelSender {
  /** Ports of `ip fou`; null while there are none. */
  ports: readonly UdpReceiver[] | null = null;
  private readonly context: IpContext;
  private readonly ip: IpLayer;
  private configured: readonly FouPortConfig[] = NO_PORTS;
  private devices: Devices | null = null;
  private ipip: TunnelTable | null = null;
  private gre: TunnelTable | null = null;
  private madeInput: TunnelInput | null = null;
  private output: TunnelOutput | null = null;

  constructor(context: IpContext, ip: IpLayer) {
    this.context = context;
    this.ip = ip;
    ip.register(IpProtocol.ipip, this);
    ip.register(IpProtocol.gre, this);
  }

  /** A packet of IP in IP or GRE for this host. */
  receive(frame: Frame): void {
    const { context, input } = this;
    const isGre = frame.protocol === IpProtocol.gre;
    const refused = isGre ? input.gre(frame, 0) : input.ipip(frame);
    if (refused !== null) return context.drop(frame, refused, input.device);
    context.trace?.delivered(context.engine.now, context.place, frame);
  }

  icmpError(error: Frame): void {
    if (error.inner !== null) this.input.icmpError(error, error.inner.protocol, 0);
  }

  send(frame: Frame, device: TunnelDevice): void {
    this.output ??= new TunnelOutput(this.context, this.ip);
    this.output.send(frame, device);
  }

  /** The devices are these from now on, or have other parameters. */
  followDevices(devices: Devices): void {
    this.devices = devices;
    this.ipip = null;
    this.gre = null;
  }

  followPorts(ports: readonly FouPortConfig[]): void {
    // while a lab is built the list is changed in place
    if (ports === this.configured && ports.length === (this.ports?.length ?? 0)) return;
    this.configured = ports;
    this.ports =
      ports.length === 0
        ? null
        : ports.map((port) => new FouReceiver(port, this.context, this.input));
  }

  private get input(): TunnelInput {
    this.madeInput ??= new TunnelInput(this.context, (kind) => this.table(kind));
    return this.madeInput;
  }

  private table(kind: "ipip" | "gre"): TunnelTable {
    if (kind === "ipip") {
      this.ipip ??= this.makeTable(kind);
      return this.ipip;
    }
    this.gre ??= this.makeTable(kind);
    return this.gre;
  }

  private makeTable(kind: "ipip" | "gre"): TunnelTable {
    const all = this.devices === null ? [] : this.devices.all;
    const chosen = all.filter(
      (device): device is TunnelDevice => device instanceof TunnelDevice && device.kind === kind,
    );
    return new TunnelTable(chosen);
  }
}
