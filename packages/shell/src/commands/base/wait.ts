/** sleep and timeout (coreutils) in simulated time. */
import { type Duration, later, seconds } from "@lvsim/core";
import { flag, valued } from "../../options/getopt.ts";
import { FileError, fileErrorText } from "../../process/errno.ts";
import type { Process } from "../../process/process.ts";
import { Signal, signalName, signalNumber } from "../../process/signal.ts";
import { on, until } from "../../process/wait.ts";
import { execute, prepare } from "./execute.ts";
import { type Job, type Run, tool } from "./tool.ts";

const UNITS: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 };
/** The longest wait: the simulator's clock ends after 104 days. */
const LONGEST = 8_000_000;

/** Seconds of `1`, `0.5`, `2m`, `inf`; undefined for anything else. */
function parseInterval(text: string): number | undefined {
  if (/^(inf|infinity)[smhd]?$/i.test(text)) return LONGEST;
  const parts = /^\+?(\d+\.?\d*(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?)([smhd]?)$/i.exec(text);
  if (parts === null) return undefined;
  return Math.min(LONGEST, Number(parts[1]) * (UNITS[parts[2] as string] ?? 1));
}

export const sleep = tool("/usr/bin/sleep", {}, function* (job) {
  const { operands, quote, context } = job;
  if (operands.length === 0) throw job.misused("missing operand");
  let total = 0;
  const wrong: string[] = [];
  for (const word of operands) {
    const interval = parseInterval(word);
    if (interval === undefined) wrong.push(`invalid time interval ${quote.word(word)}`);
    else total += interval;
  }
  const last = wrong.pop();
  for (const complaint of wrong) yield* job.complain(complaint);
  if (last !== undefined) throw job.misused(last);
  const end = later(context.machine.now, seconds(Math.min(total, LONGEST)));
  // a trapped signal wakes a process early: it goes on sleeping
  while (context.machine.now < end) yield until(end);
  return 0;
});

const TIMED_OUT = 124;

export const timeout = tool(
  "/usr/bin/timeout",
  {
    options: [
      flag("", "preserve-status", "preserve"),
      flag("f", "foreground", "foreground"),
      valued("k", "kill-after", "k"),
      valued("s", "signal", "s"),
      flag("v", "verbose", "v"),
    ],
    usageStatus: 125,
    stopsAtOperand: true,
  },
  function* (job) {
    const { context, given, operands, quote } = job;
    const [interval, ...argv] = operands;
    if (interval === undefined || argv.length === 0) throw job.bareMisuse();
    const limit = intervalOf(job, interval);
    const grace = intervalOf(job, given.value("k") ?? "0");
    const signal = signalNumber(given.value("s") ?? "TERM");
    if (signal === undefined)
      throw job.misused(`${quote.word(given.value("s") ?? "")}: invalid signal`);
    const program = prepare(context.machine, context.process, argv);
    if (typeof program === "number") {
      const name = quote.word(argv[0] as string);
      const status = program === FileError.ENOENT ? 127 : 126;
      throw job.fail(`failed to run command ${name}: ${fileErrorText(program)}`, status);
    }
    const { machine, process } = context;
    const child = machine.spawn(
      {
        parent: process,
        argv,
        origin: { ...process.origin, command: argv.join(" ") },
        descriptors: process.descriptors.copy(),
      },
      (self) => execute(machine, self, program),
    );
    if (child === null)
      throw job.fail("fork system call failed: Resource temporarily unavailable", 125);
    try {
      return yield* watch(job, child, { limit, grace, signal });
    } finally {
      // whoever ends timeout ends what it runs
      if (child.alive) child.signal(Signal.TERM);
    }
  },
);

function intervalOf(job: Job, text: string): Duration {
  const value = parseInterval(text);
  if (value === undefined) throw job.misused(`invalid time interval ${job.quote.word(text)}`);
  return seconds(value);
}

interface Patience {
  readonly limit: Duration;
  readonly grace: Duration;
  readonly signal: number;
}

function* watch(job: Job, child: Process, { limit, grace, signal }: Patience): Run<number> {
  yield* waitFor(job, child, limit);
  if (child.status !== null) return child.status;
  yield* send(job, child, signal);
  if (grace > 0) {
    yield* waitFor(job, child, grace);
    if (child.status === null) {
      yield* send(job, child, Signal.KILL);
      yield* waitFor(job, child, 0 as Duration);
      return 128 + Signal.KILL;
    }
  }
  yield* waitFor(job, child, 0 as Duration);
  const preserves = job.given.has("preserve") || signal === Signal.KILL;
  return preserves ? (child.status ?? TIMED_OUT) : TIMED_OUT;
}

/** Until the child has ended or `span` is over; 0 waits without end. */
function* waitFor(job: Job, child: Process, span: Duration): Run<void> {
  const { machine } = job.context;
  const deadline = span === 0 ? null : later(machine.now, span);
  while (child.alive && (deadline === null || machine.now < deadline))
    yield on(child.ended, deadline);
}

function* send(job: Job, child: Process, signal: number): Run<void> {
  const { given, context, quote, operands } = job;
  if (given.has("v")) {
    const name = signalName(signal) ?? String(signal);
    const command = quote.word(operands[1] as string);
    yield* context.err(`${job.name}: sending signal ${name} to command ${command}\n`);
  }
  child.signal(signal);
  // the signal goes to the whole group, and this one cannot be ignored
  if (signal === Signal.KILL && !given.has("foreground")) {
    context.process.signal(Signal.KILL);
    yield until(context.machine.now);
  }
}
