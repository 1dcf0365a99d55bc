/** fold (coreutils): long lines are broken. A character counts as one column. */
import { flag, valued } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import { chomp, eachLine } from "../base/input.ts";
import { tool } from "../base/tool.ts";

export const fold = tool(
  "/usr/bin/fold",
  {
    options: [
      valued("w", "width", "w"),
      flag("s", "spaces", "s"),
      flag("b", "bytes", "b"),
      ...Array.from("0123456789", (digit) => flag(digit, "", digit)),
    ],
  },
  function* (job) {
    const digits = job.given.options
      .filter(({ tag }) => /\d/.test(tag))
      .map(({ tag }) => tag)
      .join("");
    const text = job.given.value("w") ?? (digits || "80");
    const width = Number(text);
    if (!/^\d+$/.test(text) || width === 0)
      throw job.fail(
        `invalid number of columns: ${job.quote.word(text)}${width === 0 ? `: ${fileErrorText(34)}` : ""}`,
      );
    yield* eachLine(job, function* (line) {
      let rest = Array.from(chomp(line));
      while (rest.length > width) {
        const blank = job.given.has("s") ? rest.slice(0, width).lastIndexOf(" ") : -1;
        const end = blank < 0 ? width : blank + 1;
        yield* job.context.out(`${rest.slice(0, end).join("")}\n`);
        rest = rest.slice(end);
      }
      yield* job.context.out(rest.join("") + (line.endsWith("\n") ? "\n" : ""));
      return true;
    });
    return undefined;
  },
);
