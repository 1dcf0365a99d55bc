/**
 * `arping` of iputils 20221126: ARP requests and announcements by hand, and who answers. It sends frames of its own
 * past the neighbour table; the kernel hears the answers too, as on a real host.
 */

import type { NetworkNamespace } from "@lvsim/core";
import {
  ARP_LENGTH,
  ArpOperation,
  BROADCAST_MAC,
  type Duration,
  EtherType,
  elapsed,
  errnoText,
  Frame,
  formatIpv4Address,
  formatMacAddress,
  type HostDevice,
  type Instant,
  type Ipv4Address,
  later,
  type MacAddress,
  seconds,
} from "@lvsim/core";
import type { Command, CommandContext } from "../../command.ts";
import { catchSignals } from "../../network/catch-signals.ts";
import { CommandFailure } from "../../options/failure.ts";
import { Signal } from "../../process/signal.ts";
import { on, type Wait } from "../../process/wait.ts";
import { addressOfHost, parseLooseAddress } from "../hosts-file.ts";
import { ArpListener, type HeardArp } from "./listener.ts";
import { ARPING_VERSION, type ArpingOptions, readArpingOptions } from "./options.ts";

const FAILED = 2;

/** Everything that one run knows and counts. */
interface Run {
  readonly network: NetworkNamespace;
  readonly options: ArpingOptions;
  readonly device: HostDevice;
  readonly target: Ipv4Address;
  readonly source: Ipv4Address;
  /** Whom probes go to: everybody, until somebody answered. */
  to: MacAddress;
  sent: number;
  broadcasts: number;
  sentAt: Instant;
  received: number;
  broadcastsReceived: number;
  requestsReceived: number;
}

function* run(context: CommandContext): Generator<Wait, number, void> {
  let prepared: Run | null;
  try {
    prepared = prepare(context);
  } catch (thrown) {
    if (!(thrown instanceof CommandFailure)) throw thrown;
    // what is wrong with the interface is said on standard output
    const isOutput = thrown.stderr.startsWith("Interface ");
    yield* isOutput ? context.out(thrown.stderr) : context.err(thrown.stderr);
    return thrown.status;
  }
  if (prepared === null) {
    yield* context.out(ARPING_VERSION);
    return 0;
  }
  const { device, network, options, source, target } = prepared;
  yield* say(
    context,
    prepared,
    `ARPING ${formatIpv4Address(target)} from ${formatIpv4Address(source)} ${device.name}\n`,
  );
  if (source === 0 && !options.duplicateDetection) {
    yield* context.err("arping: no source address in not-DAD mode\n");
    return FAILED;
  }
  const listener = new ArpListener(network, device, { ...options, source, target });
  const release = catchSignals(context.process, [Signal.INT]);
  try {
    yield* probe(context, prepared, listener);
  } finally {
    listener.close();
    release();
  }
  yield* say(context, prepared, summary(prepared));
  return statusOf(prepared);
}

function prepare({ argv, machine, namespace: network }: CommandContext): Run | null {
  const options = readArpingOptions(argv);
  if (options === null) return null;
  const device = network.deviceNamed(options.device);
  if (device === undefined)
    throw new CommandFailure(FAILED, `arping: Device ${options.device} not available.\n`);
  checkDevice(device, options.quiet);
  const named = options.target;
  const target = parseLooseAddress(named) ?? addressOfHost(machine.files, named);
  if (target === undefined)
    throw new CommandFailure(FAILED, `arping: ${named}: Temporary failure in name resolution\n`);
  return {
    network,
    options,
    device,
    target,
    source: sourceOf(network, options, device, target),
    to: BROADCAST_MAC,
    sent: 0,
    broadcasts: 0,
    sentAt: network.engine.now,
    received: 0,
    broadcastsReceived: 0,
    requestsReceived: 0,
  };
}

function checkDevice(device: HostDevice, quiet: boolean): void {
  const complain = (what: string): CommandFailure =>
    new CommandFailure(FAILED, quiet ? "" : `Interface "${device.name}" is ${what}\n`);
  if (!device.up) throw complain("down");
  if (device.noArp || device.loopback || !device.hasLinkHeader) throw complain("not ARPable");
}

/** A given source must be ours; without one the announced address is its own, and else routing chooses. */
function sourceOf(
  { router }: NetworkNamespace,
  { duplicateDetection, source, unsolicited }: ArpingOptions,
  device: HostDevice,
  target: Ipv4Address,
): Ipv4Address {
  const none = 0 as Ipv4Address;
  const typed = source === null ? none : parseLooseAddress(source);
  if (typed === undefined) throw new CommandFailure(FAILED, `arping: invalid source ${source}\n`);
  if (typed === 0 && duplicateDetection) return none;
  const wanted = typed === 0 && unsolicited ? target : typed;
  if (wanted !== 0) {
    if (router.isLocal(wanted)) return wanted;
    throw new CommandFailure(FAILED, "arping: bind: Cannot assign requested address\n");
  }
  if (router.output(target, none, device.index, 0, 0) === null)
    throw new CommandFailure(FAILED, `arping: connect: ${errnoText(router.errno)}\n`);
  return router.source;
}

