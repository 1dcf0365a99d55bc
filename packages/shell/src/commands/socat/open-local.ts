/** STDIO, files, and programs: EXEC splits its words at spaces, SYSTEM hands them to /bin/sh. */
import type { CommandContext } from "../../command.ts";
import { Descriptors } from "../../process/descriptors.ts";
import { fileErrorText } from "../../process/errno.ts";
import type { OpenFile } from "../../process/open-file.ts";
import { createPipe } from "../../process/pipe.ts";
import type { Process } from "../../process/process.ts";
import { execute, prepare } from "../base/execute.ts";
import { type Channel, FileChannel } from "./channel.ts";
import { type Address, SocatFailure } from "./options.ts";
import { reportLine } from "./report.ts";

/** Which way data goes through an address. */
export type Use = "both" | "read" | "write";

export function standardStreams({ stderr, stdin, stdout }: CommandContext, type: string): Channel {
  if (type === "STDERR") return new FileChannel(undefined, stderr);
  const reads = type !== "STDOUT";
  const writes = type !== "STDIN";
  return new FileChannel(reads ? stdin : undefined, writes ? stdout : undefined);
}

/** Numbers of open(2)'s flags, as messages show them. */
const Flag = {
  write: 1,
  both: 2,
  create: 0o100,
  exclusive: 0o200,
  truncate: 0o1000,
  append: 0o2000,
};

export function openFile(
  { machine, process }: CommandContext,
  { options, type, words }: Address,
  use: Use,
): Channel {
  const [path = ""] = words;
  const has = (name: string): boolean => options.has(name);
  const isNew = type === "CREATE";
  const mode = {
    read: use !== "write" && !isNew,
    write: use !== "read" || isNew,
    create: isNew || has("creat") || has("create"),
    truncate: isNew || has("trunc"),
    append: has("append"),
    exclusive: has("excl"),
  };
  const file = machine.files.open(process, path, mode);
  if (typeof file === "number") {
    const flags =
      (mode.write ? (mode.read ? Flag.both : Flag.write) : 0) |
      (mode.create ? Flag.create : 0) |
      (mode.exclusive ? Flag.exclusive : 0) |
      (mode.truncate ? Flag.truncate : 0) |
      (mode.append ? Flag.append : 0);
    const call = isNew ? `creat("${path}", 0666)` : `open("${path}", 0${flags.toString(8)}, 0666)`;
    throw new SocatFailure(`${call}: ${fileErrorText(file)}`);
  }
  return new FileChannel(mode.read ? file : undefined, mode.write ? file : undefined);
}

/** A program between two pipes; its end in failure is socat's. */
class ProgramChannel extends FileChannel {
  private readonly child: Process;

  constructor(child: Process, output: OpenFile, input: OpenFile) {
    super(output, input, () => input.release());
    this.child = child;
  }

  override read(): string | number | null {
    const got = super.read();
    const { pid, status } = this.child;
    if (got === "" && status !== null && status !== 0)
      throw new SocatFailure(`waitpid(): child ${pid} exited with status ${status}`);
    return got;
  }
}

export function runProgram(
  context: CommandContext,
  { options, type, words: [line = ""] }: Address,
): Channel {
  const { machine, process } = context;
  const argv =
    type === "SYSTEM" ? ["/bin/sh", "-c", line] : line.split(" ").filter((word) => word !== "");
  const toChild = createPipe();
  const fromChild = createPipe();
  const descriptors = new Descriptors();
  descriptors.set(0, toChild.reader);
  descriptors.set(1, fromChild.writer);
  const errors = options.has("stderr") ? fromChild.writer : context.stderr;
  if (errors !== undefined) descriptors.set(2, errors.retain());
  const child = machine.spawn(
    { parent: process, argv, origin: process.origin, descriptors },
    function* (self) {
      const program = prepare(machine, self, argv);
      if (typeof program !== "number") return yield* execute(machine, self, program);
      const [name = ""] = argv;
      const text = `execvp("${name}", "${name}"): ${fileErrorText(program)}`;
      self.descriptors.get(2)?.write(reportLine({ machine, process: self }, "E", text));
      return 1;
    },
  );
  if (child === null) throw new SocatFailure("fork(): Resource temporarily unavailable");
  return new ProgramChannel(child, fromChild.reader, toChild.writer);
}
