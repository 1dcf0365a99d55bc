/**
 * The two segments that a SYN proxy makes: the SYN+ACK, which is the client's SYN turned round, and the SYN by which the
 * server hears of the client when it has proved that it is there (the fork's `syn_proxy_reuse_skb`, `syn_proxy_send_rs_syn`).
 *
 * Turned round: what the SYN offered stays as it stands, with the segment size at most vs.synproxy_init_mss and NOPs in the
 * place of what is turned off; its window stays too.
 */
import { copyFrame } from "../../../packet/copy-frame.ts";
import { EthernetHeader } from "../../../packet/ethernet-header.ts";
import { Frame, FrameOrigin } from "../../../packet/frame.ts";
import { packetLength } from "../../../packet/lengths.ts";
import { FragmentField, IpProtocol, TcpFlag } from "../../../packet/protocol.ts";
import type { Instant } from "../../../time/instant.ts";
import { get8, get16, get32, put16, put32 } from "../../../wire/octets.ts";
import {
  findTcpOption,
  setTcpOptionArea,
  TcpOptionKind,
  tcpOptionArea,
} from "../../../wire/tcp-option-area.ts";
import type { SynProxySysctls } from "../../sysctl/syn-proxy-sysctls.ts";
import type { CookieData } from "./cookies.ts";

/** For a SYN that does not say how much it takes (RFC 9293 §3.7.1). */
const SEGMENT_SIZE_DEFAULT = 536;
const WINDOW_SCALE_MAX = 14;
/** Nobody knows the client's window but the client; it tells with its next segment. */
const SERVER_SYN_WINDOW = 5000;
const TOS_MASK = 0x1e;
const NS_PER_MS = 1e6;

/** The clock of timestamps: milliseconds. */
const timestamp = (now: Instant): number => Math.floor(now / NS_PER_MS) | 0;

/** Makes of `area`, the options of a SYN, those of the SYN+ACK; what a cookie is to remember of them. */
function settleOffers(area: Uint8Array, sysctls: SynProxySysctls, now: Instant): CookieData {
  const blank = (at: number): void => {
    area.fill(TcpOptionKind.noOperation, at, at + get8(area, at + 1));
  };
  let segmentSize = SEGMENT_SIZE_DEFAULT;
  const size = findTcpOption(area, TcpOptionKind.maximumSegmentSize);
  if (size >= 0) {
    const offered = get16(area, size + 2);
    if (offered !== 0) segmentSize = Math.min(offered, sysctls.init_mss);
    put16(area, size + 2, segmentSize);
  }
  let windowScale = 0;
  const scale = findTcpOption(area, TcpOptionKind.windowScale);
  if (scale >= 0 && sysctls.wscale === 0) blank(scale);
  else if (scale >= 0) {
    windowScale = Math.min(get8(area, scale + 2), WINDOW_SCALE_MAX);
    area[scale + 2] = sysctls.wscale;
  }
  const stamps = findTcpOption(area, TcpOptionKind.timestamps);
  const timestamps = stamps >= 0 && sysctls.timestamp !== 0;
  if (timestamps) {
    put32(area, stamps + 6, get32(area, stamps + 2));
    put32(area, stamps + 2, timestamp(now));
  } else if (stamps >= 0) blank(stamps);
  const sack = findTcpOption(area, TcpOptionKind.sackPermitted);
  const sackPermitted = sack >= 0 && sysctls.sack !== 0;
  if (sack >= 0 && !sackPermitted) blank(sack);
  return { segmentSize, windowScale, timestamps, sackPermitted };
}

/** The SYN+ACK for `syn`, whose sequence number `cookie` makes of what is to be remembered; link addresses turned round as well. */
export function turnRound(
  syn: Frame,
  id: number,
  sysctls: SynProxySysctls,
  now: Instant,
  cookie: (data: CookieData) => number,
): Frame {
  const answer = copyFrame(syn, id);
  answer.parentId = syn.id;
  answer.origin = FrameOrigin.answer;
  answer.ethernet = new EthernetHeader(syn.sourceMac, syn.destinationMac);
  answer.source = syn.destination;
  answer.destination = syn.source;
  answer.sourcePort = syn.destinationPort;
  answer.destinationPort = syn.sourcePort;
  answer.ttl = sysctls.synack_ttl;
  answer.tos = 0;
  answer.tcpFlags = TcpFlag.syn | TcpFlag.ack;
  const area = tcpOptionArea(syn);
  answer.sequenceNumber = cookie(settleOffers(area, sysctls, now));
  answer.acknowledgementNumber = (syn.sequenceNumber + 1) | 0;
  if (area.length > 0) setTcpOptionArea(answer, area);
  answer.ipvsProperty = true;
  answer.untracked = true;
  answer.conntrack = null;
  answer.inputInterface = 0;
  return answer;
}

/** The SYN for the server, as the client would have sent it; `ack` is the client's segment with the cookie. */
export function serverSyn(ack: Frame, id: number, data: CookieData, now: Instant): Frame {
  const syn = new Frame(id);
  syn.parentId = ack.id;
  syn.origin = FrameOrigin.answer;
  // what a way to the client is remembered by
  syn.ethernet = ack.ethernet;
  syn.inputInterface = ack.inputInterface;
  syn.route = ack.route;
  syn.mark = ack.mark;
  syn.protocol = IpProtocol.tcp;
  syn.source = ack.source;
  syn.destination = ack.destination;
  syn.sourcePort = ack.sourcePort;
  syn.destinationPort = ack.destinationPort;
  syn.fragment = FragmentField.dontFragment;
  syn.tos = ack.tos & TOS_MASK;
  syn.tcpFlags = TcpFlag.syn;
  syn.sequenceNumber = (ack.sequenceNumber - 1) | 0;
  syn.window = SERVER_SYN_WINDOW;
  syn.synOptions = {
    maximumSegmentSize: data.segmentSize,
    windowScale: data.windowScale === 0 ? -1 : data.windowScale,
    sackPermitted: data.sackPermitted,
  };
  if (data.timestamps) {
    syn.hasTimestamps = true;
    syn.timestampValue = timestamp(now);
  }
  syn.length = packetLength(syn);
  return syn;
}
