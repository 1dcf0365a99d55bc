/**
 * `tracepath` of iputils 20221126: the way of UDP datagrams with DF set, as long as the path allows, and that length.
 * A probe waits a second for its answer; a hop has three. Left out: IPv6.
 */
import {
  Errno,
  elapsed,
  errnoText,
  Frame,
  formatIpv4Address,
  IcmpType,
  type Instant,
  IpProtocol,
  type Ipv4Address,
  later,
  seconds,
  type UdpSocket,
} from "@lvsim/core";
import type { Command, CommandContext } from "../../command.ts";
import { type HeardIcmp, IcmpSocket } from "../../network/icmp-socket.ts";
import { ProcessSockets } from "../../network/process-sockets.ts";
import { sendRaw } from "../../network/raw-packet.ts";
import { CommandFailure } from "../../options/failure.ts";
import { flag, Getopt, valued } from "../../options/getopt.ts";
import { onAny, type Wait, WaitQueue } from "../../process/wait.ts";
import { addressOfHost, nameOfHost, parseLooseAddress } from "../hosts-file.ts";
import { TRACEPATH_USAGE } from "./usage.ts";

const HEADERS = 28;
const LONGEST = 65_535;
const BASE_PORT = 44_444;
const PORT_SLOTS = 64;
const TRIES = 3;
const VERSION =
  "tracepath from iputils 20221126\n" +
  "libcap: yes, IDN: yes, NLS: no, error.h: yes, getrandom(): yes, __fpending(): yes\n";
const OPTIONS = [
  flag("4", "", "4"),
  flag("6", "", "6"),
  flag("b", "", "b"),
  valued("l", "", "l"),
  valued("m", "", "m"),
  flag("n", "", "n"),
  valued("p", "", "p"),
  flag("V", "", "V"),
  flag("h", "", "h"),
];

interface Options {
  target: string;
  length: number;
  hops: number;
  port: number;
  numeric: boolean;
  both: boolean;
}

function readOptions(argv: readonly string[]): Options | "version" {
  const options = { target: "", length: 0, hops: 30, port: BASE_PORT, numeric: false, both: false };
  const getopt = new Getopt(OPTIONS, ["tracepath", ...argv.slice(1)]);
  for (let item = getopt.next(); item.kind !== "end"; item = getopt.next()) {
    if (item.kind === "error") throw new CommandFailure(255, `${item.message}\n${TRACEPATH_USAGE}`);
    const value = item.value ?? "";
    if (item.tag === "V") return "version";
    if (item.tag === "h") throw new CommandFailure(255, TRACEPATH_USAGE);
    if (item.tag === "6") throw fail("socket: Address family not supported by protocol");
    if (item.tag === "b") options.both = true;
    else if (item.tag === "n") options.numeric = true;
    else if (item.tag === "l") options.length = integer(value, HEADERS, 2_147_483_647);
    else if (item.tag === "m") options.hops = integer(value, 0, 255);
    else if (item.tag === "p") options.port = integer(value, 0, 65_535);
  }
  const [target, more] = getopt.operands;
  if (target === undefined || more !== undefined) throw new CommandFailure(255, TRACEPATH_USAGE);
  const [host = "", port] = target.split("/");
  if (port !== undefined) options.port = integer(port, 0, 65_535);
  options.target = host;
  return options;
}

const fail = (what: string): CommandFailure => new CommandFailure(1, `tracepath: ${what}\n`);

function integer(text: string, least: number, most: number): number {
  if (!/^\d+$/.test(text)) throw fail(`invalid argument: '${text}'`);
  const value = Number(text);
  if (value >= least && value <= most) return value;
  throw fail(`invalid argument: '${text}': out of range: ${least} <= value <= ${most}`);
}