/** Sends at once and then every interval, until enough was sent and one more interval has passed. */
function* probe(
  context: CommandContext,
  state: Run,
  listener: ArpListener,
): Generator<Wait, void, void> {
  const { network, options } = state;
  const { process } = context;
  const interval: Duration = seconds(Math.max(options.interval, 0));
  const began = network.engine.now;
  const end = options.timeout === 0 ? null : later(began, seconds(options.timeout));
  let next: Instant = later(began, interval);
  sendProbe(state);
  for (;;) {
    const deadline = end !== null && end < next ? end : next;
    yield on(listener.queue, deadline);
    for (let heard = listener.heard.shift(); heard !== undefined; heard = listener.heard.shift())
      if (yield* take(context, state, heard)) return;
    const { now } = network.engine;
    if (process.pending.includes(Signal.INT)) return;
    if (now >= next) {
      if (options.count > 0 && state.sent >= options.count) return;
      sendProbe(state);
      next = later(next, interval);
    }
    if (end !== null && now >= end) return;
  }
}

function sendProbe(state: Run): void {
  const { device, network, options, source, target, to } = state;
  const frame = new Frame(network.engine.newFrameId());
  frame.etherType = EtherType.arp;
  frame.length = ARP_LENGTH;
  frame.sourceMac = device.mac;
  frame.destinationMac = to;
  frame.arpOperation = options.answers ? ArpOperation.reply : ArpOperation.request;
  frame.arpSenderMac = device.mac;
  frame.arpTargetMac = options.answers ? device.mac : to;
  frame.source = source;
  frame.destination = target;
  state.sent++;
  if (to === BROADCAST_MAC) state.broadcasts++;
  state.sentAt = network.engine.now;
  device.transmit(frame);
}

/** Takes a frame that fits; true ends the run. */
function* take(
  context: CommandContext,
  state: Run,
  heard: HeardArp,
): Generator<Wait, boolean, void> {
  const { options } = state;
  yield* say(context, state, heardLine(state, heard));
  state.received++;
  if (options.timeout > 0 && state.received === options.count) return true;
  if (heard.isBroadcast) state.broadcastsReceived++;
  if (!heard.isReply) state.requestsReceived++;
  if (options.quitOnReply) return true;
  if (!options.broadcastOnly) state.to = heard.senderMac;
  return false;
}

function heardLine({ device, sentAt, source }: Run, heard: HeardArp): string {
  const kind = `${heard.isBroadcast ? "Broadcast" : "Unicast"} ${heard.isReply ? "reply" : "request"}`;
  const otherTarget = heard.target !== source;
  let text = `${kind} from ${formatIpv4Address(heard.sender)} [${formatMacAddress(heard.senderMac)}] `;
  if (otherTarget) text += `for ${formatIpv4Address(heard.target)} `;
  if (heard.targetMac !== device.mac)
    text += `${otherTarget ? "" : "for "}[${formatMacAddress(heard.targetMac)}]`;
  // arping rounds its microseconds up by half a millisecond and prints all of them
  const micros = Math.floor(elapsed(sentAt, heard.at) / 1000) + 500;
  return `${text} ${Math.floor(micros / 1000)}.${String(micros % 1000).padStart(3, "0")}ms\n`;
}

function summary(state: Run): string {
  const { broadcastsReceived, requestsReceived } = state;
  const kinds: string[] = [];
  if (requestsReceived > 0) kinds.push(`${requestsReceived} request(s)`);
  if (broadcastsReceived > 0) kinds.push(`${broadcastsReceived} broadcast(s)`);
  const more = kinds.length === 0 ? "" : ` (${kinds.join(", ")})`;
  return (
    `Sent ${state.sent} probes (${state.broadcasts} broadcast(s))\n` +
    `Received ${state.received} response(s)${more}\n`
  );
}

function statusOf({ options, received }: Run): number {
  if (options.duplicateDetection) return received > 0 ? 1 : 0;
  return options.unsolicited || received > 0 ? 0 : 1;
}

function* say(
  context: CommandContext,
  { options }: Run,
  text: string,
): Generator<Wait, void, void> {
  if (!options.quiet) yield* context.out(text);
}

const arping: Command = {
  path: "/usr/bin/arping",
  aliases: ["/usr/sbin/arping", "/sbin/arping", "/bin/arping"],
  run,
};

export const ARPING_COMMANDS: readonly Command[] = [arping];
