/**
 * The contract of every external command: a file of the machine whose program is a generator. It parks by yielding a
 * `Wait`, writes with `yield* context.out(…)`, and returns its exit status. A command that neither waits nor streams
 * is written as a plain function with `simpleCommand`.
 */

import type { NetworkNamespace } from "@lvsim/core";
import { type ChangeOrigin, nanoseconds } from "@lvsim/core";
import type { Kernel } from "./kernel/kernel.ts";
import type { OpenFile } from "./process/open-file.ts";
import type { Process } from "./process/process.ts";
import { readAll, readSome, writeAll } from "./process/transfer.ts";
import type { Wait } from "./process/wait.ts";
import type { Program } from "./vfs/node.ts";

export interface Command extends Program {
  /** Where it is installed, as `/usr/sbin/ipvsadm`. */
  readonly path: string;
  /** Further paths of the same program, as symbolic links to it. */
  readonly aliases?: readonly string[];
  run(context: CommandContext): Generator<Wait, number, void>;
}

export class CommandContext {
  /** argv[0] as typed. */
  readonly argv: readonly string[];
  readonly process: Process;
  readonly machine: Kernel;
  private asker: ChangeOrigin | null = null;

  constructor(argv: readonly string[], process: Process, machine: Kernel) {
    this.argv = argv;
    this.process = process;
    this.machine = machine;
  }

  get env(): ReadonlyMap<string, string> {
    return this.process.environment;
  }

  get cwd(): string {
    return this.process.cwd;
  }

  get namespace(): NetworkNamespace {
    return this.process.namespace;
  }

  /** Who asks for a change of configuration: one object for all that the command changes. */
  get origin(): ChangeOrigin {
    const { command, file, line } = this.process.origin;
    this.asker ??= { machine: this.machine.name, process: command, file, line };
    return this.asker;
  }

  /** Undefined when the descriptor is closed. */
  get stdin(): OpenFile | undefined {
    return this.process.descriptors.get(0);
  }

  get stdout(): OpenFile | undefined {
    return this.process.descriptors.get(1);
  }

  get stderr(): OpenFile | undefined {
    return this.process.descriptors.get(2);
  }

  /** Writes to standard output; an errno, which most commands ignore. A closed pipe ends the command. */
  *out(text: string): Generator<Wait, number, void> {
    return yield* this.write(1, text);
  }

  /** Writes to standard error. */
  *err(text: string): Generator<Wait, number, void> {
    return yield* this.write(2, text);
  }

  /** A piece of standard input; "" at its end. */
  *read(): Generator<Wait, string, void> {
    const file = this.stdin;
    const got = file === undefined ? "" : yield* readSome(file);
    return typeof got === "number" ? "" : got;
  }

  /** All of standard input. */
  *readAll(): Generator<Wait, string, void> {
    const file = this.stdin;
    return file === undefined ? "" : yield* readAll(file);
  }

  private *write(descriptor: number, text: string): Generator<Wait, number, void> {
    const file = this.process.descriptors.get(descriptor);
    if (file === undefined) return text === "" ? 0 : 9; // EBADF
    const wait = this.machine.step(this.process, nanoseconds(0), text.length);
    if (wait !== null) yield wait;
    return yield* writeAll(this.process, file, text);
  }
}

/** What a plain command is given: everything at once. */
export interface SimpleContext {
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  readonly namespace: NetworkNamespace;
  readonly machine: Kernel;
  readonly process: Process;
  readonly origin: ChangeOrigin;
  /** All of standard input; only for commands that say they read it. */
  readonly stdin?: string;
}

export interface SimpleResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Parts of a result that a command leaves out are 0 and "". */
export const result = (parts: Partial<SimpleResult>): SimpleResult => ({
  status: parts.status ?? 0,
  stdout: parts.stdout ?? "",
  stderr: parts.stderr ?? "",
});

/** A command that does everything at one instant. Standard output is written before standard error. */
export function simpleCommand(
  path: string,
  run: (context: SimpleContext) => SimpleResult,
  options: {
    readonly readsStdin?: (argv: readonly string[]) => boolean;
    readonly aliases?: readonly string[];
  } = {},
): Command {
  return {
    path,
    aliases: options.aliases ?? [],
    *run(context) {
      const { argv, env, cwd, namespace, machine, process, origin } = context;
      const plain: SimpleContext = { argv, env, cwd, namespace, machine, process, origin };
      const reads = options.readsStdin?.(argv) === true;
      const answer = run(reads ? { ...plain, stdin: yield* context.readAll() } : plain);
      if (answer.stdout !== "") yield* context.out(answer.stdout);
      if (answer.stderr !== "") yield* context.err(answer.stderr);
      return answer.status;
    },
  };
}
