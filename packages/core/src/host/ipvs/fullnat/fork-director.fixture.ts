/**
 * A director whose kernel has FULLNAT, for tests of this folder: packets go in at PRE_ROUTING on eth0 (2, clients) or eth1
 * (3, servers). The switches begin as the kernel's do, but for those in `OFF`, with which packets take routes.
 */
import type { NetDevice } from "../../../link/net-device.ts";
import type { Frame } from "../../../packet/frame.ts";
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import { packetLength } from "../../../packet/lengths.ts";
import type { MacAddress } from "../../../packet/mac-address.ts";
import { HookPoint, type Verdict } from "../../netfilter/hook.ts";
import { initialSysctls } from "../../sysctl/defaults.ts";
import type { FullNatSysctls } from "../../sysctl/fullnat-sysctls.ts";
import { globalSysctls } from "../../sysctl/global-sysctls.ts";
import type { SynProxySysctls } from "../../sysctl/syn-proxy-sysctls.ts";
import { emptyIpvsConfig } from "../control.ts";
import { address, CLIENT, Director, realServer, service, VIP } from "../director.fixture.ts";
import type { FullNatHost } from "../host.ts";

export const LOCAL = [address("10.1.0.201"), address("10.1.0.202")] as const;
const OFF: Partial<FullNatSysctls> = { fast_xmit: 0, fast_xmit_inside: 0 };
const ETH0 = { name: "eth0" } as NetDevice;
const ETH1 = { name: "eth1" } as NetDevice;
const { identity } = service();

export class ForkDirector extends Director {
  switches: FullNatSysctls = { ...globalSysctls(initialSysctls()).fullNat, ...OFF };
  proxySwitches: SynProxySysctls = globalSysctls(initialSysctls()).synProxy;
  readonly warnings: string[] = [];
  /** What left without a route, with its device. */
  readonly straight: { readonly frame: Frame; readonly device: number }[] = [];
  /** MTU of both devices. */
  mtu = 1500;

  /** Serves VIP:80 with so many servers and local addresses. */
  constructor(
    servers = 1,
    locals: readonly Ipv4Address[] = LOCAL,
    variant: FullNatHost["variant"] = "fullnat",
  ) {
    super();
    this.variant = variant;
    this.config = emptyIpvsConfig(variant);
    const method = { forwarding: "full-nat" } as const;
    this.serve(service(), ...Array.from({ length: servers }, (_, i) => realServer(i, method)));
    for (const local of locals) {
      this.local.add(local);
      this.command({ kind: "add-local-address", identity, address: local });
    }
  }

  private variant: FullNatHost["variant"] = "fullnat";

  protected override fullNatHost(): FullNatHost {
    const director = this;
    return {
      get variant() {
        return director.variant;
      },
      get sysctls() {
        return director.switches;
      },
      get synProxy() {
        return director.proxySwitches;
      },
      linkMtu: (device) => (device === 2 || device === 3 ? director.mtu : 0),
      transmit: (frame, device) => director.straight.push({ frame, device }),
      warn: (text) => director.warnings.push(text),
    };
  }

  turn(switches: Partial<FullNatSysctls>): void {
    this.switches = { ...this.switches, ...switches };
  }

  override deliver(frame: Frame): Verdict {
    return this.hooks.run(
      HookPoint.preRouting,
      frame,
      frame.inputInterface === 3 ? ETH1 : ETH0,
      null,
    );
  }

  /** A segment of the client to VIP:80; what it became, null when nothing was sent. */
  request(port: number, flags: string, fields: Partial<Frame> = {}): Frame | null {
    return this.pass(this.segment(CLIENT, port, VIP, 80, flags), 2, fields);
  }

  /** A segment of server 0, in answer to `request`, which the server got. */
  reply(request: Frame, flags: string, fields: Partial<Frame> = {}): Frame | null {
    const { source, sourcePort, destination } = request;
    return this.pass(this.segment(destination, 80, source, sourcePort, flags), 3, fields);
  }

  private pass(frame: Frame, device: number, fields: Partial<Frame>): Frame | null {
    frame.route = null;
    frame.inputInterface = device;
    frame.sourceMac = (0x0200_0000_0000 + device) as MacAddress;
    frame.destinationMac = (0x0200_0000_0100 + device) as MacAddress;
    Object.assign(frame, fields);
    frame.length = packetLength(frame);
    this.sent.length = 0;
    this.straight.length = 0;
    this.deliver(frame);
    return this.sent[0] ?? this.straight[0]?.frame ?? null;
  }
}
