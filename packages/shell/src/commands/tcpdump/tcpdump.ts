/**
 * `tcpdump` 4.99.3 with libpcap 1.10.3: packets of a device, of all devices (`any`), or of a file, filtered, printed or
 * written. Left out: protocols above UDP, IPv6, 802.11 and whatever else no frame of lvsim carries; lines are written as
 * they come, as with -l.
 */
import type { HostDevice } from "@lvsim/core";
import type { Command, CommandContext } from "../../command.ts";
import { catchSignals } from "../../network/catch-signals.ts";
import { CommandFailure } from "../../options/failure.ts";
import { fileErrorText } from "../../process/errno.ts";
import type { OpenFile } from "../../process/open-file.ts";
import { Signal } from "../../process/signal.ts";
import { readAll, writeAll } from "../../process/transfer.ts";
import { on, type Wait } from "../../process/wait.ts";
import { decodeUtf8, encodeUtf8 } from "../../text/utf8.ts";
import { addressOfHost, nameOfHost } from "../hosts-file.ts";
import { Capture } from "./capture.ts";
import { ANY, captureDevice, deviceList, isCaptureLink, linkName, linkOf } from "./devices.ts";
import { maskOf } from "./filter/identifiers.ts";
import { compileFilter } from "./filter/parse.ts";
import { FilterProblem } from "./filter/tokens.ts";
import { LinkLayout } from "./filter/view.ts";
import { fail, readTcpdumpOptions, type TcpdumpOptions } from "./options.ts";
import { PacketLines } from "./output.ts";
import type { CapturedPacket, CaptureLink } from "./packet.ts";
import { type CaptureFile, fileHeader, fileRecord, readCaptureFile } from "./pcap-file.ts";
import { TCPDUMP_USAGE, TCPDUMP_VERSION } from "./usage.ts";

type Filter = (packet: CapturedPacket) => boolean;

const ENDING: readonly number[] = [Signal.INT, Signal.TERM, Signal.HUP];

function* run(context: CommandContext): Generator<Wait, number, void> {
  try {
    const options = readTcpdumpOptions(context.argv);
    if (options === "help" || options === "version") {
      yield* context.out(options === "help" ? TCPDUMP_USAGE : TCPDUMP_VERSION);
      return 0;
    }
    if (options.listDevices) {
      yield* context.out(deviceList(context.namespace));
      return 0;
    }
    yield* withFilterFile(context, options);
    return options.read === null
      ? yield* live(context, options)
      : yield* fromFile(context, options, options.read);
  } catch (thrown) {
    if (!(thrown instanceof CommandFailure)) throw thrown;
    yield* context.err(thrown.stderr);
    return thrown.status;
  }
}

/** `-F`: the expression stands in a file, and what the command line says is not looked at. */
function* withFilterFile(
  context: CommandContext,
  options: TcpdumpOptions,
): Generator<Wait, void, void> {
  if (options.filterFile === null) return;
  options.expression = yield* contentOf(context, options.filterFile, (why) =>
    fail(`can't open ${options.filterFile}: ${why}`),
  );
}

function* contentOf(
  { machine, process, stdin }: CommandContext,
  path: string,
  refused: (why: string) => CommandFailure,
): Generator<Wait, string, void> {
  if (path === "-") return stdin === undefined ? "" : yield* readAll(stdin);
  const file = machine.files.open(process, path, { read: true, write: false });
  if (typeof file === "number") throw refused(fileErrorText(file));
  try {
    return yield* readAll(file);
  } finally {
    file.release();
  }
}

function filterOf(context: CommandContext, options: TcpdumpOptions, layout: LinkLayout): Filter {
  const { files } = context.machine;
  try {
    return compileFilter(options.expression, layout, (name) => addressOfHost(files, name));
  } catch (thrown) {
    if (thrown instanceof FilterProblem) throw fail(thrown.text);
    throw thrown;
  }
}

const linesFor = (
  context: CommandContext,
  options: TcpdumpOptions,
  link: CaptureLink,
): PacketLines =>
  new PacketLines(options, link, (address) => nameOfHost(context.machine.files, address));

/** Where packets go: a file, standard output, or both. */
class Sink {
  private readonly context: CommandContext;
  private readonly lines: PacketLines | null;
  private readonly file: OpenFile | null;

  constructor(context: CommandContext, lines: PacketLines | null, file: OpenFile | null) {
    this.context = context;
    this.lines = lines;
    this.file = file;
  }

  *take(packet: CapturedPacket): Generator<Wait, void, void> {
    const { context, file, lines } = this;
    if (file !== null) yield* writeAll(context.process, file, decodeUtf8(fileRecord(packet)));
    if (lines !== null) yield* context.out(lines.text(packet));
  }

  close(): void {
    if (this.file !== null && this.file !== this.context.stdout) this.file.release();
  }
}

