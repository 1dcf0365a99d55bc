/**
 * /proc/net/tcp and /proc/net/udp (`tcp4_seq_show`, `udp4_seq_show`). Addresses are hexadecimal in the order of a
 * little-endian machine, times in hundredths of a second. Left out: addresses of kernel objects, users other than root, how
 * quickly TCP acknowledges (all 0), and the hash bucket of UDP's sockets, which is the port here.
 */
import {
  type Endpoint,
  type NetworkNamespace,
  type SocketSummary,
  type SocketTimer,
  TcpState,
} from "@lvsim/core";
import { swappedAddress } from "./swapped-address.ts";

/** Every line is as wide, in characters. */
const TCP_WIDTH = 149;
const UDP_WIDTH = 127;
const TICK = 10;
const HEAD =
  "  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
const NO_OBJECT = "0".repeat(16);
const LISTENER_TAIL = "100 0 0 10 0";

const hex = (value: number, width: number): string =>
  value.toString(16).toUpperCase().padStart(width, "0");

const endText = ({ address, port }: Endpoint): string =>
  `${swappedAddress(address)}:${hex(port, 4)}`;

/** The kernel's numbers for what a timer waits for. */
const TIMERS: Readonly<Record<SocketTimer["kind"], number>> = {
  on: 1,
  keepalive: 2,
  timewait: 3,
  persist: 4,
};

function commonText(socket: SocketSummary): string {
  const { inode, local, receiveQueue, remote, state, timer } = socket;
  const shownState = state === TcpState.newSynReceived ? TcpState.synReceived : state;
  const sent = state === TcpState.listen ? 0 : socket.sendQueue;
  const kind = timer === null ? 0 : TIMERS[timer.kind];
  const left = timer === null ? 0 : Math.floor(timer.left / TICK);
  const retransmits = timer?.kind === "on" ? timer.tries : 0;
  const probes = timer === null || timer.kind === "on" ? 0 : timer.tries;
  return (
    `${endText(local)} ${endText(remote)} ${hex(shownState, 2)} ` +
    `${hex(sent, 8)}:${hex(receiveQueue, 8)} ${hex(kind, 2)}:${hex(left, 8)} ${hex(retransmits, 8)} ` +
    `${"0".padStart(5)} ${String(probes).padStart(8)} ${inode}`
  );
}

function tcpTail({ state, tcp, timer }: SocketSummary): string {
  if (state === TcpState.listen) return `1 ${NO_OBJECT} ${LISTENER_TAIL}`;
  if (tcp === null) return `${timer?.kind === "timewait" ? 3 : 1} ${NO_OBJECT}`;
  const rto = Math.floor(tcp.rto / TICK);
  const ato = Math.floor(tcp.ackDelay / TICK);
  return `1 ${NO_OBJECT} ${rto} ${ato} 0 ${tcp.window} ${tcp.threshold ?? -1}`;
}

const socketsOf = (
  { sockets }: NetworkNamespace,
  protocol: SocketSummary["protocol"],
): SocketSummary[] => sockets.summaries().filter((socket) => socket.protocol === protocol);

export function tcpFile(namespace: NetworkNamespace): string {
  const lines = socketsOf(namespace, "tcp").map(
    (socket, i) => `${String(i).padStart(4)}: ${commonText(socket)} ${tcpTail(socket)}`,
  );
  return [`  sl${HEAD}`, ...lines].map((line) => `${line.padEnd(TCP_WIDTH)}\n`).join("");
}

export function udpFile(namespace: NetworkNamespace): string {
  const lines = socketsOf(namespace, "udp").map(
    (socket) => `${String(socket.local.port).padStart(5)}: ${commonText(socket)} 2 ${NO_OBJECT} 0`,
  );
  return [`   sl${HEAD} ref pointer drops`, ...lines]
    .map((line) => `${line.padEnd(UDP_WIDTH)}\n`)
    .join("");
}
