/** Runs a program for a service, with input and output of its own. */
import type { CommandContext, SimpleResult } from "../../command.ts";
import { SHELL_LIMITS } from "../../kernel/limits.ts";
import { Capture, Feed } from "../../process/capture.ts";
import { Descriptors } from "../../process/descriptors.ts";
import { fileErrorText } from "../../process/errno.ts";
import { on, type Wait } from "../../process/wait.ts";
import { execute, prepare } from "./execute.ts";

export function* runCaptured(
  { machine, process }: CommandContext,
  argv: readonly string[],
  stdin = "",
): Generator<Wait, SimpleResult, void> {
  const program = prepare(machine, process, argv);
  if (typeof program === "number")
    return { status: 127, stdout: "", stderr: `${argv[0]}: ${fileErrorText(program)}\n` };
  const descriptors = new Descriptors();
  const stdout = new Capture(SHELL_LIMITS.outputCharactersMax);
  const stderr = new Capture(SHELL_LIMITS.outputCharactersMax);
  descriptors.set(0, new Feed(stdin, true));
  descriptors.set(1, stdout);
  descriptors.set(2, stderr);
  const child = machine.spawn(
    {
      parent: process,
      argv,
      origin: { ...process.origin, command: argv.join(" ") },
      descriptors,
    },
    (self) => execute(machine, self, program),
  );
  if (child === null)
    return { status: 1, stdout: "", stderr: `${argv[0]}: ${fileErrorText(11)}\n` };
  while (child.alive) yield on(child.ended);
  return { status: child.status ?? 1, stdout: stdout.text, stderr: stderr.text };
}
