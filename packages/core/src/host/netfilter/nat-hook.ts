/**
 * The nat table's place at one hook point (`nf_nat_inet_fn`, `nf_nat_ipv4_fn` and its kin): a connection's first packet goes
 * through the chain, and all its packets are changed to what was decided then.
 */
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import { IpProtocol } from "../../packet/protocol.ts";
import { Manipulation } from "../conntrack/nat/range.ts";
import { rewriteError, rewritePacket } from "../conntrack/nat/rewrite.ts";
import {
  ConnectionStatus,
  type TrackedConnection,
  type TrackedPacket,
} from "../conntrack/tracked-connection.ts";
import { PacketInfo, Way, wayOf } from "../conntrack/way.ts";
import type { Connections } from "./connections.ts";
import type { NetfilterEnvironment } from "./environment.ts";
import { type Hook, HookPoint, Verdict } from "./hook.ts";

/** The half of a flow that is changed at each hook point (HOOK2MANIP). */
const manipulationAt = (point: HookPoint): Manipulation =>
  point === HookPoint.postRouting || point === HookPoint.localIn
    ? Manipulation.source
    : Manipulation.destination;

export class NatHook implements Hook {
  readonly point: HookPoint;
  readonly priority: number;
  private readonly chain: Hook;
  private readonly manipulation: Manipulation;
  private readonly done: number;
  private readonly connections: Connections;
  private readonly environment: NetfilterEnvironment;

  /** `chain` runs the rules. */
  constructor(chain: Hook, connections: Connections, environment: NetfilterEnvironment) {
    this.chain = chain;
    this.point = chain.point;
    this.priority = chain.priority;
    this.manipulation = manipulationAt(chain.point);
    this.done =
      this.manipulation === Manipulation.source
        ? ConnectionStatus.sourceNatDone
        : ConnectionStatus.destinationNatDone;
    this.connections = connections;
    this.environment = environment;
  }

  run(frame: Frame, input: NetDevice | null, output: NetDevice | null): Verdict {
    const view = frame.conntrack as TrackedPacket | null;
    if (view === null) return Verdict.accept;
    const { destination } = frame;
    const verdict = this.translate(frame, view, input, output);
    if (verdict !== Verdict.accept) return verdict;
    if (this.point === HookPoint.preRouting) {
      // the route of a packet from lo no longer fits
      if (frame.destination !== destination) frame.route = null;
    } else if (this.point === HookPoint.localOut && leadsElsewhere(view)) {
      if (!this.environment.reroute(frame)) return this.drop(frame, "ip-no-route");
    }
    return verdict;
  }

  describe(): string {
    return this.chain.describe();
  }

  private translate(
    frame: Frame,
    { connection, info }: TrackedPacket,
    input: NetDevice | null,
    output: NetDevice | null,
  ): Verdict {
    const way = wayOf(info);
    const related = info === PacketInfo.related || info === PacketInfo.relatedReply;
    if (related && frame.protocol === IpProtocol.icmp)
      return rewriteError(frame, connection, way, this.manipulation)
        ? Verdict.accept
        : this.drop(frame, "netfilter-drop");
    if ((related || info === PacketInfo.new) && !connection.has(this.done)) {
      const verdict = this.chain.run(frame, input, output);
      if (verdict !== Verdict.accept) return verdict;
      if (!connection.has(this.done))
        this.connections.nat.bindToItself(connection, this.manipulation);
    } else if (this.leavesElsewhere(connection, way, output)) {
      this.connections.tracking.kill(connection);
      return this.drop(frame, "netfilter-drop");
    }
    rewritePacket(frame, connection, way, this.manipulation);
    return Verdict.accept;
  }

  /** Whether a masqueraded connection now leaves by a device whose address it does not have (`nf_nat_oif_changed`). */
  private leavesElsewhere(
    { masqueradeDevice }: TrackedConnection,
    way: Way,
    output: NetDevice | null,
  ): boolean {
    return (
      masqueradeDevice !== 0 &&
      this.point === HookPoint.postRouting &&
      way === Way.original &&
      output !== null &&
      this.environment.deviceIndex(output) !== masqueradeDevice
    );
  }

  private drop(frame: Frame, reason: "netfilter-drop" | "ip-no-route"): Verdict {
    const { environment } = this;
    const { trace } = environment;
    if (trace !== null) trace.dropped(environment.now(), environment.place, frame, reason, this);
    return Verdict.drop;
  }
}

/** Whether the connection's packets of this way go to another address than they name. */
function leadsElsewhere({ connection, info }: TrackedPacket): boolean {
  const { original, answer } = connection;
  return wayOf(info) === Way.original
    ? original.destination !== answer.source
    : answer.destination !== original.source;
}
