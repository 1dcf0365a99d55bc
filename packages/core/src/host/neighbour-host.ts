/** What the neighbour table and ARP ask of their namespace. */
import type { Frame } from "../packet/frame.ts";
import type { Ipv4Address } from "../packet/ipv4-address.ts";
import { IcmpType, UnreachableCode } from "../packet/protocol.ts";
import type { Rng } from "../rng/rng.ts";
import type { Engine } from "../time/engine.ts";
import type { Decider, PlaceId, Trace } from "../trace/trace.ts";
import type { HostDevice } from "./device/host-device.ts";
import type { IpContext } from "./ip/ip-context.ts";
import { MessageLevel } from "./ip/kernel-messages.ts";
import type {
  ArpSysctls,
  NeighbourDevice,
  NeighbourEnvironment,
  NeighbourThresholds,
  SuppressingSysctl,
} from "./neigh/environment.ts";
import type { Route } from "./route/route.ts";
import type { InterfaceSysctls, NeighbourSysctls, SysctlConfig } from "./sysctl/config.ts";

/** The tables that the namespace keeps and changes. */
export interface NeighbourHostTables {
  readonly devices: readonly HostDevice[];
  readonly sysctls: SysctlConfig;
}

export class NeighbourHost implements NeighbourEnvironment {
  readonly engine: Engine;
  readonly trace: Trace | null;
  readonly place: PlaceId;
  readonly rng: Rng;
  private context: IpContext | null = null;
  private readonly tables: () => NeighbourHostTables;

  constructor(
    parts: Pick<NeighbourHost, "engine" | "trace" | "place" | "rng">,
    tables: () => NeighbourHostTables,
  ) {
    this.engine = parts.engine;
    this.trace = parts.trace;
    this.place = parts.place;
    this.rng = parts.rng;
    this.tables = tables;
  }

  /** Tells it the rest of the namespace, which is made after the neighbour table. */
  connect(context: IpContext): void {
    this.context = context;
  }

  private get ip(): IpContext {
    return this.context as IpContext;
  }

  devices(): readonly NeighbourDevice[] {
    return this.tables().devices;
  }

  arpSysctls(device: NeighbourDevice): ArpSysctls {
    return (device as HostDevice).conf;
  }

  neighbourSysctls(device: NeighbourDevice): NeighbourSysctls {
    return (device as HostDevice).neigh;
  }

  thresholds(): NeighbourThresholds {
    const { neighGcThresh1, neighGcThresh2, neighGcThresh3 } = this.ip.sysctls;
    return { gc_thresh1: neighGcThresh1, gc_thresh2: neighGcThresh2, gc_thresh3: neighGcThresh3 };
  }

  /** Whichever of `all` and the device's own has the greater value, in sysctl's words. */
  sysctl(name: SuppressingSysctl, device: NeighbourDevice): Decider {
    const { conf } = this.tables().sysctls;
    const settingOf = (from: string): number =>
      (conf[from] as InterfaceSysctls | undefined)?.[name] ?? 0;
    const from = settingOf(device.name) > settingOf("all") ? device.name : "all";
    const text = `net.ipv4.conf.${from}.${name} = ${settingOf(from)}`;
    return { describe: () => text };
  }

  addressType(address: Ipv4Address): number {
    return this.ip.router.addressType(address);
  }

  routeInput(target: Ipv4Address, sender: Ipv4Address, device: NeighbourDevice): Route | null {
    const { router } = this.ip;
    // most of what a flood asks is not for us, and where nothing is forwarded that is all ARP wants to know
    if ((device as HostDevice).conf.forwarding === 0 && !router.mayBeLocal(target)) return null;
    return router.input(target, sender, 0, 0, device.index);
  }

  routeOutput(destination: Ipv4Address, source: Ipv4Address): number {
    return this.ip.router.output(destination, source, 0, 0, 0)?.device ?? 0;
  }

  tableOverflowed(): void {
    const { messages } = this.ip;
    if (!messages.mayTell()) return;
    messages.tell(MessageLevel.info, "neighbour: arp_cache: neighbor table overflow!");
  }

  unreachable(frame: Frame, _device: NeighbourDevice): void {
    const { destinationUnreachable } = IcmpType;
    this.ip.sendIcmpError(frame, destinationUnreachable, UnreachableCode.host, 0);
  }
}
