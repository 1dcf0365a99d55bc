/**
 * What a kernel with FULLNAT drops before anybody else sees it (the fork's `ip_vs_pre_routing` and the end of
 * `tcp_conn_schedule`): every fragment but OSPF's, datagrams to an address of TCP services, and segments to such an
 * address that belong to no connection and open none. Left out: with vs.frag_drop_entry=0 the fork puts fragments together.
 */
import type { Frame } from "../../../packet/frame.ts";
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import { FragmentField, IpProtocol, TcpFlag } from "../../../packet/protocol.ts";
import type { Decider } from "../../../trace/trace.ts";
import { Verdict } from "../../netfilter/hook.ts";
import type { IpvsContext } from "../context.ts";
import type { FullNatHost } from "../host.ts";
import type { FullNatCounters } from "./counters.ts";

const OSPF = 89;
const OPENING = TcpFlag.syn | TcpFlag.ack | TcpFlag.fin | TcpFlag.rst;

const sysctl = (name: string): Decider => ({ describe: () => `net.ipv4.vs.${name}` });
const FRAGMENTS = sysctl("frag_drop_entry");
const DATAGRAMS = sysctl("udp_drop_entry");
const SEGMENTS = sysctl("tcp_drop_entry");

export class FrontGuard {
  private readonly context: IpvsContext;
  private readonly fullNat: FullNatHost;
  private readonly counters: FullNatCounters;

  constructor(context: IpvsContext, fullNat: FullNatHost, counters: FullNatCounters) {
    this.context = context;
    this.fullNat = fullNat;
    this.counters = counters;
  }

  /** A packet that came in, whoever it is for. */
  run(frame: Frame): Verdict {
    const { sysctls } = this.fullNat;
    if ((frame.fragment & (FragmentField.offsetMask | FragmentField.moreFragments)) !== 0) {
      if (sysctls.frag_drop_entry === 0 || frame.protocol === OSPF) return Verdict.accept;
      this.counters.defence_ip_frag_drop++;
      return this.context.drop(frame, "ipvs-defence", FRAGMENTS);
    }
    if (
      frame.protocol === IpProtocol.udp &&
      sysctls.udp_drop_entry !== 0 &&
      this.servesTcp(frame.destination)
    ) {
      this.counters.defence_udp_drop++;
      return this.context.drop(frame, "ipvs-defence", DATAGRAMS);
    }
    return Verdict.accept;
  }

  /** Whether a packet without a connection may make one: of TCP's only a SYN and nothing else. */
  mayOpen(frame: Frame): boolean {
    return frame.protocol !== IpProtocol.tcp || (frame.tcpFlags & OPENING) === TcpFlag.syn;
  }

  /** A packet that belongs to no connection, made none, and would go to the local stack. */
  unclaimed(frame: Frame): Verdict {
    if (frame.protocol !== IpProtocol.tcp || this.fullNat.sysctls.tcp_drop_entry === 0)
      return Verdict.accept;
    if (!this.servesTcp(frame.destination)) return Verdict.accept;
    this.counters.defence_tcp_drop++;
    return this.context.drop(frame, "ipvs-defence", SEGMENTS);
  }

  private servesTcp(address: Ipv4Address): boolean {
    const { services } = this.context.services;
    for (let i = 0; i < services.length; i++) {
      const service = services[i];
      if (service?.protocol === IpProtocol.tcp && service.address === address) return true;
    }
    return false;
  }
}
