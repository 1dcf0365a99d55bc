/** What the IPVS module asks of its namespace. */
import type { Ipv4Address } from "../packet/ipv4-address.ts";
import type { Rng } from "../rng/rng.ts";
import type { Engine } from "../time/engine.ts";
import type { ChangeOrigin, PlaceId, Trace } from "../trace/trace.ts";
import type { IpContext } from "./ip/ip-context.ts";
import type { IpLayer } from "./ip/ip-layer.ts";
import type {
  FastPathHost,
  ForwardedFragments,
  FullNatHost,
  IpvsConntrack,
  IpvsHost,
  SyncSockets,
  VsSysctls,
} from "./ipvs/host.ts";
import type { OverloadVariant } from "./ipvs/overload.ts";
import type { SchedulerModule } from "./ipvs/scheduler.ts";
import { TrackedFlows } from "./ipvs-conntrack.ts";
import { FastPathHostAdapter } from "./ipvs-fast-path-host.ts";
import { FullNatHostAdapter } from "./ipvs-fullnat-host.ts";
import { IpvsSyncSockets, type SyncSocketsOwner } from "./ipvs-sync-sockets.ts";
import type { KernelVariant } from "./kernel-variant.ts";
import type { NamespaceConfig, NamespaceDraft } from "./namespace-config.ts";
import type { HookTable } from "./netfilter/hook-table.ts";
import type { Netfilter } from "./netfilter/netfilter.ts";
import { writeSysctl } from "./sysctl/access.ts";

/** What the recorded machine (2 GB) had at the most: `sync_qlen_max` is a 32nd of it. */
const AVAILABLE_PAGES = 32 * 15_209;

interface IpvsHostOwner extends SyncSocketsOwner {
  readonly kernel: KernelVariant;
  readonly schedulers: readonly SchedulerModule[];
  readonly config: NamespaceConfig;
  readonly rng: Rng;
  readonly ip: IpLayer & ForwardedFragments;
  readonly netfilter: Netfilter;
  readonly name: string;
  isUnicastOrLocal(address: Ipv4Address): boolean;
  change(origin: ChangeOrigin, recipe: (draft: NamespaceDraft) => number): number;
}

export class IpvsHostAdapter implements IpvsHost {
  readonly engine: Engine;
  readonly trace: Trace | null;
  readonly place: PlaceId;
  readonly rng: Rng;
  readonly ip: IpLayer;
  readonly hooks: HookTable;
  readonly fragments: ForwardedFragments;
  readonly variant: OverloadVariant;
  readonly syncSockets: SyncSockets;
  readonly availablePages = AVAILABLE_PAGES;
  readonly fullNat: FullNatHost | null;
  readonly fastPath: FastPathHost | null;
  readonly schedulers: readonly SchedulerModule[];
  private flows: TrackedFlows | null = null;
  private readonly context: IpContext;
  private readonly owner: IpvsHostOwner;

  constructor(owner: IpvsHostOwner, context: IpContext) {
    this.owner = owner;
    this.context = context;
    this.engine = context.engine;
    this.trace = context.trace;
    this.place = context.place;
    this.hooks = context.hooks;
    this.rng = owner.rng.stream("ipvs");
    this.ip = owner.ip;
    this.schedulers = owner.schedulers;
    this.fragments = owner.ip;
    this.syncSockets = new IpvsSyncSockets(owner, context.router);
    const { variant } = owner.config.ipvs;
    this.fullNat = variant === "mainline" ? null : new FullNatHostAdapter(variant, context);
    this.fastPath =
      context.trace === null && this.fullNat === null ? new FastPathHostAdapter(context) : null;
    const classic = variant !== "mainline" || owner.kernel === "6.1.176";
    this.variant = classic ? "classic" : "edge-triggered";
  }

  get conntrack(): IpvsConntrack | null {
    const tracking = this.owner.netfilter.connections.loaded;
    if (tracking !== null) this.flows ??= new TrackedFlows(tracking);
    return this.flows;
  }

  get sysctls(): VsSysctls {
    return this.context.sysctls.vs;
  }

  get routingGeneration(): number {
    return this.context.generation.value;
  }

  requireTracking(required: boolean): void {
    this.owner.netfilter.requireTracking(required);
  }

  learnPathMtu(destination: Ipv4Address, mtu: number): void {
    this.context.paths.learnMtu(destination, mtu, this.engine.now);
  }

  turnDefence(sysctl: string, mode: number, origin: ChangeOrigin | null): void {
    const kernel = { machine: this.owner.name, process: "kernel", file: "", line: 0 };
    this.owner.change(origin ?? kernel, (draft) =>
      writeSysctl(draft, `net/ipv4/vs/${sysctl}`, String(mode)),
    );
  }

  isUnicastOrLocal(address: Ipv4Address): boolean {
    return this.owner.isUnicastOrLocal(address);
  }
}
