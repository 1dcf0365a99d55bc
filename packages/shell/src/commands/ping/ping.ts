/**
 * `ping` of iputils: ICMP echo (RFC 792) by a raw socket, as root's is where ping_group_range is the kernel's own. The
 * process id is the identifier. Left out: IPv6, record route, timestamps of gateways.
 */
import {
  Errno,
  errnoText,
  formatIpv4Address,
  type HostDevice,
  type Ipv4Address,
  isMulticastAddress,
  type NetworkNamespace,
  parseIpv4Address,
  RouteType,
} from "@lvsim/core";
import type { Command, CommandContext } from "../../command.ts";
import { catchSignals } from "../../network/catch-signals.ts";
import { CommandFailure } from "../../options/failure.ts";
import { Signal } from "../../process/signal.ts";
import type { Wait } from "../../process/wait.ts";
import { addressOfHost, nameOfHost, parseLooseAddress } from "../hosts-file.ts";
import { IPUTILS_20160308, IPUTILS_20221126, type PingDialect } from "./dialect.ts";
import { fail, type PingOptions, readPingOptions } from "./options.ts";
import { Prober } from "./prober.ts";
import { PingSession, type PingTask } from "./session.ts";

const FAILED = 2;
const HEADERS = 28;
const LOOPBACK = 0x7f000001 as Ipv4Address;

interface Prepared {
  readonly task: PingTask;
  /** What packets come from if nothing changes on the way. */
  readonly source: Ipv4Address;
  /** What goes to standard error before the first line. */
  readonly warnings: string;
}

function* run(context: CommandContext, dialect: PingDialect): Generator<Wait, number, void> {
  let prepared: Prepared | "version";
  try {
    prepared = prepare(context, dialect);
  } catch (thrown) {
    if (!(thrown instanceof CommandFailure)) throw thrown;
    yield* context.err(thrown.stderr);
    return thrown.status;
  }
  if (prepared === "version") {
    yield* context.out(dialect.version);
    return 0;
  }
  const release = catchSignals(context.process, [Signal.INT, Signal.QUIT]);
  const session = new PingSession(prepared.task);
  try {
    if (prepared.warnings !== "") yield* context.err(prepared.warnings);
    yield* context.out(firstLines(prepared));
    yield* session.run();
    yield* context.out(lastLines(prepared, session));
  } finally {
    session.close();
    release();
  }
  const { received } = session.statistics;
  const { count, deadline } = prepared.task.options;
  return received === 0 || (deadline > 0 && received < count) ? 1 : 0;
}

function prepare(context: CommandContext, dialect: PingDialect): Prepared | "version" {
  const options = readPingOptions(context.argv);
  if (options === "version") return options;
  const { machine, namespace, process } = context;
  const { files } = machine;
  const numericTarget = parseLooseAddress(options.target);
  const resolved = numericTarget ?? addressOfHost(files, options.target);
  if (resolved === undefined)
    throw new CommandFailure(FAILED, options.warnings + dialect.unresolved(options.target));
  const target = resolved === 0 ? LOOPBACK : resolved;
  const bound = bindings(namespace, options, dialect);
  const source = findSource(namespace, options, target, bound, dialect);
  const prober = new Prober(namespace, options, {
    target,
    source: options.sticky ? source : bound.source,
    device: bound.device,
    identifier: options.identifier ?? process.pid & 0xffff,
  });
  const numeric = options.numeric || numericTarget !== undefined;
  const nameOf = (address: number): string => {
    const text = formatIpv4Address(address as Ipv4Address);
    const name = numeric ? undefined : nameOfHost(files, address as Ipv4Address);
    return name === undefined ? text : `${name} (${text})`;
  };
  const toMany = isMulticastAddress(target) || namespace.router.isBroadcast(target);
  const task: PingTask = { context, options, dialect, prober, toMany, nameOf };
  return { task, source, warnings: warningsOf(task, source) };
}

interface Bindings {
  readonly source: Ipv4Address;
  readonly device: HostDevice | null;
}

