/** `traceroute` 2.1.2 (Dmitry Butskoy's): the way of packets, told by those who drop them when their TTL runs out. */
import {
  Errno,
  elapsed,
  errnoText,
  formatIpv4Address,
  type Instant,
  type Ipv4Address,
} from "@lvsim/core";
import type { Command, CommandContext } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import { type Wait, WaitQueue } from "../../process/wait.ts";
import { addressOfHost, nameOfHost, parseLooseAddress } from "../hosts-file.ts";
import { fail, readTracerouteOptions, type TracerouteOptions } from "./options.ts";
import {
  IcmpMethod,
  type Probe,
  type ProbeMethod,
  type ProbeTask,
  TcpMethod,
  UdpMethod,
} from "./probe.ts";
import { Trace } from "./trace.ts";

const LOOPBACK = 0x7f000001 as Ipv4Address;
const DEFAULT_LENGTH = 60;
const FIRST_PORT = 33_434;
const PORTS = { default: FIRST_PORT, udp: 53, icmp: 1, tcp: 80 } as const;

function* run(context: CommandContext): Generator<Wait, number, void> {
  try {
    const options = readTracerouteOptions(context.argv);
    if (options.six)
      throw fail(
        `${options.host}: Address family for hostname not supported\nCannot handle "host" cmdline arg \`${options.host}'${positionOf(context, options.host)}`,
      );
    const target = resolve(
      context,
      options.host,
      `"host" cmdline`,
      positionOf(context, options.host),
    );
    const source = sourceOf(context, options);
    yield* context.out(
      `traceroute to ${options.host} (${formatIpv4Address(target)}), ${options.maxHops} hops max, ` +
        `${lengthOf(options)} byte packets`,
    );
    return yield* trace(context, options, target, source);
  } catch (thrown) {
    if (!(thrown instanceof CommandFailure)) throw thrown;
    yield* context.err(thrown.stderr);
    return thrown.status;
  }
}

/** The real one counts operands and words. */
const positionOf = ({ argv }: CommandContext, word: string): string =>
  ` on position 1 (argc ${argv.indexOf(word, 1)})`;

function resolve(
  { machine }: CommandContext,
  name: string,
  what: string,
  where: string,
): Ipv4Address {
  const found = parseLooseAddress(name) ?? addressOfHost(machine.files, name);
  if (found === undefined)
    throw fail(
      `${name}: Temporary failure in name resolution\nCannot handle ${what} arg \`${name}'${where}`,
    );
  return found === 0 ? LOOPBACK : found;
}

function sourceOf(context: CommandContext, { source }: TracerouteOptions): Ipv4Address {
  if (source === null) return 0 as Ipv4Address;
  return resolve(context, source, "`-s' option with", ` (argc ${context.argv.indexOf(source, 1)})`);
}

const lengthOf = ({ length, method }: TracerouteOptions): number =>
  Math.max(length === 0 ? DEFAULT_LENGTH : length, method === "tcp" ? 60 : 28);

function* trace(
  context: CommandContext,
  options: TracerouteOptions,
  target: Ipv4Address,
  source: Ipv4Address,
): Generator<Wait, number, void> {
  const network = context.namespace;
  const device = options.device === null ? undefined : network.deviceNamed(options.device);
  if (options.device !== null && device === undefined)
    throw refused(`setsockopt SO_BINDTODEVICE: ${errnoText(Errno.ENODEV)}`);
  if (source !== 0 && !network.router.isLocal(source))
    throw refused(`bind: ${errnoText(Errno.EADDRNOTAVAIL)}`);
  const task: ProbeTask = {
    network,
    target,
    source,
    way: {
      outputInterface: device?.index ?? 0,
      discovery: options.dontFragment ? "probe" : "dont",
    },
    tos: options.tos,
    mark: options.mark,
    port: options.port === 0 ? PORTS[options.method] : options.port,
    sourcePort: options.sourcePort,
    identifier: context.process.pid & 0xffff,
  };
  const queue = new WaitQueue();
  const runner = new Trace(task, options, methodOf(options, task, queue), lengthOf(options), queue);
  try {
    yield* runner.run((probe, ttl, number, before) =>
      context.out(probeText(context, options, probe, ttl, number, before)),
    );
  } finally {
    runner.close();
  }
  if (runner.errno !== 0) throw refused(`${verbOf(runner.errno)}: ${errnoText(runner.errno)}`);
  yield* context.out("\n");
  return 0;
}

/** A complaint behind a first line that has no end yet. */
const refused = (what: string): CommandFailure => new CommandFailure(1, `\n${what}\n`);

/** Which call it is that a probe without a way fails in. */
const verbOf = (errno: number): string => (errno === Errno.EMSGSIZE ? "send" : "connect");

function methodOf(options: TracerouteOptions, task: ProbeTask, queue: WaitQueue): ProbeMethod {
  if (options.method === "icmp") return new IcmpMethod(task);
  if (options.method === "tcp") return new TcpMethod(task, queue);
  return new UdpMethod(task, options.method === "udp", queue);
}

function probeText(
  context: CommandContext,
  { numeric }: TracerouteOptions,
  probe: Probe,
  ttl: number,
  number: number,
  before: readonly Probe[],
): string {
  let text = number === 0 ? `\n${String(ttl).padStart(2)} ` : "";
  if (probe.from === null) return `${text} *`;
  const last = before.findLast(({ from }) => from !== null);
  if (last === undefined || last.from !== probe.from)
    text += ` ${addressText(context, numeric, probe.from)}`;
  const time = elapsed(probe.sentAt as Instant, probe.answeredAt as Instant);
  text += `  ${(Math.floor(time / 1000) / 1000).toFixed(3)} ms`;
  return probe.remark === "" ? text : `${text} ${probe.remark}`;
}

function addressText({ machine }: CommandContext, numeric: boolean, address: Ipv4Address): string {
  const text = formatIpv4Address(address);
  return numeric ? text : `${nameOfHost(machine.files, address) ?? text} (${text})`;
}

const traceroute: Command = {
  path: "/usr/bin/traceroute",
  aliases: ["/usr/sbin/traceroute", "/bin/traceroute"],
  run,
};

export const TRACEROUTE_COMMANDS: readonly Command[] = [traceroute];
