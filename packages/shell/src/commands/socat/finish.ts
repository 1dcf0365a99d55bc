/** How a process of socat ends: with the status of what it did, or with its complaint. */
import type { CommandContext } from "../../command.ts";
import type { Wait } from "../../process/wait.ts";
import { SocatFailure } from "./options.ts";
import { reportLine } from "./report.ts";

export function* finishSocat(
  context: CommandContext,
  body: () => Generator<Wait, number, void>,
): Generator<Wait, number, void> {
  try {
    return yield* body();
  } catch (thrown) {
    if (!(thrown instanceof SocatFailure)) throw thrown;
    yield* context.err(reportLine(context, "E", thrown.stderr));
    return thrown.status;
  }
}
