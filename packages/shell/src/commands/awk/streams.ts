/**
 * What an awk program reads and writes: files and commands by their text, each open until it is closed. Output is kept
 * back as stdio does: 4096 characters for everything that is no terminal, so that order between streams is the real one's.
 */

import type { CommandContext } from "../../command.ts";
import { SHELL_LIMITS } from "../../kernel/limits.ts";
import { FileError } from "../../process/errno.ts";
import type { OpenFile } from "../../process/open-file.ts";
import { createPipe } from "../../process/pipe.ts";
import type { Process } from "../../process/process.ts";
import { Killed, Signal } from "../../process/signal.ts";
import { readSome, writeAll } from "../../process/transfer.ts";
import { on } from "../../process/wait.ts";
import { execute, prepare } from "../base/execute.ts";
import type { Run } from "../base/tool.ts";

const BUFFER = 4096;
const OPEN_MAX = 256;

/** Where a record ends: null at the end of the input, more when the buffer must grow. */
export type Separate = (
  text: string,
  ended: boolean,
) => { readonly record: string; readonly rest: number; readonly mark: string } | null;

export class Writer {
  readonly file: OpenFile;
  readonly child: Process | null;
  private held = "";

  constructor(file: OpenFile, child: Process | null) {
    this.file = file;
    this.child = child;
  }

  /** 0, or an errno. */
  *write(process: Process, text: string): Run<number> {
    this.held += text;
    return this.held.length >= BUFFER || this.file.isTerminal ? yield* this.flush(process) : 0;
  }

  *flush(process: Process): Run<number> {
    const text = this.held;
    this.held = "";
    return text === "" ? 0 : yield* writeAll(process, this.file, text);
  }
}

export class Reader {
  readonly child: Process | null;
  private readonly file: OpenFile;
  private held = "";
  private ended = false;

  constructor(file: OpenFile, child: Process | null) {
    this.file = file;
    this.child = child;
  }

  /** The next record, null at the end, an errno. */
  *next(
    separate: Separate,
  ): Run<{ readonly record: string; readonly mark: string } | number | null> {
    for (;;) {
      const found = this.held === "" ? null : separate(this.held, this.ended);
      if (found !== null) {
        this.held = this.held.slice(found.rest);
        return found;
      }
      if (this.ended) {
        this.held = "";
        return null;
      }
      const got = yield* readSome(this.file);
      if (typeof got === "number") return got;
      if (got === "") this.ended = true;
      this.held += got;
      if (this.held.length > SHELL_LIMITS.outputCharactersMax) throw new Killed(Signal.KILL);
    }
  }

  release(): void {
    this.file.release();
  }
}

export class Streams {
  private readonly context: CommandContext;
  private readonly writers = new Map<string, Writer>();
  private readonly readers = new Map<string, Reader>();
  private readonly output: Writer | null;
  private readonly errors: Writer | null;

  constructor(context: CommandContext) {
    this.context = context;
    const { stdout, stderr } = context;
    this.output = stdout === undefined ? null : new Writer(stdout.retain(), null);
    this.errors = stderr === undefined ? null : new Writer(stderr.retain(), null);
  }

  *print(text: string): Run<number> {
    return this.output === null ? 0 : yield* this.output.write(this.context.process, text);
  }

  /** The stream that `>`, `>>` or `|` names, made when it is new; an errno. */
  *writer(kind: ">" | ">>" | "|", name: string): Run<Writer | number> {
    const known = this.writers.get(name);
    if (known !== undefined) return known;
    if (kind !== "|" && (name === "/dev/stdout" || name === "-") && this.output !== null)
      return this.output;
    if (kind !== "|" && name === "/dev/stderr" && this.errors !== null) return this.errors;
    if (this.writers.size + this.readers.size >= OPEN_MAX) return FileError.ENFILE;
    const made = kind === "|" ? yield* this.toCommand(name) : this.toFile(name, kind === ">>");
    if (typeof made !== "number") this.writers.set(name, made);
    return made;
  }