function* run(context: CommandContext): Generator<Wait, number, void> {
  try {
    const options = readOptions(context.argv);
    if (options === "version") {
      yield* context.out(VERSION);
      return 0;
    }
    const { files } = context.machine;
    const target = parseLooseAddress(options.target) ?? addressOfHost(files, options.target);
    if (target === undefined) throw fail(`${options.target}: Temporary failure in name resolution`);
    const path = new Path(context, options, target);
    try {
      yield* path.follow();
    } finally {
      path.close();
    }
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof CommandFailure)) throw thrown;
    yield* context.err(thrown.stderr);
    return thrown.status;
  }
}

/** What a probe came to: the whole trace is over, something was learnt, or nothing was heard. */
type Outcome = "over" | "progress" | "nothing";

interface Sent {
  readonly at: Instant;
  readonly ttl: number;
}

class Path {
  private readonly context: CommandContext;
  private readonly options: Options;
  private readonly target: Ipv4Address;
  private readonly icmp: IcmpSocket;
  private readonly socket: UdpSocket;
  private readonly replied = new WaitQueue();
  /** Probes that were not answered yet, by the place of their port. */
  private readonly sent: (Sent | null)[] = Array.from({ length: PORT_SLOTS }, () => null);
  private slot = 0;
  private mtu: number;
  private there = -1;
  private back = -1;

  constructor(context: CommandContext, options: Options, target: Ipv4Address) {
    this.context = context;
    this.options = options;
    this.target = target;
    this.mtu = options.length === 0 ? LONGEST : options.length;
    this.icmp = new IcmpSocket(context.namespace);
    const { namespace, process } = context;
    this.socket = new ProcessSockets(process.descriptors, namespace).udp();
    this.socket.bind({ address: 0 as Ipv4Address, port: 0 });
    this.socket.onEvent = () => this.replied.wake();
  }

  close(): void {
    this.icmp.close();
    this.socket.close();
  }

  *follow(): Generator<Wait, void, void> {
    const { hops } = this.options;
    let over = false;
    for (let ttl = 1; ttl <= hops && !over; ttl++) over = (yield* this.hop(ttl)) === "over";
    if (!over) yield* this.say(`     Too many hops: pmtu ${this.mtu}\n`);
    const there = this.there < 0 ? "" : `hops ${this.there} `;
    const back = this.back < 0 ? "" : `back ${this.back} `;
    yield* this.say(`     Resume: pmtu ${this.mtu} ${there}${back}\n`);
  }

  private *hop(ttl: number): Generator<Wait, Outcome, void> {
    for (let tries = 0; tries < TRIES; tries++) {
      const before = this.mtu;
      const outcome = yield* this.probe(ttl);
      // with another length all is tried again, even where the end was reached
      if (this.mtu !== before) tries = -1;
      else if (outcome !== "nothing") return outcome;
    }
    yield* this.say(`${String(ttl).padStart(2)}:  no reply\n`);
    return "nothing";
  }

  private *probe(ttl: number): Generator<Wait, Outcome, void> {
    const { namespace: network } = this.context;
    for (;;) {
      const { engine } = network;
      this.sent[this.slot] = { at: engine.now, ttl };
      const { errno, mtu } = sendRaw(network, this.frame(ttl), {
        outputInterface: 0,
        discovery: "probe",
      });
      if (errno === 0) break;
      this.sent[this.slot] = null;
      if (errno !== Errno.EMSGSIZE) {
        yield* this.say(`${String(ttl).padStart(2)}:  send failed\n`);
        return "over";
      }
      this.mtu = mtu === 0 ? LONGEST - 1 : mtu;
      yield* this.say(
        `${String(ttl).padStart(2)}?: ${"[LOCALHOST]".padEnd(32)} pmtu ${this.mtu}\n`,
      );
    }
    this.slot = (this.slot + 1) % PORT_SLOTS;
    const deadline = later(network.engine.now, seconds(1));
    if (this.icmp.received.length === 0) yield onAny([this.icmp.queue, this.replied], deadline);
    if (this.socket.receive() !== undefined) {
      yield* this.say(`${String(ttl).padStart(2)}?: reply received 8)\n`);
      return "over";
    }
    return yield* this.hear(ttl);
  }

