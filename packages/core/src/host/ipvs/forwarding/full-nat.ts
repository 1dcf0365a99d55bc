/**
 * Full-nat (`-b` of Alibaba's fork, `ip_vs_fnat_xmit` and `ip_vs_fnat_response_xmit`): both ends are rewritten. The server
 * sees one of the service's local addresses and answers it, so it needs no route through this host. A packet leaves by the
 * link on which one of the other direction came in, without route, neighbour and hooks, as long as vs.fast_xmit
 * (answers) or vs.fast_xmit_inside (requests) is on and it is not longer than the device's MTU.
 *
 * TTLs stay as they are: the fork's kernel is older than IPVS's care for them. Its connections are not tracked: a hook at
 * POST_ROUTING keeps them from tracking, here they are marked beforehand. What differs in TCP is in
 * fullnat/tcp-translation.ts.
 */
import type { NetDevice } from "../../../link/net-device.ts";
import { copyFrame } from "../../../packet/copy-frame.ts";
import { EthernetHeader } from "../../../packet/ethernet-header.ts";
import type { Frame } from "../../../packet/frame.ts";
import { IpProtocol } from "../../../packet/protocol.ts";
import { Verdict } from "../../netfilter/hook.ts";
import type { Route } from "../../route/route.ts";
import type { Connection } from "../connection.ts";
import { FullNatCounters } from "../fullnat/counters.ts";
import { TcpTranslation } from "../fullnat/tcp-translation.ts";
import type { FullNatHost } from "../host.ts";
import { LinkPath, type LocalBinding } from "../local-binding.ts";
import type { Forwarder } from "./forwarder.ts";
import { type ForwardingPath, Preparation, RouteMode } from "./forwarding-path.ts";

/** Of lo, unless somebody changed it. */
const LOOPBACK_MTU = 65_536;

const MODE = RouteMode.local | RouteMode.nonLocal | RouteMode.redirect | RouteMode.keepTtl;

export class FullNat implements Forwarder {
  readonly counters = new FullNatCounters();
  private readonly path: ForwardingPath;
  private readonly fullNat: FullNatHost;
  private readonly tcp: TcpTranslation;

  constructor(path: ForwardingPath, fullNat: FullNatHost) {
    this.path = path;
    this.fullNat = fullNat;
    this.tcp = new TcpTranslation(path.host, fullNat, path.rows, this.counters);
  }

  forward(
    frame: Frame,
    connection: Connection,
    input: NetDevice | null,
    related: boolean,
  ): Verdict {
    const { rows } = this.path;
    const binding = rows.local(connection);
    if (binding === null) {
      this.path.drop(frame, "ipvs-no-local-port", connection);
      return Verdict.stolen;
    }
    const { fast_xmit, fast_xmit_inside } = this.fullNat.sysctls;
    if (fast_xmit !== 0 && input !== null) binding.toClient = this.pathOf(frame, binding.toClient);
    if (fast_xmit_inside !== 0) {
      const mtu = this.straightMtu(frame, binding.toServer);
      if (mtu > 0) {
        this.translateRequest(frame, binding, mtu);
        this.counters.fast_xmit_pass_inside++;
        return this.sendStraight(frame, connection, binding.toServer as LinkPath);
      }
      this.counters.fast_xmit_reject_inside++;
    }
    const server = rows.server(connection);
    const { serverAddress } = binding;
    const outcome = this.path.prepare(frame, server, serverAddress, MODE, -1, related, connection);
    if (outcome === Preparation.dropped) return Verdict.stolen;
    this.translateRequest(frame, binding, this.mtuTo(frame, binding));
    return this.pass(frame, connection, outcome);
  }

  /** Passes a server's answer on to the client. */
  answer(frame: Frame, connection: Connection): Verdict {
    const { rows } = this.path;
    const binding = rows.local(connection) as LocalBinding;
    const { fast_xmit, fast_xmit_inside } = this.fullNat.sysctls;
    if (fast_xmit_inside !== 0 && frame.inputInterface !== 0)
      binding.toServer = this.pathOf(frame, binding.toServer);
    if (fast_xmit !== 0) {
      if (this.straightMtu(frame, binding.toClient) > 0) {
        this.translateAnswer(frame, binding);
        this.counters.fast_xmit_pass++;
        return this.sendStraight(frame, connection, binding.toClient as LinkPath);
      }
      this.counters.fast_xmit_reject++;
    }
    const client = rows.clientAddress(connection);
    const outcome = this.path.prepare(frame, null, client, MODE, -1, false, connection);
    if (outcome === Preparation.dropped) return Verdict.stolen;
    this.translateAnswer(frame, binding);
    return this.pass(frame, connection, outcome);
  }