/** `-I` is an address or an interface, and may be both in turn. */
function bindings(
  network: NetworkNamespace,
  { interfaces }: PingOptions,
  dialect: PingDialect,
): Bindings {
  let source = 0 as Ipv4Address;
  let device: HostDevice | null = null;
  for (const name of interfaces) {
    const address = parseIpv4Address(name);
    if (address !== undefined) source = address;
    else device = network.deviceNamed(name) ?? unknownInterface(name, dialect);
  }
  if (source !== 0 && !network.router.isLocal(source))
    throw fail(FAILED, `bind: ${errnoText(Errno.EADDRNOTAVAIL)}`);
  return { source, device };
}

function unknownInterface(name: string, dialect: PingDialect): never {
  throw new CommandFailure(FAILED, dialect.unknownInterface(name));
}

/** What connect(2) of a datagram socket would choose, or refuse. */
function findSource(
  { router }: NetworkNamespace,
  options: PingOptions,
  target: Ipv4Address,
  { device, source }: Bindings,
  dialect: PingDialect,
): Ipv4Address {
  const route = router.output(target, source, device?.index ?? 0, options.mark, options.tos & 0x1e);
  if (route === null) throw new CommandFailure(FAILED, dialect.connectFailed(router.errno));
  const chosen = source === 0 ? router.source : source;
  if (route.type === RouteType.broadcast && !options.broadcast)
    throw fail(
      FAILED,
      "Do you want to ping broadcast? Then -b. If not, check your local firewall rules",
    );
  return chosen;
}

function warningsOf({ options, prober }: PingTask, source: Ipv4Address): string {
  let text = options.warnings;
  if (options.verbose) {
    const six =
      options.family === "4"
        ? "sock6.fd: -1 (socktype: 0), hints.ai_family: AF_INET"
        : "sock6.fd: 4 (socktype: SOCK_RAW), hints.ai_family: AF_UNSPEC";
    text += `ping: sock4.fd: 3 (socktype: SOCK_RAW), ${six}\n\n`;
  }
  const { device } = prober;
  if (device !== null && !device.addresses.some(({ local }) => local === source))
    text += `ping: Warning: source address might be selected on device other than: ${device.name}\n`;
  if (options.broadcast) text += "WARNING: pinging broadcast address\n";
  return text;
}

function firstLines({ source, task }: Prepared): string {
  const { options, prober } = task;
  const { interfaces, pattern, size, sticky, target, verbose } = options;
  const address = formatIpv4Address(prober.target);
  const from =
    interfaces.length > 0 || sticky
      ? `from ${formatIpv4Address(source)} ${prober.device?.name ?? ""}: `
      : "";
  const octets = pattern?.map((octet) => octet.toString(16).padStart(2, "0")).join("");
  return (
    (octets === undefined ? "" : `PATTERN: 0x${octets}\n`) +
    (verbose ? `ai->ai_family: AF_INET, ai->ai_canonname: '${target}'\n` : "") +
    `PING ${target} (${address}) ${from}${size}(${size + HEADERS}) bytes of data.\n`
  );
}

function lastLines({ task }: Prepared, { duration, statistics }: PingSession): string {
  const { options, prober } = task;
  const { adaptive, flood, interval, target } = options;
  const facts: string[] = [];
  const measured = statistics.received > 0 && prober.timing;
  if (measured) facts.push(statistics.timesText());
  if (statistics.pipe > 1) facts.push(`pipe ${statistics.pipe}`);
  const fast = interval === 0 || flood || adaptive;
  if (statistics.received > 0 && fast && statistics.transmitted > 1)
    facts.push(statistics.paceText(duration));
  return (
    `\n--- ${target} ping statistics ---\n` +
    `${statistics.countsLine(duration)}${facts.join(", ")}\n`
  );
}

const ping = (dialect: PingDialect): Command => ({
  path: "/usr/bin/ping",
  aliases: ["/bin/ping"],
  run: (context) => run(context, dialect),
});

/** Of Debian 12. */
export const PING_COMMANDS: readonly Command[] = [ping(IPUTILS_20221126)];
/** Of CentOS 7. */
export const PING_20160308_COMMANDS: readonly Command[] = [ping(IPUTILS_20160308)];
