/**
 * The contract of a scheduler: how a virtual service chooses among its real servers (`struct ip_vs_scheduler`). One
 * object per service; it sees the live list of servers, the one added last first. A new scheduler is a file in
 * schedulers/ and a line in schedulers/index.ts.
 */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { Rng } from "../../rng/rng.ts";
import type { Engine } from "../../time/engine.ts";
import type { IpvsSysctls } from "../sysctl/ipvs-sysctls.ts";
import type { Destination } from "./destination.ts";
import type { OverloadVariant } from "./overload.ts";

/** What a scheduler sees of its service. */
export interface ServerPool {
  /** In the kernel's order: the server added last is the first. */
  readonly destinations: readonly Destination[];
  /** `-b`, live: see `SchedulerFlag`. */
  readonly schedulerFlags: number;
}

/** Bits of `ServerPool.schedulerFlags`. */
export const SchedulerFlag = {
  /** flag-1: sh-fallback, mh-fallback. */
  fallback: 0x08,
  /** flag-2: sh-port, mh-port. */
  port: 0x10,
  /** flag-3: no scheduler uses it. */
  third: 0x20,
} as const;

/** What schedulers may use beside the pool: time, randomness, sysctls; `IpvsHost` has them all. */
export interface SchedulerEnvironment {
  readonly engine: Engine;
  readonly rng: Rng;
  /** net.ipv4.vs.*. */
  readonly sysctls: IpvsSysctls;
  readonly variant: OverloadVariant;
}

/** The packet that asks for a server. One object is used again and again: keep nothing of it. */
export interface SchedulingRequest {
  readonly protocol: number;
  readonly clientAddress: Ipv4Address;
  readonly clientPort: number;
  /** The destination field of the packet itself; for a packet quoted by an ICMP error that is the client. */
  readonly packetDestination: Ipv4Address;
}

/** What happened to one server; the list and the weight have changed already. */
export type PoolChange = "added" | "edited" | "deleted";

export interface Scheduler {
  /** The server for a new connection; null when none can take it. */
  select(request: SchedulingRequest): Destination | null;
  /** `index` is the place of `server` in the list: where it stands, or where a deleted one stood. */
  changed?(change: PoolChange, server: Destination, index: number): void;
  /** The service was deleted or got another scheduler. */
  close?(): void;
}

/** Makes a scheduler for a pool, which may have servers already. */
export type SchedulerFactory = (pool: ServerPool, environment: SchedulerEnvironment) => Scheduler;

/** A scheduler that does not come with Linux, as a kernel module of one's own would register it. */
export interface SchedulerModule {
  /** As `ipvsadm -s` takes it; not the name of one of Linux's. */
  readonly name: string;
  readonly bind: SchedulerFactory;
}
