/** One session of sshd: a command, or a shell at a terminal of its own, with its streams carried over the wire. */
import { DEFAULT_PATH } from "../../kernel/executable.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { Descriptors } from "../../process/descriptors.ts";
import type { OpenFile } from "../../process/open-file.ts";
import { createPipe } from "../../process/pipe.ts";
import type { Process } from "../../process/process.ts";
import { Signal } from "../../process/signal.ts";
import { on, onAny, type Wait, type WaitQueue } from "../../process/wait.ts";
import { execute, prepare } from "../base/execute.ts";
import { Pty } from "./pty.ts";
import type { Frame, Wire } from "./wire.ts";

const READ_MAX = 32_768;

const ENVIRONMENT: ReadonlyMap<string, string> = new Map([
  ["HOME", "/root"],
  ["LANG", "C.UTF-8"],
  ["LOGNAME", "root"],
  ["PATH", DEFAULT_PATH],
  ["PWD", "/root"],
  ["SHELL", "/bin/bash"],
  ["USER", "root"],
]);

export function* serve(machine: Kernel, self: Process, wire: Wire): Generator<Wait, number, void> {
  try {
    wire.sendLine("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7");
    while (wire.takeLine() === null) {
      if (wire.ended) return SESSION_FAILED;
      yield on(wire.queue);
      wire.pump();
    }
    let terminal = false;
    for (;;) {
      const frame = wire.takeFrame();
      if (frame?.kind === "T") terminal = true;
      if (frame?.kind === "C") return yield* run(machine, self, wire, frame.text, terminal);
      if (frame !== null) continue;
      if (wire.ended) return SESSION_FAILED;
      yield on(wire.queue);
      wire.pump();
    }
  } finally {
    wire.close();
  }
}

const SESSION_FAILED = 255;

/** The ends of a command's streams that stay with the session. */
interface Streams {
  /** Null once its end was told. */
  input: OpenFile | null;
  output: OpenFile | null;
  errors: OpenFile | null;
  /** In the place of all three. */
  readonly pty: Pty | null;
}

function* run(
  machine: Kernel,
  self: Process,
  wire: Wire,
  command: string,
  terminal: boolean,
): Generator<Wait, number, void> {
  const descriptors = new Descriptors();
  const streams = terminal ? atTerminal(machine, descriptors) : inPipes(descriptors);
  const argv = command === "" ? ["-bash"] : ["bash", "-c", command];
  const program = prepare(machine, self, [
    "/bin/bash",
    ...(command === "" ? (terminal ? ["-i"] : []) : ["-c", command]),
  ]);
  const child =
    typeof program === "number"
      ? null
      : machine.spawn(
          {
            parent: self,
            argv,
            origin: { command, file: "", line: 0 },
            descriptors,
            cwd: "/root",
            environment: ENVIRONMENT,
            newGroup: true,
          },
          (own) => execute(machine, own, program),
        );
  if (child === null) {
    wire.send("R", "exec request failed on channel 0\r\n");
    return yield* finish(wire, SESSION_FAILED);
  }
  if (streams.pty !== null) streams.pty.foreground = child.group;
  try {
    return yield* carry(wire, child, streams);
  } finally {
    // who has no terminal is not told of a hang-up, and goes on until it writes
    if (child.alive && streams.pty !== null) machine.kill(-child.group, Signal.HUP);
    for (const file of [streams.input, streams.output, streams.errors]) file?.release();
  }
}

function inPipes(descriptors: Descriptors): Streams {
  const [input, output, errors] = [createPipe(), createPipe(), createPipe()];
  descriptors.set(0, input.reader);
  descriptors.set(1, output.writer);
  descriptors.set(2, errors.writer);
  return { input: input.writer, output: output.reader, errors: errors.reader, pty: null };
}

function atTerminal(machine: Kernel, descriptors: Descriptors): Streams {
  const pty = new Pty((group, signal) => machine.kill(-group, signal));
  for (const descriptor of [0, 1, 2]) descriptors.set(descriptor, pty.retain());
  return { input: null, output: null, errors: null, pty };
}

function* carry(wire: Wire, child: Process, streams: Streams): Generator<Wait, number, void> {
  let unwritten = "";
  let ending = false;
  for (;;) {
    wire.pump();
    for (let frame = wire.takeFrame(); frame !== null; frame = wire.takeFrame()) {
      if (frame.kind === "I" && streams.pty === null) unwritten += frame.text;
      else if (frame.kind === "Z") ending = true;
      else obey(frame, child, streams);
    }
    unwritten = feed(streams, unwritten, ending);
    if (!wire.isFull) collect(wire, streams);
    const open = streams.output !== null || streams.errors !== null;
    if (!child.alive && !open) {
      if (streams.pty !== null) streams.pty.tell(wire);
      return yield* finish(wire, child.status ?? 0);
    }
    if (wire.ended) return SESSION_FAILED;
    yield onAny(waitsOf(wire, child, streams));
  }
}

function obey({ kind, text }: Frame, child: Process, { pty }: Streams): void {
  if (kind === "S") child.signal(Number(text));
  else if (kind === "I") pty?.type(text);
}

/** Gives the command what it can take; the rest. */
function feed(streams: Streams, text: string, ending: boolean): string {
  let rest = text;
  while (rest !== "" && streams.input !== null) {
    const count = streams.input.write(rest);
    if (count < 0) rest = "";
    if (count <= 0) break;
    rest = rest.slice(count);
  }
  if (rest === "" && ending) {
    streams.input?.release();
    streams.input = null;
  }
  return rest;
}

function collect(wire: Wire, streams: Streams): void {
  streams.pty?.tell(wire);
  for (const [kind, key] of [
    ["O", "output"],
    ["R", "errors"],
  ] as const) {
    for (let file = streams[key]; file !== null && !wire.isFull; file = streams[key]) {
      const got = file.read(READ_MAX);
      if (got === null) break;
      if (typeof got === "string" && got !== "") {
        wire.send(kind, got);
        continue;
      }
      file.release();
      streams[key] = null;
    }
  }
}

function waitsOf(wire: Wire, child: Process, { errors, input, output, pty }: Streams): WaitQueue[] {
  const queues = [wire.queue];
  if (child.alive) queues.push(child.ended);
  if (output !== null && !wire.isFull) queues.push(output.readable);
  if (errors !== null && !wire.isFull) queues.push(errors.readable);
  if (input !== null) queues.push(input.writable);
  if (pty !== null) queues.push(pty.told);
  return queues;
}

function* finish(wire: Wire, status: number): Generator<Wait, number, void> {
  wire.send("X", String(status));
  while (!wire.isFlushed && !wire.ended) {
    yield on(wire.queue);
    wire.pump();
  }
  return 0;
}
