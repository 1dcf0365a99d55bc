/** TCP and UDP sockets as `netstat -tun` shows them (`inet_do_one`), with users, inodes, programs and timers where asked for. */

import type { NetworkNamespace } from "@lvsim/core";
import {
  type Endpoint,
  formatIpv4Address,
  type SocketSummary,
  type SocketTimer,
  TcpState,
} from "@lvsim/core";
import type { SocketOwner } from "../../network/socket-owners.ts";
import type { FileSystem } from "../../vfs/file-system.ts";
import { basename } from "../../vfs/path.ts";
import { nameOfHost } from "../hosts-file.ts";

export interface SocketTableStyle {
  readonly tcp: boolean;
  readonly udp: boolean;
  readonly which: "listening" | "all" | "connected";
  readonly numericHosts: boolean;
  readonly numericPorts: boolean;
  readonly numericUsers: boolean;
  readonly extended: boolean;
  /** Who has each socket open, by inode; null shows no programs. */
  readonly owners: ReadonlyMap<number, readonly SocketOwner[]> | null;
  readonly timers: boolean;
}

const TITLES = {
  listening: "Active Internet connections (only servers)\n",
  all: "Active Internet connections (servers and established)\n",
  connected: "Active Internet connections (w/o servers)\n",
} as const;

const PROGRAM_WIDTH = 20;
const HEAD = "Proto Recv-Q Send-Q Local Address           Foreign Address         State      ";

const STATES: ReadonlyMap<TcpState, string> = new Map([
  [TcpState.established, "ESTABLISHED"],
  [TcpState.synSent, "SYN_SENT"],
  [TcpState.synReceived, "SYN_RECV"],
  [TcpState.newSynReceived, "SYN_RECV"],
  [TcpState.finWait1, "FIN_WAIT1"],
  [TcpState.finWait2, "FIN_WAIT2"],
  [TcpState.timeWait, "TIME_WAIT"],
  [TcpState.close, "CLOSE"],
  [TcpState.closeWait, "CLOSE_WAIT"],
  [TcpState.lastAck, "LAST_ACK"],
  [TcpState.listen, "LISTEN"],
  [TcpState.closing, "CLOSING"],
]);

/** Of /etc/services, what labs use. */
const SERVICES: ReadonlyMap<number, string> = new Map([
  [21, "ftp"],
  [22, "ssh"],
  [25, "smtp"],
  [53, "domain"],
  [80, "http"],
  [443, "https"],
  [3306, "mysql"],
  [8080, "http-alt"],
]);

export function socketTableText(
  { sockets }: NetworkNamespace,
  files: FileSystem,
  style: SocketTableStyle,
): string {
  const rows = sockets.summaries();
  const shown = (protocol: "tcp" | "udp"): string =>
    rows
      .filter((row) => row.protocol === protocol && isShown(row, style.which))
      .map((row) => line(row, files, style))
      .join("");
  const more =
    (style.extended ? ` ${"User".padEnd(10)} ${"Inode".padEnd(10)}` : "") +
    (style.owners === null ? "" : ` ${"PID/Program name".padEnd(PROGRAM_WIDTH)}`) +
    (style.timers ? " Timer" : "");
  return (
    `${TITLES[style.which]}${HEAD}${more}\n` +
    (style.tcp ? shown("tcp") : "") +
    (style.udp ? shown("udp") : "")
  );
}

function isShown({ remote, state }: SocketSummary, which: SocketTableStyle["which"]): boolean {
  if (which === "all") return true;
  return (state === TcpState.listen || remote.port === 0) === (which === "listening");
}

function line(row: SocketSummary, files: FileSystem, style: SocketTableStyle): string {
  const isBare = row.protocol === "udp" && row.state === TcpState.close;
  const state = isBare ? "" : (STATES.get(row.state) ?? "UNKNOWN");
  // a listener's backlog is not told in /proc/net/tcp
  const sent = row.state === TcpState.listen ? 0 : row.sendQueue;
  return (
    `${row.protocol.padEnd(5)} ${String(row.receiveQueue).padStart(6)} ${String(sent).padStart(6)} ` +
    `${endpointText(row.local, files, style).padEnd(23)} ` +
    `${endpointText(row.remote, files, style).padEnd(23)} ${state.padEnd(11)}${moreText(row, style)}\n`
  );
}

function moreText({ inode, timer }: SocketSummary, style: SocketTableStyle): string {
  let text = "";
  if (style.extended)
    text += ` ${(style.numericUsers ? "0" : "root").padEnd(10)} ${String(inode).padEnd(10)}`;
  if (style.owners !== null) {
    const owner = style.owners.get(inode)?.[0];
    text += ` ${(owner === undefined ? "-" : programText(owner)).padEnd(PROGRAM_WIDTH)}`;
  }
  return style.timers ? `${text} ${timerText(timer)}` : text;
}

/** One place of the column is left for the end of a C string. */
function programText({ process: { argv, pid } }: SocketOwner): string {
  const [first = ""] = argv;
  const name = first.startsWith("/") ? basename(first) : first;
  return `${pid}/${name}`.slice(0, PROGRAM_WIDTH - 1);
}

/** Seconds left, timeouts, probes. */
function timerText(timer: SocketTimer | null): string {
  if (timer === null) return "off (0.00/0/0)";
  const { kind, left, tries } = timer;
  const name = kind === "persist" ? "probe" : kind;
  const counts = kind === "on" ? `${tries}/0` : `0/${tries}`;
  return `${name} (${(left / 1000).toFixed(2)}/${counts})`;
}

function endpointText(
  { address, port }: Endpoint,
  files: FileSystem,
  { numericHosts, numericPorts }: SocketTableStyle,
): string {
  const named = numericHosts || address === 0 ? undefined : nameOfHost(files, address);
  const host = named ?? formatIpv4Address(address);
  const service = numericPorts ? undefined : SERVICES.get(port);
  return `${host}:${port === 0 ? "*" : (service ?? String(port))}`;
}
