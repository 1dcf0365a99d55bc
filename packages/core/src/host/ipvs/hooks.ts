/**
 * IPVS's hooks in netfilter (`ip_vs_ops4`): registered with the first service, removed with the last. At each point
 * answers are looked at before requests.
 *
 * A kernel with FULLNAT has others: requests, and answers to local addresses, are taken at PRE_ROUTING before connection
 * tracking, so that no rule for INPUT sees them and local clients are not served; only masquerading's answers are taken
 * at FORWARD. They are there from the first service on as well, where the fork has them as long as it is loaded.
 */
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import { IpProtocol } from "../../packet/protocol.ts";
import { type Hook, HookPoint, HookPriority, Verdict } from "../netfilter/hook.ts";
import type { HookTable } from "../netfilter/hook-table.ts";
import type { FrontGuard } from "./fullnat/front-guard.ts";
import type { Inbound } from "./inbound.ts";
import type { Outbound } from "./outbound.ts";

class RequestHook implements Hook {
  readonly point: HookPoint;
  readonly priority: number;
  private readonly inbound: Inbound;

  constructor(inbound: Inbound, point: HookPoint, priority: number) {
    this.inbound = inbound;
    this.point = point;
    this.priority = priority;
  }

  run(frame: Frame, input: NetDevice | null): Verdict {
    return this.inbound.run(frame, input, this.point);
  }

  describe(): string {
    return "IPVS in";
  }
}

class AnswerHook implements Hook {
  readonly point: HookPoint;
  readonly priority: number;
  private readonly outbound: Outbound;

  constructor(outbound: Outbound, point: HookPoint, priority: number) {
    this.outbound = outbound;
    this.point = point;
    this.priority = priority;
  }

  run(frame: Frame): Verdict {
    return this.outbound.run(frame, this.point);
  }

  describe(): string {
    return "IPVS out";
  }
}

/** Errors that pass through on their way to a client's connection. */
class ForwardedErrorHook implements Hook {
  readonly point = HookPoint.forward;
  readonly priority = HookPriority.natSource - 1;
  private readonly inbound: Inbound;

  constructor(inbound: Inbound) {
    this.inbound = inbound;
  }

  run(frame: Frame, input: NetDevice | null): Verdict {
    if (frame.protocol !== IpProtocol.icmp) return Verdict.accept;
    return this.inbound.runForwarded(frame, input);
  }

  describe(): string {
    return "IPVS icmp";
  }
}

/** What the fork drops before everything else. */
class GuardHook implements Hook {
  readonly point = HookPoint.preRouting;
  readonly priority = HookPriority.conntrack - 2;
  private readonly guard: FrontGuard;

  constructor(guard: FrontGuard) {
    this.guard = guard;
  }

  run(frame: Frame): Verdict {
    return this.guard.run(frame);
  }

  describe(): string {
    return "IPVS guard";
  }
}

const POINTS = Object.values(HookPoint);

export class IpvsHooks {
  private readonly hooks: readonly Hook[];
  private readonly table: HookTable;
  private registered = false;
  // what `alone` found, and the generation at which it looked
  private aloneThen = false;
  private lookedAt = -1;

  /** `guard` is null on a mainline kernel. */
  constructor(table: HookTable, inbound: Inbound, outbound: Outbound, guard: FrontGuard | null) {
    this.table = table;
    this.hooks =
      guard === null ? mainlineHooks(inbound, outbound) : forkHooks(inbound, outbound, guard);
  }

  /** Whether nobody else sees packets of this namespace. */
  get alone(): boolean {
    const { table } = this;
    if (table.generation.value !== this.lookedAt) {
      this.lookedAt = table.generation.value;
      this.aloneThen = this.registered && POINTS.every((point) => this.aloneAt(point));
    }
    return this.aloneThen;
  }

  private aloneAt(point: HookPoint): boolean {
    return this.table.at(point).every((hook) => this.hooks.includes(hook));
  }

  /** Registers the hooks while there are services, removes them when there are none. */
  keep(services: boolean): void {
    if (services === this.registered) return;
    this.registered = services;
    for (const hook of this.hooks)
      if (services) this.table.register(hook);
      else this.table.unregister(hook);
  }
}

function mainlineHooks(inbound: Inbound, outbound: Outbound): Hook[] {
  const { natSource, natDestination } = HookPriority;
  return [
    new AnswerHook(outbound, HookPoint.localIn, natSource - 2),
    new RequestHook(inbound, HookPoint.localIn, natSource - 1),
    new AnswerHook(outbound, HookPoint.localOut, natDestination + 1),
    new RequestHook(inbound, HookPoint.localOut, natDestination + 2),
    new ForwardedErrorHook(inbound),
    new AnswerHook(outbound, HookPoint.forward, natSource),
  ];
}

function forkHooks(inbound: Inbound, outbound: Outbound, guard: FrontGuard): Hook[] {
  const { conntrack, natSource } = HookPriority;
  return [
    new GuardHook(guard),
    new RequestHook(inbound, HookPoint.preRouting, conntrack - 1),
    new ForwardedErrorHook(inbound),
    new AnswerHook(outbound, HookPoint.forward, natSource),
  ];
}
