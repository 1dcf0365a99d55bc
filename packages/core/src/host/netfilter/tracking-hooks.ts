/**
 * The hooks of connection tracking (`ipv4_conntrack_ops`): packets are put together, get their connection, and bring it
 * into the table when they leave. Registered only while a rule needs them. Left out: putting together fragments that
 * this host sends itself, which only raw sockets do; and cutting a forwarded packet again to the size in which its
 * fragments came, where the way out has room for more.
 */
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import { FragmentField } from "../../packet/protocol.ts";
import type { Connections } from "./connections.ts";
import type { NetfilterEnvironment } from "./environment.ts";
import { type Hook, HookPoint, HookPriority, Verdict } from "./hook.ts";

const FRAGMENT_BITS = FragmentField.offsetMask | FragmentField.moreFragments;

/** NF_IP_PRI_CONNTRACK_DEFRAG. */
class DefragmentHook implements Hook {
  readonly point = HookPoint.preRouting;
  readonly priority = HookPriority.defragment;
  private readonly environment: NetfilterEnvironment;

  constructor(environment: NetfilterEnvironment) {
    this.environment = environment;
  }

  run(frame: Frame, input: NetDevice | null): Verdict {
    if ((frame.fragment & FRAGMENT_BITS) === 0 || input === null) return Verdict.accept;
    // what was tracked or put together before comes back from lo
    if (frame.conntrack !== null || frame.untracked) return Verdict.accept;
    const { tracking } = this.environment;
    const whole = tracking.reassemble(frame);
    if (whole !== null) tracking.resumeInput(whole, input, this.priority);
    return Verdict.stolen;
  }

  describe(): string {
    return "defragmentation";
  }
}

/** What `nf_conntrack_in` and `nf_confirm` have in common: at several points, with connections to look at. */
abstract class ConnectionHook implements Hook {
  readonly point: HookPoint;
  abstract readonly priority: number;
  protected readonly connections: Connections;
  private readonly environment: NetfilterEnvironment;

  constructor(point: HookPoint, connections: Connections, environment: NetfilterEnvironment) {
    this.point = point;
    this.connections = connections;
    this.environment = environment;
  }

  abstract run(frame: Frame): Verdict;
  abstract describe(): string;

  protected drop(frame: Frame): Verdict {
    const { environment } = this;
    const { trace } = environment;
    if (trace !== null)
      trace.dropped(environment.now(), environment.place, frame, "netfilter-drop", this);
    return Verdict.drop;
  }
}

class TrackHook extends ConnectionHook {
  readonly priority = HookPriority.conntrack;

  run(frame: Frame): Verdict {
    const received = this.point === HookPoint.preRouting;
    if (this.connections.tracking.track(frame, received)) return Verdict.accept;
    return this.drop(frame);
  }

  describe(): string {
    return "nf_conntrack: table full, dropping packet";
  }
}

class ConfirmHook extends ConnectionHook {
  readonly priority = HookPriority.conntrackConfirm;

  run(frame: Frame): Verdict {
    if (frame.conntrack === null || this.connections.tracking.confirm(frame)) return Verdict.accept;
    return this.drop(frame);
  }

  describe(): string {
    return "nf_conntrack: another connection has the same tuple";
  }
}

export const trackingHooks = (
  connections: Connections,
  environment: NetfilterEnvironment,
): readonly Hook[] => [
  new DefragmentHook(environment),
  new TrackHook(HookPoint.preRouting, connections, environment),
  new TrackHook(HookPoint.localOut, connections, environment),
  new ConfirmHook(HookPoint.postRouting, connections, environment),
  new ConfirmHook(HookPoint.localIn, connections, environment),
];
