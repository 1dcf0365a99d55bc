/** What connection tracking and NAT ask of their namespace. */
import type { NetDevice } from "../link/net-device.ts";
import type { Frame } from "../packet/frame.ts";
import type { Ipv4Address } from "../packet/ipv4-address.ts";
import type { Rng } from "../rng/rng.ts";
import type { Engine } from "../time/engine.ts";
import { Scope } from "./device/config.ts";
import type { HostDevice } from "./device/host-device.ts";
import type { BridgeNetfilter } from "./ip/bridge-netfilter.ts";
import type { IpContext } from "./ip/ip-context.ts";
import type { IpInput } from "./ip/ip-input.ts";
import { selectSourceAddress } from "./neigh/source-address.ts";
import type { TrackingEnvironment } from "./netfilter/tracking-environment.ts";
import type { Route } from "./route/route.ts";
import type { ConntrackSysctls } from "./sysctl/conntrack-sysctls.ts";

export interface TrackingHostOwner {
  readonly rng: Rng;
  readonly ip: { readonly input: IpInput };
  /** br_netfilter; null while it does nothing here. */
  readonly bridged: BridgeNetfilter | null;
  devices(): readonly HostDevice[];
}

const NO_ADDRESS = 0 as Ipv4Address;

export class TrackingHostAdapter implements TrackingEnvironment {
  readonly engine: Engine;
  readonly rng: Rng;
  private readonly context: IpContext;
  private readonly owner: TrackingHostOwner;

  constructor(owner: TrackingHostOwner, context: IpContext) {
    this.owner = owner;
    this.context = context;
    this.engine = context.engine;
    this.rng = owner.rng.stream("nat");
  }

  get conntrackSysctls(): ConntrackSysctls {
    return this.context.sysctls.conntrack;
  }

  sourceTowards(frame: Frame, output: NetDevice): Ipv4Address {
    const device = output as HostDevice;
    // what a bridge passes on has no route
    const gateway = (frame.route as Route | null)?.gateway ?? NO_ADDRESS;
    const next = gateway === NO_ADDRESS ? frame.destination : gateway;
    const localnet = device.conf.routeLocalnet !== 0;
    return selectSourceAddress(this.owner, device, next, Scope.universe, localnet);
  }

  firstAddress(device: NetDevice): Ipv4Address {
    return (device as HostDevice).addresses[0]?.local ?? NO_ADDRESS;
  }

  reassemble(fragment: Frame): Frame | null {
    return this.owner.ip.input.reassembleForTracking(fragment);
  }

  resumeInput(frame: Frame, input: NetDevice, priority: number): void {
    if (this.owner.bridged?.resume(frame, input, priority)) return;
    this.owner.ip.input.resume(frame, input as HostDevice, priority);
  }
}
