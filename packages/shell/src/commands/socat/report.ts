/** What socat says on standard error: the time, its process, how bad it is, and the text. */
import type { CommandContext } from "../../command.ts";
import type { Wait } from "../../process/wait.ts";
import { strftime } from "../../time/strftime.ts";

const NOTICES_FROM = 2;

export const reportLine = (
  { machine, process }: Pick<CommandContext, "machine" | "process">,
  level: "E" | "N",
  text: string,
): string => {
  const time = strftime("%Y/%m/%d %H:%M:%S", { seconds: machine.wallSeconds, nanoseconds: 0 });
  return `${time} socat[${process.pid}] ${level} ${text}\n`;
};

/** Said with -d -d. */
export function* notice(
  context: CommandContext,
  verbosity: number,
  text: string,
): Generator<Wait, void, void> {
  if (verbosity >= NOTICES_FROM) yield* context.err(reportLine(context, "N", text));
}