  /** The stream that `getline` reads; an errno. */
  *reader(kind: "file" | "command", name: string): Run<Reader | number> {
    const known = this.readers.get(name);
    if (known !== undefined) return known;
    if (this.writers.size + this.readers.size >= OPEN_MAX) return FileError.ENFILE;
    const made = kind === "command" ? yield* this.fromCommand(name) : this.fromFile(name);
    if (typeof made !== "number") this.readers.set(name, made);
    return made;
  }

  fromFile(name: string): Reader | number {
    const { machine, process, stdin } = this.context;
    if (name === "-" || name === "/dev/stdin")
      return stdin === undefined ? FileError.EBADF : new Reader(stdin.retain(), null);
    const node = machine.files.resolve(name, process.cwd, true, process);
    if (typeof node !== "number" && node.kind === "directory") return FileError.EISDIR;
    const file = machine.files.open(process, name, { read: true, write: false });
    return typeof file === "number" ? file : new Reader(file, null);
  }

  private toFile(name: string, append: boolean): Writer | number {
    const { machine, process } = this.context;
    const file = machine.files.open(process, name, {
      read: false,
      write: true,
      create: true,
      truncate: !append,
      append,
    });
    return typeof file === "number" ? file : new Writer(file, null);
  }

  private *toCommand(command: string): Run<Writer | number> {
    yield* this.flush();
    const { reader, writer } = createPipe();
    const child = this.spawn(command, 0, reader);
    if (typeof child !== "number") return new Writer(writer, child);
    writer.release();
    return child;
  }

  private *fromCommand(command: string): Run<Reader | number> {
    yield* this.flush();
    const { reader, writer } = createPipe();
    const child = this.spawn(command, 1, writer);
    if (typeof child !== "number") return new Reader(reader, child);
    reader.release();
    return child;
  }

  /** `system`: the status as a shell shows it, with signals as 256 + n; −1 when there is no process. */
  *system(command: string): Run<number> {
    yield* this.flush();
    const child = this.spawn(command, -1, null);
    return typeof child === "number" ? -1 : yield* ended(child);
  }

  private spawn(command: string, descriptor: number, file: OpenFile | null): Process | number {
    const { machine, process } = this.context;
    const argv = ["/bin/sh", "-c", command];
    const program = prepare(machine, process, argv);
    if (typeof program === "number") {
      file?.release();
      return program;
    }
    const descriptors = process.descriptors.copy();
    if (file !== null) descriptors.set(descriptor, file);
    const child = machine.spawn(
      {
        parent: process,
        argv: ["sh", "-c", command],
        origin: { ...process.origin, command },
        descriptors,
      },
      (self) => execute(machine, self, program),
    );
    return child ?? FileError.EAGAIN;
  }

  /** Everything kept back goes out: an errno of the first that failed. */
  *flush(): Run<number> {
    const { process } = this.context;
    let failed = 0;
    for (const writer of [this.output, this.errors, ...this.writers.values()])
      if (writer !== null) failed = (yield* writer.flush(process)) || failed;
    return failed;
  }

  /** `close`: −1 when nothing of that name is open. */
  *close(name: string): Run<number> {
    const writer = this.writers.get(name);
    const reader = this.readers.get(name);
    this.writers.delete(name);
    this.readers.delete(name);
    if (writer !== undefined) yield* writer.flush(this.context.process);
    writer?.file.release();
    reader?.release();
    const child = writer?.child ?? reader?.child ?? null;
    if (child !== null) return yield* ended(child);
    return writer === undefined && reader === undefined ? -1 : 0;
  }

  *closeAll(): Run<number> {
    // what goes to a command comes out of it before what goes to standard output
    for (const name of [...this.writers.keys(), ...this.readers.keys()]) yield* this.close(name);
    return yield* this.flush();
  }

  /** What a signal leaves: descriptors are given back, nothing is written. */
  abandon(): void {
    for (const { file } of this.writers.values()) file.release();
    for (const reader of this.readers.values()) reader.release();
    this.output?.file.release();
    this.errors?.file.release();
  }
}

function* ended(child: Process): Run<number> {
  while (child.alive) yield on(child.ended);
  return child.endedBy > 0 ? 256 + child.endedBy : (child.status ?? 0);
}
