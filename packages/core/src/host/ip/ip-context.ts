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
import type { Identifications } from "./identifications.ts";
import type { IpCounters } from "./ip-counters.ts";
import type { KernelMessages } from "./kernel-messages.ts";
import type { PathCache } from "./path-cache.ts";
import type { Peers } from "./peers.ts";

/** The live devices. */
interface DevicesByIndex {
  /** The one with this interface index; undefined when there is none. */
  at(index: number): HostDevice | undefined;
}

export interface IpContext {
  readonly engine: Engine;
  readonly trace: Trace | null;
  /** The host in the trace. */
  readonly place: PlaceId;
  readonly hooks: HookTable;
  readonly router: Router;
  readonly neighbours: NeighbourTable;
  readonly paths: PathCache;
  readonly identifications: Identifications;
  readonly counters: IpCounters;
  readonly peers: Peers;
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
  fastPath: FastPath | null;
  /** Ends the story of `frame` with a reason. */
  drop(frame: Frame, reason: DropReason, decider: Decider | null): void;
  /** `icmp_send`: an error about `cause` to its source; `rest` are the octets after the checksum. */
  sendIcmpError(cause: Frame, type: number, code: number, rest: number): void;
}