  /** An ICMP error of a client, or of a router before it, about an answer: it goes to the server. */
  errorToServer(error: Frame, quoted: Frame, connection: Connection): Verdict {
    const { rows } = this.path;
    const binding = rows.local(connection);
    if (binding === null) return Verdict.accept;
    const server = rows.server(connection);
    const { serverAddress } = binding;
    const outcome = this.path.prepare(error, server, serverAddress, MODE, -1, true, connection);
    if (outcome === Preparation.dropped) return Verdict.stolen;
    const inner = copyFrame(quoted, quoted.id);
    inner.source = serverAddress;
    inner.sourcePort = binding.serverPort;
    inner.destination = binding.localAddress.address;
    inner.destinationPort = binding.port;
    error.inner = inner;
    error.source = binding.localAddress.address;
    error.destination = serverAddress;
    return this.pass(error, connection, outcome);
  }

  /** An ICMP error of a server, or of a router before it, about a request: it goes to the client, in the VIP's name. */
  errorToClient(error: Frame, quoted: Frame, binding: LocalBinding): Verdict {
    const { rows } = this.path;
    const { connection } = binding;
    const client = rows.clientAddress(connection);
    const outcome = this.path.prepare(error, null, client, MODE, -1, true, connection);
    if (outcome === Preparation.dropped) return Verdict.stolen;
    const inner = copyFrame(quoted, quoted.id);
    inner.source = client;
    inner.sourcePort = rows.clientPort(connection);
    inner.destination = rows.virtualAddress(connection);
    inner.destinationPort = rows.virtualPort(connection);
    inner.sequenceNumber = (inner.sequenceNumber - binding.sequenceDelta) | 0;
    error.inner = inner;
    error.source = inner.destination;
    error.destination = client;
    return this.pass(error, connection, outcome);
  }

  private translateRequest(frame: Frame, binding: LocalBinding, mtu: number): void {
    if (frame.protocol === IpProtocol.tcp) this.tcp.request(frame, binding, mtu);
    frame.source = binding.localAddress.address;
    frame.sourcePort = binding.port;
    frame.destination = binding.serverAddress;
    frame.destinationPort = binding.serverPort;
  }

  private translateAnswer(frame: Frame, binding: LocalBinding): void {
    const { rows } = this.path;
    const { connection } = binding;
    if (frame.protocol === IpProtocol.tcp) this.tcp.answer(frame, binding);
    frame.source = rows.virtualAddress(connection);
    frame.sourcePort = rows.virtualPort(connection);
    frame.destination = rows.clientAddress(connection);
    frame.destinationPort = rows.clientPort(connection);
  }

  /** The way by which `frame` came; `known` when it is the same. */
  private pathOf(frame: Frame, known: LinkPath | null): LinkPath | null {
    const { inputInterface, sourceMac, destinationMac } = frame;
    if (
      known !== null &&
      known.device === inputInterface &&
      known.peer === sourceMac &&
      known.own === destinationMac
    )
      return known;
    if (this.fullNat.linkMtu(inputInterface) === 0) return known;
    return new LinkPath(inputInterface, sourceMac, destinationMac);
  }

  /** The MTU of a way on which `frame` may leave; 0 when it may not. */
  private straightMtu(frame: Frame, path: LinkPath | null): number {
    if (path === null) return 0;
    const mtu = this.fullNat.linkMtu(path.device);
    return frame.length > mtu ? 0 : mtu;
  }

  private mtuTo(frame: Frame, { serverAddress }: LocalBinding): number {
    const route = frame.route as Route | null;
    // before routing a packet for this host itself has none: it stays on lo
    return route === null ? LOOPBACK_MTU : this.path.host.ip.mtuOf(route, serverAddress);
  }

  private sendStraight(frame: Frame, connection: Connection, path: LinkPath): Verdict {
    frame.ipvsProperty = true;
    frame.ethernet = new EthernetHeader(path.peer, path.own);
    this.path.noteForwarded(frame, connection);
    this.fullNat.transmit(frame, path.device);
    return Verdict.stolen;
  }

  private pass(frame: Frame, connection: Connection, outcome: Preparation): Verdict {
    frame.conntrack = null;
    frame.untracked = true;
    return outcome === Preparation.local
      ? this.path.deliver(frame, connection)
      : this.path.send(frame, connection);
  }
}
