/**
 * `ss` of iproute2 6.1: TCP and UDP sockets of the namespace. Left out: the other families, of which there are no sockets
 * to show, and what details.ts says.
 */
import { formatIpv4Address, type Ipv4Address, type SocketSummary, TcpState } from "@lvsim/core";
import {
  type Command,
  result,
  type SimpleContext,
  type SimpleResult,
  simpleCommand,
} from "../../command.ts";
import { serviceOfPort } from "../../network/services.ts";
import { type SocketOwner, socketOwners } from "../../network/socket-owners.ts";
import { CommandFailure, orFailure } from "../../options/failure.ts";
import { flag, Getopt, type GetoptOption, valued } from "../../options/getopt.ts";
import { nameOfHost } from "../hosts-file.ts";
import { type Row, tableText } from "./columns.ts";
import { detailsText } from "./details.ts";
import { type SocketTest, socketFilter } from "./filter.ts";
import {
  ALL_STATES,
  CONNECTED_STATES,
  hasState,
  isOneState,
  LISTENING_STATES,
  statesNamed,
  stateText,
} from "./states.ts";
import { SS_USAGE } from "./usage.ts";

const LETTERS: readonly (readonly [string, string])[] = [
  ["h", "help"],
  ["V", "version"],
  ["n", "numeric"],
  ["r", "resolve"],
  ["a", "all"],
  ["l", "listening"],
  ["o", "options"],
  ["e", "extended"],
  ["m", "memory"],
  ["p", "processes"],
  ["T", "threads"],
  ["i", "info"],
  ["s", "summary"],
  ["", "tos"],
  ["", "cgroup"],
  ["b", "bpf"],
  ["Z", "context"],
  ["z", "contexts"],
  ["4", "ipv4"],
  ["6", "ipv6"],
  ["0", "packet"],
  ["t", "tcp"],
  ["M", "mptcp"],
  ["S", "sctp"],
  ["u", "udp"],
  ["d", "dccp"],
  ["w", "raw"],
  ["x", "unix"],
  ["", "tipc"],
  ["", "vsock"],
  ["", "xdp"],
  ["H", "no-header"],
  ["O", "oneline"],
  ["", "inet-sockopt"],
];
const OPTIONS: readonly GetoptOption<string>[] = [
  ...LETTERS.map(([letter, name]) => flag(letter, name, name)),
  ...(["events", "kill"] as const).map((name) => flag(name === "kill" ? "K" : "E", name, name)),
  valued("N", "net", "net"),
  valued("f", "family", "family"),
  valued("A", "query", "query"),
  valued("", "socket", "query"),
  valued("D", "diag", "diag"),
  valued("F", "filter", "filter"),
];

const FAMILIES: readonly string[] = [
  "inet",
  "inet6",
  "link",
  "unix",
  "netlink",
  "vsock",
  "tipc",
  "xdp",
];
/** Kinds of sockets that can be asked for, and of which there are none here. */
const ABSENT: readonly string[] = [
  "packet",
  "mptcp",
  "sctp",
  "dccp",
  "raw",
  "unix",
  "tipc",
  "vsock",
  "xdp",
];
const QUERIES: readonly string[] = [
  "all",
  "inet",
  "tcp",
  "udp",
  "mptcp",
  "raw",
  "unix",
  "unix_dgram",
  "unix_stream",
  "unix_seqpacket",
  "packet",
  "packet_raw",
  "packet_dgram",
  "netlink",
  "dccp",
  "sctp",
  "vsock_stream",
  "vsock_dgram",
  "tipc",
  "xdp",
];
const LEFT_OUT: readonly string[] = ["events", "kill", "net", "diag", "filter"];

interface Request {
  readonly given: ReadonlySet<string>;
  readonly kinds: ReadonlySet<string>;
  readonly states: number;
  readonly test: SocketTest;
}

const NO_OWNERS: ReadonlyMap<number, readonly SocketOwner[]> = new Map();

const usage = (complaint: string): CommandFailure =>
  new CommandFailure(255, `${complaint}\n${SS_USAGE}`);

function readRequest(argv: readonly string[]): Request | "help" | "version" {
  const given = new Set<string>();
  const kinds = new Set<string>();
  const getopt = new Getopt(OPTIONS, ["ss", ...argv.slice(1)]);
  for (let item = getopt.next(); item.kind !== "end"; item = getopt.next()) {
    if (item.kind === "error") throw usage(item.message);
    const { tag } = item;
    if (tag === "help" || tag === "version") return tag;
    if (LEFT_OUT.includes(tag))
      throw new CommandFailure(255, `ss: ${item.typed} is left out of lvsim\n`);
    if (tag === "family") takeFamily(item.value ?? "", given, kinds);
    else if (tag === "query") takeQuery(item.value ?? "", kinds);
    else if (tag === "tcp" || tag === "udp" || ABSENT.includes(tag)) kinds.add(tag);
    else given.add(tag);
  }
  const first = given.has("all")
    ? ALL_STATES
    : given.has("listening")
      ? LISTENING_STATES
      : CONNECTED_STATES;
  const { rest, states } = stateWords(getopt.operands, first);
  return { given, kinds, states, test: socketFilter(rest) };
}

