/** The tunnels of one namespace: devices, ports, and the tables that follow its configuration. */
import { IpProtocol } from "../../packet/protocol.ts";
import type { HostDevice } from "../device/host-device.ts";
import type { IpContext } from "../ip/ip-context.ts";
import type { IpLayer } from "../ip/ip-layer.ts";
import type { UdpReceiver } from "../ip/udp-receiver.ts";
import type { FouPortConfig } from "./config.ts";
import { FouReceiver } from "./fou.ts";
import { TunnelDevice } from "./tunnel-device.ts";
import { TunnelHandler, TunnelInput } from "./tunnel-input.ts";
import { TunnelOutput } from "./tunnel-output.ts";
import { TunnelTable } from "./tunnel-table.ts";

const NO_PORTS: readonly FouPortConfig[] = [];

export class Tunnels {
  readonly output: TunnelOutput;
  /** Ports of `ip fou`; null while there are none. */
  ports: readonly UdpReceiver[] | null = null;
  private readonly context: IpContext;
  private readonly input: TunnelInput;
  private devices: readonly HostDevice[] = [];
  private ipip: TunnelTable | null = null;
  private gre: TunnelTable | null = null;
  private configured: readonly FouPortConfig[] = NO_PORTS;

  constructor(context: IpContext, ip: IpLayer) {
    this.context = context;
    this.output = new TunnelOutput(context, ip);
    this.input = new TunnelInput(context, (kind) => this.table(kind));
    ip.register(IpProtocol.ipip, new TunnelHandler(context, this.input, IpProtocol.ipip));
    ip.register(IpProtocol.gre, new TunnelHandler(context, this.input, IpProtocol.gre));
  }

  /** The devices are these from now on, or have other parameters. */
  followDevices(devices: readonly HostDevice[]): void {
    this.devices = devices;
    this.ipip = null;
    this.gre = null;
  }

  followPorts(ports: readonly FouPortConfig[]): void {
    if (ports === this.configured) return;
    this.configured = ports;
    const { context, input } = this;
    this.ports =
      ports.length === 0 ? null : ports.map((port) => new FouReceiver(port, context, input));
  }

  /** Made when a packet asks for it: most hosts have tunnel devices and never see a tunnel. */
  private table(kind: "ipip" | "gre"): TunnelTable {
    if (kind === "ipip") {
      this.ipip ??= this.makeTable(kind);
      return this.ipip;
    }
    this.gre ??= this.makeTable(kind);
    return this.gre;
  }

  private makeTable(kind: "ipip" | "gre"): TunnelTable {
    const chosen = this.devices.filter(
      (device): device is TunnelDevice => device instanceof TunnelDevice && device.kind === kind,
    );
    return new TunnelTable(chosen);
  }
}
