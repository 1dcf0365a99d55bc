/**
 * What the parts of one namespace's IPv4 layer share: the tables that they consult, and the steps that would make
 * circles if the parts knew each other. Made by `NetworkNamespace`.
 */
import type { Generation } from "../../base/generation.ts";
import type { Frame } from "../../packet/frame.ts";
import type { Rng } from "../../rng/rng.ts";
import type { Engine } from "../../time/engine.ts";
import type { DropReason } from "../../trace/drop-reason.ts";
import type { Decider, PlaceId, Trace } from "../../trace/trace.ts";
import type { HostDevice } from "../device/host-device.ts";
import type { NeighbourTable } from "../neigh/neighbour-table.ts";
import type { HookTable } from "../netfilter/hook-table.ts";
import type { Router } from "../route/router.ts";
import type { GlobalSysctls } from "../sysctl/global-sysctls.ts";
import type { FastPath } from "./fast-path.ts";
import { Identifications } from "./identifications.ts";
import type { IpCounters } from "./ip-counters.ts";
import type { KernelMessages } from "./kernel-messages.ts";
import type { PathCache } from "./path-cache.ts";
import { Peers } from "./peers.ts";

/** The live devices. */
interface DevicesByIndex {
  /** The one with this interface index; undefined when there is none. */
  at(index: number): HostDevice | undefined;
}

/** What there is already when the context is made. */
type IpContextOwner = Pick<
  IpContext,
  | "engine"
  | "trace"
  | "place"
  | "hooks"
  | "router"
  | "neighbours"
  | "paths"
  | "counters"
  | "messages"
  | "rng"
>;

/** `icmp_send`: an error about `cause` to its source; `rest` are the octets after the checksum. */
type IcmpErrorSender = (cause: Frame, type: number, code: number, rest: number) => void;

/** A class, for V8 knows what the fields of a class hold, and not what those of object literals do. */
export class IpContext {
  readonly engine: Engine;
  readonly trace: Trace | null;
  /** The host in the trace. */
  readonly place: PlaceId;
  readonly hooks: HookTable;
  readonly router: Router;
  readonly neighbours: NeighbourTable;
  readonly paths: PathCache;
  readonly identifications = new Identifications();
  readonly counters: IpCounters;
  readonly peers = new Peers();
  readonly messages: KernelMessages;
  /** The namespace's own stream of random numbers. */
  readonly rng: Rng;
  /** Live values; replaced when a sysctl changes. */
  sysctls: GlobalSysctls;
  readonly devices: DevicesByIndex;
  /**
   * Rises whenever anything changes by which packets are routed, or who looks at them. It says nothing of neighbours and of
   * connections.
   */
  readonly generation: Generation;
  /** null while every packet goes the whole way. */
  fastPath: FastPath | null = null;
  readonly sendIcmpError: IcmpErrorSender;

  constructor(
    owner: IpContextOwner,
    devices: DevicesByIndex,
    sysctls: GlobalSysctls,
    generation: Generation,
    sendIcmpError: IcmpErrorSender,
  ) {
    this.engine = owner.engine;
    this.trace = owner.trace;
    this.place = owner.place;
    this.hooks = owner.hooks;
    this.router = owner.router;
    this.neighbours = owner.neighbours;
    this.paths = owner.paths;
    this.counters = owner.counters;
    this.messages = owner.messages;
    this.rng = owner.rng;
    this.sysctls = sysctls;
    this.devices = devices;
    this.generation = generation;
    this.sendIcmpError = sendIcmpError;
  }

  /** Ends the story of `frame` with a reason. */
  drop(frame: Frame, reason: DropReason, decider: Decider | null): void {
    this.trace?.dropped(this.engine.now, this.place, frame, reason, decider);
  }
}