  private frame(ttl: number): Frame {
    const frame = new Frame(this.context.namespace.engine.newFrameId());
    frame.destination = this.target;
    frame.protocol = IpProtocol.udp;
    frame.ttl = ttl;
    frame.sourcePort = this.socket.local.port;
    frame.destinationPort = this.options.port + this.slot;
    frame.payload = new Uint8Array(this.mtu - HEADERS);
    frame.payloadLength = frame.payload.length;
    return frame;
  }

  /** Tells all errors that have come about our datagrams. */
  private *hear(ttl: number): Generator<Wait, Outcome, void> {
    let outcome: Outcome = "nothing";
    for (let heard = this.icmp.received.shift(); heard; heard = this.icmp.received.shift()) {
      const about = heard.about;
      if (about?.protocol !== IpProtocol.udp || about.sourcePort !== this.socket.local.port)
        continue;
      outcome = yield* this.tell(ttl, heard, about.destinationPort - this.options.port);
      if (outcome === "over") return outcome;
    }
    return outcome;
  }

  private *tell(ttl: number, heard: HeardIcmp, slot: number): Generator<Wait, Outcome, void> {
    const sent = this.sent[slot] ?? null;
    if (sent !== null) this.sent[slot] = null;
    const head =
      sent === null ? `${String(ttl).padStart(2)}?: ` : `${String(sent.ttl).padStart(2)}:  `;
    const name = this.nameOf(heard.from).padEnd(52);
    const time = sent === null ? "" : timeText(elapsed(sent.at, heard.at));
    const hops = hopsBack(heard.ttl);
    const verdict = this.verdict(heard, sent?.ttl ?? ttl, hops);
    yield* this.say(`${head}${name}${time}${verdict.text}\n`);
    return verdict.over ? "over" : "progress";
  }

  private verdict(
    { code, rest, type }: HeardIcmp,
    sentHops: number,
    hops: number,
  ): { readonly text: string; readonly over: boolean } {
    if (type === IcmpType.timeExceeded && code === 0)
      return { text: hops === sentHops ? "" : `asymm ${String(hops).padStart(2)} `, over: false };
    if (type !== IcmpType.destinationUnreachable) return { text: "!P", over: true };
    switch (code) {
      case 0:
      case 6:
      case 9:
      case 11:
        return { text: "!N", over: true };
      case 2:
        return { text: `\ntracepath: NET ERROR: ${errnoText(Errno.ENOPROTOOPT)}`, over: true };
      case 3:
        this.there = sentHops;
        this.back = hops;
        return { text: "reached", over: true };
      case 4:
        this.mtu = rest & 0xffff;
        return { text: `pmtu ${this.mtu}`, over: false };
      default:
        return { text: "!H", over: true };
    }
  }

  private nameOf(address: Ipv4Address): string {
    const text = formatIpv4Address(address);
    const { both, numeric } = this.options;
    if (numeric && !both) return text;
    const name = nameOfHost(this.context.machine.files, address) ?? "???";
    return numeric ? `${text} (${name})` : both ? `${name} (${text})` : name;
  }

  private *say(text: string): Generator<Wait, void, void> {
    yield* this.context.out(text);
  }
}

/** How many hops a packet came, guessed from the TTL with which senders begin. */
const hopsBack = (ttl: number): number =>
  ttl <= 64 ? 65 - ttl : ttl <= 128 ? 129 - ttl : 256 - ttl;

/** Nanoseconds as milliseconds, in the width of its column. */
function timeText(time: number): string {
  const micros = Math.floor(time / 1000);
  const rest = String(micros % 1000).padStart(3, "0");
  return `${String(Math.floor(micros / 1000)).padStart(3)}.${rest}ms `;
}

const tracepath: Command = {
  path: "/usr/bin/tracepath",
  aliases: ["/usr/sbin/tracepath", "/bin/tracepath", "/usr/bin/tracepath4"],
  run,
};

export const TRACEPATH_COMMANDS: readonly Command[] = [tracepath];
