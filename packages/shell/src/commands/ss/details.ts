/**
 * What `ss` says of one socket in its last column: owners (-p), timer (-o), inode and cookie (-e), memory (-m), TCP's
 * state (-i). Left out of -i: what core does not count (segments, delivery rate, round trip of the receiver); of -m,
 * memory of what is to be sent, which is 0. Machines have one control group.
 */
import type { SocketMemory, SocketSummary, SocketTimer, TcpInfo } from "@lvsim/core";
import { TcpState } from "@lvsim/core";
import { commandName, type SocketOwner } from "../../network/socket-owners.ts";
import { generalNumber } from "./general-number.ts";

const LISTENER_WINDOW = 10;

/** The last cell; `owners` are those of the socket's inode. */
export function detailsText(
  given: ReadonlySet<string>,
  socket: SocketSummary,
  owners: readonly SocketOwner[],
): string {
  const { inode, memory, timer } = socket;
  let text = "";
  if (given.has("processes") && owners.length > 0) text += ownersText(owners);
  if (given.has("options") && timer !== null) text += timerText(timer);
  if (given.has("extended")) {
    text += ` ino:${inode} sk:${socket.cookie.toString(16)}`;
    if (memory !== null) text += " cgroup:/ <->";
  }
  const tcpInfo = given.has("info") && socket.protocol === "tcp";
  if (!given.has("memory") && !tcpInfo) return text;
  text += given.has("oneline") ? "" : "\n\t";
  if (given.has("memory") && memory !== null) text += memoryText(memory);
  if (tcpInfo) text += tcpText(given, socket);
  return text;
}

const ownersText = (owners: readonly SocketOwner[]): string =>
  ` users:(${owners
    .map(
      ({ process, descriptor }) =>
        `("${commandName(process)}",pid=${process.pid},fd=${descriptor})`,
    )
    .join(",")})`;

const timerText = ({ kind, left, tries }: SocketTimer): string =>
  ` timer:(${kind},${durationText(left)},${tries})`;

/** Minutes alone from ten on, milliseconds only below ten seconds. */
function durationText(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  const seconds = minutes > 9 ? 0 : Math.floor(milliseconds / 1000) % 60;
  const rest = minutes > 0 || seconds > 9 ? 0 : milliseconds % 1000;
  let text = minutes > 0 ? `${minutes}min` : "";
  if (seconds > 0) text += `${seconds}${rest > 0 ? "." : "sec"}`;
  if (rest > 0) text += `${String(rest).padStart(3, "0")}ms`;
  return text;
}

const memoryText = ({ receiveBuffer, received, sendBuffer }: SocketMemory): string =>
  ` skmem:(r${received},rb${receiveBuffer},t0,tb${sendBuffer},f0,w0,o0,bl0,d0)`;

function tcpText(given: ReadonlySet<string>, { state, tcp }: SocketSummary): string {
  if (state === TcpState.listen) return ` reno cwnd:${LISTENER_WINDOW}`;
  if (tcp === null) return "";
  const shown = [
    ...(given.has("options") ? [tcp.timestamps && "ts", tcp.sack && "sack"] : []),
    "reno",
    ...pathWords(tcp),
    ...countWords(tcp),
    ...sendWords(tcp),
    ...lossWords(tcp),
    ...receiveWords(tcp),
  ];
  return shown.map((word) => (word === false ? "" : ` ${word}`)).join("");
}

type Words = (string | false)[];

/** `name:n`, unless n is 0. */
const counted = (name: string, value: number): string | false => value !== 0 && `${name}:${value}`;

const pathWords = (tcp: TcpInfo): Words => [
  tcp.scales !== null && `wscale:${tcp.scales.join(",")}`,
  counted("rto", tcp.rto),
  counted("backoff", tcp.backoff),
  tcp.rtt !== 0 && `rtt:${generalNumber(tcp.rtt / 1000)}/${generalNumber(tcp.rttDeviation / 1000)}`,
  counted("ato", tcp.ackDelay),
  counted("mss", tcp.mss),
  counted("pmtu", tcp.pathMtu),
  counted("rcvmss", tcp.receiveMss),
  counted("advmss", tcp.advertisedMss),
  counted("cwnd", tcp.window),
  tcp.threshold !== null && `ssthresh:${tcp.threshold}`,
];

const countWords = (tcp: TcpInfo): Words => [
  counted("bytes_sent", tcp.octetsSent),
  counted("bytes_retrans", tcp.octetsResent),
  counted("bytes_acked", tcp.octetsAcknowledged),
  counted("bytes_received", tcp.octetsReceived),
];

/** The rate is what the window allows in a round trip. */
const sendWords = (tcp: TcpInfo): Words => [
  tcp.rtt !== 0 && `send ${((tcp.window * tcp.mss * 8e6) / tcp.rtt).toFixed(0)}bps`,
  counted("lastsnd", tcp.sinceSent),
  counted("lastrcv", tcp.sinceReceived),
  counted("lastack", tcp.sinceAcknowledged),
];

const lossWords = (tcp: TcpInfo): Words => [
  counted("unacked", tcp.unacknowledged),
  tcp.resentEver !== 0 && `retrans:${tcp.resentNow}/${tcp.resentEver}`,
  counted("lost", tcp.lost),
  counted("sacked", tcp.sacked),
];

const receiveWords = (tcp: TcpInfo): Words => [
  counted("rcv_space", tcp.receiveSpace),
  counted("rcv_ssthresh", tcp.receiveThreshold),
  counted("notsent", tcp.unsent),
  counted("snd_wnd", tcp.sendWindow),
];
