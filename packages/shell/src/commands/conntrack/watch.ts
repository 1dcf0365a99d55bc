/** `conntrack -E`: events as they happen, until a signal ends it. */
import type {
  ConnectionEvent,
  ConnectionListener,
  ConnectionTracking,
  TrackedConnection,
} from "@lvsim/core";
import type { CommandContext } from "../../command.ts";
import { Signal } from "../../process/signal.ts";
import { on, type Wait, WaitQueue } from "../../process/wait.ts";
import { fits } from "./filter.ts";
import { type FlowClock, flowLine, flowXml, XML_END, XML_HEAD } from "./format.ts";
import type { ConntrackOptions } from "./options.ts";
import { PROGRAM } from "./usage.ts";

const LABELS: Readonly<Record<ConnectionEvent, string>> = {
  new: "    [NEW] ",
  update: " [UPDATE] ",
  destroy: "[DESTROY] ",
};

/** By event, its name in `-e`. */
const MASKS: Readonly<Record<ConnectionEvent, string>> = {
  new: "NEW",
  update: "UPDATES",
  destroy: "DESTROY",
};

/** Keeps the lines until the process writes them. */
class EventReader implements ConnectionListener {
  readonly lines: string[] = [];
  readonly queue = new WaitQueue();
  private readonly options: ConntrackOptions;
  private readonly clock: () => FlowClock;

  constructor(options: ConntrackOptions, clock: () => FlowClock) {
    this.options = options;
    this.clock = clock;
  }

  happened(event: ConnectionEvent, connection: TrackedConnection, actor: number): void {
    const { events, output } = this.options;
    if (events.size > 0 && !events.has("ALL") && !events.has(MASKS[event])) return;
    if (!fits(connection, this.options)) return;
    const clock = this.clock();
    this.lines.push(
      output.has("xml")
        ? `${flowXml(connection, clock)}\n`
        : `${this.stamp(clock)}${LABELS[event]}${this.line(event, connection, clock)}${byWhom(actor)}\n`,
    );
    this.queue.wake();
  }

  private stamp({ now, epoch }: FlowClock): string {
    if (!this.options.output.has("timestamp")) return "";
    const seconds = epoch + Math.floor(now / 1e9);
    const microseconds = Math.floor((now % 1e9) / 1e3);
    return `[${seconds}.${String(microseconds).padStart(6, "0")}]\t`;
  }

  private line(event: ConnectionEvent, connection: TrackedConnection, clock: FlowClock): string {
    const { output } = this.options;
    return flowLine(connection, clock, {
      extended: output.has("extended"),
      id: output.has("id"),
      began: output.has("ktimestamp"),
      uses: 0,
      zeroMark: false,
      counters: event === "destroy",
    });
  }
}

const byWhom = (actor: number): string =>
  actor === 0 ? "" : ` [USERSPACE] portid=${actor} progname=conntrack`;

export function* watch(
  context: CommandContext,
  tracking: ConnectionTracking,
  options: ConntrackOptions,
  clock: () => FlowClock,
): Generator<Wait, number, void> {
  const { process } = context;
  const reader = new EventReader(options, clock);
  const inXml = options.output.has("xml");
  let shown = 0;
  process.trapped.add(Signal.INT);
  process.trapped.add(Signal.TERM);
  tracking.listen(reader);
  try {
    if (inXml) yield* context.out(XML_HEAD);
    for (;;) {
      for (let line = reader.lines.shift(); line !== undefined; line = reader.lines.shift()) {
        shown++;
        yield* context.out(line);
      }
      if (process.pending.length > 0) break;
      yield on(reader.queue);
    }
    if (inXml) yield* context.out(XML_END);
    yield* context.err(`${PROGRAM}: ${shown} flow events have been shown.\n`);
    return 0;
  } finally {
    tracking.unlisten(reader);
  }
}
