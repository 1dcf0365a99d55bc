/** tac (coreutils): lines, the last first. Left out: -b and -r. */
import { valued } from "../../options/getopt.ts";
import { FileError, fileErrorText } from "../../process/errno.ts";
import { inputsOf, slurp } from "../base/input.ts";
import { tool } from "../base/tool.ts";

export const tac = tool(
  "/usr/bin/tac",
  { options: [valued("s", "separator", "s")] },
  function* (job) {
    const separator = job.given.value("s") ?? "\n";
    for (const name of inputsOf(job)) {
      const text = yield* slurp(job.context, name);
      if (typeof text === "number") {
        const what = text === FileError.EISDIR ? "read error" : "failed to open";
        yield* job.complain(
          text === FileError.EISDIR
            ? `${job.quote.plain(name)}: ${what}: ${fileErrorText(FileError.EINVAL)}`
            : `${what} ${job.quote.file(name)} for reading: ${fileErrorText(text)}`,
        );
        continue;
      }
      const parts = text.split(separator);
      const rest = parts.pop() ?? "";
      yield* job.context.out(
        rest +
          parts
            .reverse()
            .map((part) => part + separator)
            .join(""),
      );
    }
    return undefined;
  },
);