function* openSink(
  context: CommandContext,
  options: TcpdumpOptions,
  link: CaptureLink,
): Generator<Wait, Sink, void> {
  const { write } = options;
  const prints = !options.countOnly && (write === null || options.print);
  const lines = prints ? linesFor(context, options, link) : null;
  if (write === null) return new Sink(context, lines, null);
  const file = fileToWrite(context, write);
  yield* writeAll(context.process, file, decodeUtf8(fileHeader(link, options.snapshotLength)));
  return new Sink(context, lines, file);
}

function fileToWrite({ machine, process, stdout }: CommandContext, path: string): OpenFile {
  if (path === "-" && stdout !== undefined) return stdout;
  const mode = { read: false, write: true, create: true, truncate: true };
  const file = machine.files.open(process, path, mode);
  if (typeof file === "number") throw fail(`${path}: ${fileErrorText(file)}`);
  return file;
}

function* live(context: CommandContext, options: TcpdumpOptions): Generator<Wait, number, void> {
  const network = context.namespace;
  const device = captureDevice(network, options.device);
  const link = linkOf(device);
  if (options.listLinks) {
    yield* context.err(
      `Data link types for ${device?.name ?? ANY} (use option -y to set):\n  ${linkName(link)}\n`,
    );
    return 0;
  }
  if (device === null) yield* context.err("tcpdump: data link type LINUX_SLL2\n");
  const layout = new LinkLayout(link, false, netmaskOf(device));
  const filter = filterOf(context, options, layout);
  const sink = yield* openSink(context, options, link);
  const { direction, snapshotLength } = options;
  const capture = new Capture({ network, device, link, snapshotLength, direction, filter });
  const release = catchSignals(context.process, ENDING);
  try {
    yield* context.err(listeningText(options, device?.name ?? ANY, link));
    const captured = yield* follow(context, options, capture, sink);
    yield* context.err(countsText(capture, captured));
  } finally {
    capture.close();
    sink.close();
    release();
  }
  return 0;
}

const netmaskOf = (device: HostDevice | null): number =>
  maskOf(device?.addresses[0]?.prefixLength ?? 32);

function listeningText(options: TcpdumpOptions, name: string, link: CaptureLink): string {
  const text = `listening on ${name}, link-type ${linkName(link)}, snapshot length ${options.snapshotLength} bytes\n`;
  if (options.verbose > 0 || options.write !== null) return `tcpdump: ${text}`;
  return `tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\n${text}`;
}

/** Takes packets until there are enough or a signal ends it; how many there were. */
function* follow(
  context: CommandContext,
  { count, write }: TcpdumpOptions,
  capture: Capture,
  sink: Sink,
): Generator<Wait, number, void> {
  const { process } = context;
  let captured = 0;
  for (;;) {
    for (
      let packet = capture.packets.shift();
      packet !== undefined;
      packet = capture.packets.shift()
    ) {
      yield* sink.take(packet);
      if (++captured === count) return captured;
    }
    if (process.pending.some((signal) => ENDING.includes(signal))) {
      // the line under way may be unfinished
      if (write === null) yield* context.out("\n");
      return captured;
    }
    yield on(capture.queue);
  }
}

const packets = (count: number): string => `${count} packet${count === 1 ? "" : "s"}`;

const countsText = ({ dropped, received }: Capture, captured: number): string =>
  `${packets(captured)} captured\n${packets(received)} received by filter\n` +
  `${packets(dropped)} dropped by kernel\n`;

function* fromFile(
  context: CommandContext,
  options: TcpdumpOptions,
  path: string,
): Generator<Wait, number, void> {
  const content = yield* contentOf(context, path, (why) => fail(`${path}: ${why}`));
  const file: CaptureFile | string = readCaptureFile(encodeUtf8(content));
  if (typeof file === "string") throw fail(file);
  const { linkType, snapshotLength } = file;
  if (!isCaptureLink(linkType))
    throw fail(`packet printing is not supported for link type ${linkType}: use -w`);
  yield* context.err(
    `reading from file ${path}, link-type ${linkName(linkType)}, snapshot length ${snapshotLength}\n`,
  );
  const filter = filterOf(context, options, new LinkLayout(linkType, true, 0));
  const sink = yield* openSink(context, options, linkType);
  let taken = 0;
  for (const packet of file.packets) {
    if (!filter(packet)) continue;
    yield* sink.take(packet);
    if (++taken === options.count) break;
  }
  sink.close();
  if (options.countOnly) yield* context.out(`${packets(taken)}\n`);
  if (file.problem !== "" && taken !== options.count) throw fail(`pcap_loop: ${file.problem}`);
  return 0;
}

const tcpdump: Command = {
  path: "/usr/bin/tcpdump",
  aliases: ["/usr/sbin/tcpdump", "/sbin/tcpdump", "/bin/tcpdump"],
  run,
};

export const TCPDUMP_COMMANDS: readonly Command[] = [tcpdump];
