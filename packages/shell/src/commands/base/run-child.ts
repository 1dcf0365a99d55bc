/** fork, execve and wait in one: what find, xargs and services do with other programs. */
import type { CommandContext } from "../../command.ts";
import { FileError } from "../../process/errno.ts";
import { Signal } from "../../process/signal.ts";
import { on } from "../../process/wait.ts";
import { execute, prepare } from "./execute.ts";
import type { Run } from "./tool.ts";

/** Runs a program with the caller's descriptors to its end: its status, or why it did not run. */
export function* runChild(
  { machine, process }: CommandContext,
  argv: readonly string[],
): Run<number | { readonly errno: number }> {
  const program = prepare(machine, process, argv);
  if (typeof program === "number") return { errno: program };
  const child = machine.spawn(
    {
      parent: process,
      argv,
      origin: { ...process.origin, command: argv.join(" ") },
      descriptors: process.descriptors.copy(),
    },
    (self) => execute(machine, self, program),
  );
  if (child === null) return { errno: FileError.EAGAIN };
  try {
    while (child.alive) yield on(child.ended);
  } finally {
    if (child.alive) child.signal(Signal.TERM);
  }
  return child.status ?? 1;
}
