/**
 * The *in* hook (`ip_vs_in_hook`): requests of clients at LOCAL_IN, and of this host's own clients at LOCAL_OUT. The
 * order of its decisions is ipvs-behaviour.md §5.1.
 */
import type { NetDevice } from "../../link/net-device.ts";
import { type Frame, PacketType } from "../../packet/frame.ts";
import { FragmentField, IpProtocol } from "../../packet/protocol.ts";
import { HookPoint, HookPriority, Verdict } from "../netfilter/hook.ts";
import { Admission } from "./admission.ts";
import { type Connection, ConnectionFlag, NO_CONNECTION } from "./connection.ts";
import type { IpvsContext } from "./context.ts";
import type { FrontGuard } from "./fullnat/front-guard.ts";
import { IcmpRequests } from "./icmp-requests.ts";
import { isIpsec, keyExchangeOf } from "./protocol/ipsec.ts";
import { Direction, type Protocol } from "./protocol/protocol.ts";
import { SynProxy } from "./synproxy/syn-proxy.ts";

const FRAGMENT_BITS = FragmentField.offsetMask | FragmentField.moreFragments;

/** What became of an entry that a packet found. */
const Fate = { usable: 0, replaced: 1, serverGone: 2, stillTracked: 3 } as const;
type Fate = (typeof Fate)[keyof typeof Fate];

export class Inbound {
  private readonly icmp: IcmpRequests;
  private readonly context: IpvsContext;
  private readonly admission: Admission;
  /** null on a mainline kernel. */
  private readonly guard: FrontGuard | null;
  /** Likewise. */
  readonly synProxy: SynProxy | null;

  constructor(context: IpvsContext, guard: FrontGuard | null) {
    this.context = context;
    this.guard = guard;
    this.admission = new Admission(context);
    this.icmp = new IcmpRequests(context, this.admission);
    const { fullNat } = context.host;
    this.synProxy = fullNat === null ? null : new SynProxy(context, fullNat, this.admission, this);
  }

  /** An ICMP packet on its way through (`ip_vs_forward_icmp`). */
  runForwarded(frame: Frame, input: NetDevice | null): Verdict {
    if (this.context.sync?.ignoresRequests) return Verdict.accept;
    if ((frame.fragment & FRAGMENT_BITS) === 0)
      return this.icmp.run(frame, input, HookPoint.forward);
    // also what is no error is put together before it is looked at
    const { fragments } = this.context.host;
    const whole = fragments.reassembleForwarded(frame);
    if (whole !== null && this.icmp.run(whole, input, HookPoint.forward) === Verdict.accept)
      fragments.resumeForward(whole, HookPriority.natSource - 1);
    return Verdict.stolen;
  }

  run(frame: Frame, input: NetDevice | null, point: HookPoint): Verdict {
    if (frame.ipvsProperty === true) return Verdict.accept;
    if (frame.packetType !== PacketType.host && point !== HookPoint.localOut) return Verdict.accept;
    const { context } = this;
    if (context.sync?.ignoresRequests) return Verdict.accept;
    if (frame.protocol === IpProtocol.icmp) return this.icmp.run(frame, input, point);
    const protocol = context.protocols.withNumber(frame.protocol);
    if (protocol === null) {
      // what it carries will come by again
      if (context.host.sysctls.ignore_tunneled !== 0) frame.ipvsProperty = true;
      return Verdict.accept;
    }
    if ((frame.fragment & FragmentField.offsetMask) !== 0) return Verdict.accept;
    const synProxy = frame.protocol === IpProtocol.tcp ? this.synProxy : null;
    if (synProxy?.receiveSyn(frame)) return synProxy.verdict;
    let connection = context.connections.table.findRequest(
      frame.protocol,
      frame.source,
      frame.sourcePort,
      frame.destination,
      frame.destinationPort,
    );
    if (connection === NO_CONNECTION && isIpsec(frame.protocol))
      connection = keyExchangeOf(context.connections.table, frame.source, frame.destination);
    if (connection !== NO_CONNECTION) {
      if (synProxy?.takesOver(frame, connection, input)) return Verdict.stolen;
      const fate = this.judge(connection, protocol, frame);
      if (fate === Fate.serverGone)
        return context.dropFor(frame, "ipvs-destination-gone", connection);
      if (fate === Fate.stillTracked)
        return context.dropFor(frame, "ipvs-connection-refused-by-conntrack", connection);
      if (fate === Fate.replaced) connection = NO_CONNECTION;
    }
    if (connection === NO_CONNECTION) {
      const answered = this.answerFullNat(frame, protocol);
      if (answered !== Verdict.accept) return answered;
      if (synProxy?.receiveAck(frame, protocol, input)) return synProxy.verdict;
      const { guard } = this;
      if (guard !== null && !guard.mayOpen(frame)) return guard.unclaimed(frame);
      connection = this.admission.admit(frame, protocol, input);
      if (connection === NO_CONNECTION) return this.leave(frame);
      const { memory } = context.connections;
      if (memory !== null) memory.opened(frame, input);
    }
    return this.pass(frame, connection, protocol, input);
  }