function takeFamily(name: string, given: Set<string>, kinds: Set<string>): void {
  if (!FAMILIES.includes(name)) throw usage(`ss: "${name}" is invalid family`);
  if (name === "inet6") given.add("ipv6");
  else if (name !== "inet") kinds.add(name);
}

function takeQuery(list: string, kinds: Set<string>): void {
  for (const name of list.split(",")) {
    if (!QUERIES.includes(name)) throw usage(`ss: "${name}" is illegal socket table id`);
    if (name === "all" || name === "inet") for (const kind of ["tcp", "udp"]) kinds.add(kind);
    else kinds.add(name);
  }
}

/** `state S` and `exclude S` before the expression: the first `state` replaces what the options chose. */
function stateWords(
  words: readonly string[],
  first: number,
): { readonly rest: readonly string[]; readonly states: number } {
  let states = first;
  let replaced = false;
  let at = 0;
  for (; words[at] === "state" || words[at] === "exclude" || words[at] === "excl"; at += 2) {
    const name = words[at + 1];
    if (name === undefined) throw usage("ss: no state given");
    const named = statesNamed(name);
    if (named === undefined) throw new CommandFailure(255, `ss: wrong state name: ${name}\n`);
    if (words[at] === "state") states = replaced ? states | named : named;
    else states &= ~named;
    replaced = true;
  }
  return { rest: words.slice(at), states };
}

function run(context: SimpleContext): SimpleResult {
  const request = readRequest(context.argv);
  if (request === "help") return result({ stdout: SS_USAGE });
  if (request === "version") return result({ stdout: "ss utility, iproute2-6.1.0\n" });
  const sockets = context.namespace.sockets.summaries();
  if (request.given.has("summary")) return result({ stdout: summaryText(sockets) });
  return result({ stdout: listing(context, request, sockets) });
}

function listing(
  context: SimpleContext,
  { given, kinds, states, test }: Request,
  sockets: readonly SocketSummary[],
): string {
  const wants = (kind: string): boolean => kinds.size === 0 || kinds.has(kind);
  const rows: Row[] = [];
  const owners = given.has("processes")
    ? socketOwners(context.machine, context.namespace)
    : NO_OWNERS;
  for (const kind of ["udp", "tcp"] as const)
    if (wants(kind) && (!given.has("ipv6") || given.has("ipv4")))
      for (const socket of sockets)
        if (socket.protocol === kind && hasState(states, socket.state) && test(socket))
          rows.push([
            ...rowOf(context, given, socket),
            detailsText(given, socket, owners.get(socket.inode) ?? []),
          ]);
  return tableText(rows, {
    header: !given.has("no-header"),
    netid: kinds.size !== 1 || kinds.has("unix") || kinds.has("packet"),
    state: !isOneState(states),
  });
}

function rowOf({ machine }: SimpleContext, given: ReadonlySet<string>, socket: SocketSummary): Row {
  const { local, protocol, receiveQueue, remote, sendQueue, state } = socket;
  const host = (address: Ipv4Address): string => {
    const name =
      given.has("resolve") && address !== 0 ? nameOfHost(machine.files, address) : undefined;
    return `${name ?? formatIpv4Address(address)}:`;
  };
  const numeric = given.has("numeric");
  const port = (number: number): string =>
    number === 0
      ? "*"
      : ((numeric ? undefined : serviceOfPort(number, protocol)) ?? String(number));
  const queue = (octets: number): string => String(octets).padEnd(6);
  return [
    protocol,
    stateText(state),
    queue(receiveQueue),
    queue(sendQueue),
    host(local.address),
    port(local.port),
    host(remote.address),
    port(remote.port),
  ];
}

/** `-s`. Left out: fragments, and what is not a socket of TCP or UDP. */
function summaryText(sockets: readonly SocketSummary[]): string {
  const tcp = sockets.filter(({ protocol }) => protocol === "tcp");
  const udp = sockets.length - tcp.length;
  const count = (state: number): number => tcp.filter((socket) => socket.state === state).length;
  const timeWait = count(TcpState.timeWait);
  const closed = count(TcpState.close) + timeWait;
  const inUse = tcp.length - closed;
  const line = (name: string, number: number): string =>
    `${name}\t  ${String(number).padEnd(9)} ${String(number).padEnd(9)} ${"0".padEnd(9)}\n`;
  return (
    `Total: ${inUse + udp}\n` +
    `TCP:   ${tcp.length} (estab ${count(TcpState.established)}, closed ${closed}, orphaned 0, timewait ${timeWait})\n\n` +
    "Transport Total     IP        IPv6\n" +
    `${line("RAW", 0)}${line("UDP", udp)}${line("TCP", inUse)}${line("INET", inUse + udp)}${line("FRAG", 0)}\n`
  );
}

const ss: Command = simpleCommand("/usr/bin/ss", (context) => orFailure(() => run(context)), {
  aliases: ["/bin/ss", "/usr/sbin/ss", "/sbin/ss"],
});

export const SS_COMMANDS: readonly Command[] = [ss];
