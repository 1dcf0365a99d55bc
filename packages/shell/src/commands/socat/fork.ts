/** fork(2) for a connection: a child with a copy of all descriptors goes on with it. */
import { CommandContext } from "../../command.ts";
import type { Wait } from "../../process/wait.ts";
import { finishSocat } from "./finish.ts";
import { notice, reportLine } from "./report.ts";

const EAGAIN_TEXT = "fork(): Resource temporarily unavailable";

export function* forkChild(
  context: CommandContext,
  verbosity: number,
  body: (child: CommandContext) => Generator<Wait, number, void>,
): Generator<Wait, void, void> {
  const { argv, machine, process } = context;
  const descriptors = process.descriptors.copy();
  const { origin } = process;
  const child = machine.spawn({ parent: process, argv, origin, descriptors }, (self) => {
    const own = new CommandContext(argv, self, machine);
    return finishSocat(own, () => body(own));
  });
  if (child === null) yield* context.err(reportLine(context, "E", EAGAIN_TEXT));
  else yield* notice(context, verbosity, `forked off child process ${child.pid}`);
}