  /** What becomes of a packet that got no connection. */
  private leave(frame: Frame): Verdict {
    const { verdict } = this.admission;
    return this.guard === null || verdict !== Verdict.accept
      ? verdict
      : this.guard.unclaimed(frame);
  }

  /** A request on its way to the server of `connection`. */
  pass(frame: Frame, connection: Connection, protocol: Protocol, input: NetDevice | null): Verdict {
    const { context } = this;
    const { rows } = context;
    if (this.synProxy !== null && rows.has(connection, ConnectionFlag.synProxied)) {
      const proxied = this.synProxy.translateRequest(frame, connection);
      if (proxied !== Verdict.accept) return proxied;
    }
    context.estimator.countIn(rows.server(connection), frame.length);
    context.advance(connection, protocol, Direction.input, frame);
    const forwarder = context.forwarders.of(rows.method(connection));
    const verdict = forwarder.forward(frame, connection, input, false);
    if (context.sync !== null) context.sync.passed(connection, rows.inPackets(connection) + 1);
    context.connections.done(connection, 1);
    return verdict;
  }

  /** Whether the entry that a packet found still serves it. */
  private judge(connection: Connection, protocol: Protocol, frame: Frame): Fate {
    if (protocol.isOpening(frame)) {
      const fate = this.judgeOpening(connection, protocol, frame);
      if (fate !== Fate.usable) return fate;
    }
    const { rows } = this.context;
    const server = rows.server(connection);
    if (server === null || server.available === true) return Fate.usable;
    if (this.context.host.sysctls.expire_nodest_conn === 0) return Fate.serverGone;
    if (this.guard !== null) {
      this.context.connections.expireNow(connection);
      return Fate.serverGone;
    }
    const tracked = this.isTracked(connection, frame);
    if (!tracked) rows.lower(connection, ConnectionFlag.tracked);
    this.context.connections.expireNow(connection);
    return tracked ? Fate.stillTracked : Fate.replaced;
  }

  /** A client opens a connection whose tuple has an entry: vs.expire_nodest_conn and vs.conn_reuse_mode. */
  private judgeOpening(connection: Connection, protocol: Protocol, frame: Frame): Fate {
    // the fork takes the entry over as it is (fullnat/tcp-translation.ts)
    if (this.guard !== null) return Fate.usable;
    const { rows } = this.context;
    const { expire_nodest_conn, conn_reuse_mode } = this.context.host.sysctls;
    let tracked: boolean;
    if (expire_nodest_conn !== 0 && rows.server(connection)?.weight === 0) {
      tracked = this.isTracked(connection, frame);
    } else if (
      conn_reuse_mode !== 0 &&
      rows.control(connection) === NO_CONNECTION &&
      protocol.isReusable(connection, conn_reuse_mode)
    ) {
      tracked = this.isTracked(connection, frame);
      if (rows.controlled(connection) > 0 && tracked) return Fate.usable;
    } else return Fate.usable;
    if (!tracked) rows.lower(connection, ConnectionFlag.tracked);
    if (rows.controlled(connection) === 0) this.context.connections.expireNow(connection);
    return tracked ? Fate.stillTracked : Fate.replaced;
  }

  /** Whether connection tracking knows the packet's flow already (`ip_vs_conn_uses_old_conntrack`). */
  private isTracked(connection: Connection, frame: Frame): boolean {
    if (!this.context.rows.has(connection, ConnectionFlag.tracked)) return false;
    return this.context.host.conntrack?.isConfirmed(frame) ?? false;
  }

  /** A server's answer to one of full-nat's local addresses; ACCEPT when it is none. */
  private answerFullNat(frame: Frame, protocol: Protocol): Verdict {
    const { connections, rows, estimator, forwarders } = this.context;
    const binding = connections.localPorts.find(
      frame.protocol,
      frame.source,
      frame.sourcePort,
      frame.destination,
      frame.destinationPort,
    );
    if (binding === null) return Verdict.accept;
    const { connection } = binding;
    estimator.countOut(rows.server(connection), frame.length);
    if (this.synProxy !== null && rows.has(connection, ConnectionFlag.synProxied)) {
      const proxied = this.synProxy.translateAnswer(frame, connection, protocol);
      if (proxied === Verdict.stolen) return proxied;
    }
    this.context.advance(connection, protocol, Direction.output, frame);
    const verdict = forwarders.fullNat?.answer(frame, connection) ?? Verdict.accept;
    connections.refresh(connection);
    return verdict;
  }
}
