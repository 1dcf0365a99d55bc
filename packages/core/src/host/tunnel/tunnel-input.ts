/**
 * Taking packets out of IP in IP (RFC 2003; `ipip_rcv`) and GRE (`gre_rcv`, `ip_tunnel_rcv`): the device that they are
 * for is found, checksum, key, sequence number and congestion marks are judged, and the packet inside appears on the
 * device as if it had just arrived there. Left out: WCCP, Ethernet and ERSPAN inside GRE.
 */
import { copyFrame } from "../../packet/copy-frame.ts";
import { ChecksumFault, type Frame, FrameOrigin } from "../../packet/frame.ts";
import { GreFlag, GreHeaderReader } from "../../packet/gre-header.ts";
import { EtherType, IcmpType, IpProtocol, UnreachableCode } from "../../packet/protocol.ts";
import type { DropReason } from "../../trace/drop-reason.ts";
import type { IpContext } from "../ip/ip-context.ts";
import { decapsulatedTos } from "./ecn.ts";
import type { TunnelDevice } from "./tunnel-device.ts";
import { isTunnelError, noteTunnelError } from "./tunnel-errors.ts";
import type { TunnelTable } from "./tunnel-table.ts";

/** The devices of one kind; it changes with every change of configuration. */
export type TableOf = (kind: "ipip" | "gre") => TunnelTable;

export class TunnelInput {
  /** The device that decided about the last packet; null when none was found. */
  device: TunnelDevice | null = null;
  private readonly context: IpContext;
  private readonly table: TableOf;
  private readonly header = new GreHeaderReader();

  constructor(context: IpContext, table: TableOf) {
    this.context = context;
    this.table = table;
  }

  /** `outer` carries an IPv4 packet at once. Null when that goes on, else why it ends. */
  ipip(outer: Frame): DropReason | null {
    const { inputInterface, source, destination } = outer;
    this.device = this.table("ipip").find(inputInterface, source, destination, 0, 0, false);
    const { device } = this;
    if (device === null) return this.nobody(outer);
    const { protocol } = device.parameters;
    if (protocol !== 0 && protocol !== IpProtocol.ipip) return "tunnel-error";
    return this.deliver(outer, outer.inner, device);
  }

  /** `outer` carries a GRE packet whose header stands `skip` octets behind the begin of its payload. */
  gre(outer: Frame, skip: number): DropReason | null {
    const { header } = this;
    this.device = null;
    const from = outer.payloadOffset + skip;
    if (!header.read(outer.payload, from, outer.payloadOffset + outer.payloadLength))
      return "tunnel-error";
    const hasChecksum = (header.flags & GreFlag.checksum) !== 0;
    const isWrong = (outer.checksumFaults & ChecksumFault.transport) !== 0;
    if (hasChecksum && isWrong) return "tunnel-checksum";
    const { inputInterface, source, destination } = outer;
    if (header.protocol !== ETHERNET)
      this.device = this.table("gre").find(
        inputInterface,
        source,
        destination,
        header.flags,
        header.key,
        true,
      );
    const { device } = this;
    if (device === null) return this.nobody(outer);
    const refused = judgeHeader(header, device);
    if (refused !== null) {
      device.errors.receiveErrors++;
      return refused;
    }
    if (header.protocol !== EtherType.ipv4) {
      device.counters.receiveDrops++;
      return "unhandled-protocol";
    }
    return this.deliver(outer, outer.inner, device);
  }

  /** An ICMP error about a packet of ours; `carried` is the protocol inside it, UDP taken off. */
  icmpError(error: Frame, carried: number, skip: number): void {
    const quoted = error.inner;
    if (quoted === null) return;
    const { inputInterface } = error;
    const { source, destination } = quoted;
    const kind = carried === IpProtocol.gre ? "gre" : "ipip";
    let flags = 0;
    let key = 0;
    if (kind === "gre") {
      const from = quoted.payloadOffset + skip;
      const end = quoted.payloadOffset + quoted.payloadLength;
      if (!this.header.read(quoted.payload, from, end)) return;
      ({ flags, key } = this.header);
    }
    if (!isTunnelError(kind, error)) return;
    const table = this.table(kind);
    const device = table.find(inputInterface, destination, source, flags, key, kind === "gre");
    if (device !== null) noteTunnelError(device, error, this.context.engine.now);
  }

  private nobody(outer: Frame): DropReason {
    const code = UnreachableCode.port;
    this.context.sendIcmpError(outer, IcmpType.destinationUnreachable, code, 0);
    return "tunnel-no-device";
  }

  private deliver(outer: Frame, carried: Frame | null, device: TunnelDevice): DropReason | null {
    if (carried === null) return "tunnel-error";
    const tos = decapsulatedTos(outer.tos, carried.tos);
    if (tos < 0) {
      device.errors.receiveErrors++;
      device.errors.frameErrors++;
      return "tunnel-error";
    }
    const inner = copyFrame(carried, carried.id);
    inner.parentId = outer.id;
    inner.origin = FrameOrigin.decapsulated;
    inner.enterHost(device.index);
    inner.mark = outer.mark;
    inner.ipvsProperty = outer.ipvsProperty;
    inner.tos = tos;
    device.arrive(inner, outer);
    return null;
  }
}

/** ETH_P_TEB: transparent Ethernet bridging. */
const ETHERNET = 0x6558;

/** What a device insists on: a checksum or none, and sequence numbers that do not go back. */
function judgeHeader(header: GreHeaderReader, device: TunnelDevice): DropReason | null {
  const { inputFlags } = device.parameters;
  if (((header.flags ^ inputFlags) & GreFlag.checksum) !== 0) {
    device.errors.crcErrors++;
    return "tunnel-checksum";
  }
  if ((inputFlags & GreFlag.sequence) === 0) return null;
  const behind = device.inputSequence !== 0 && ((header.sequence - device.inputSequence) | 0) < 0;
  if ((header.flags & GreFlag.sequence) === 0 || behind) {
    device.errors.fifoErrors++;
    return "tunnel-out-of-sequence";
  }
  device.inputSequence = (header.sequence + 1) | 0;
  return null;
}
