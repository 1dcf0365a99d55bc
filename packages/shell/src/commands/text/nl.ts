/** nl (coreutils): lines with numbers. Left out: sections of a page, -b pREGEX but for the common styles, -d, -f, -h, -l. */
import { valued } from "../../options/getopt.ts";
import { chomp, eachLine } from "../base/input.ts";
import { tool } from "../base/tool.ts";

const JUSTIFIED: Readonly<Record<string, (text: string, width: number) => string>> = {
  ln: (text, width) => text.padEnd(width),
  rn: (text, width) => text.padStart(width),
  rz: (text, width) => text.padStart(width, "0"),
};

export const nl = tool(
  "/usr/bin/nl",
  {
    options: [
      valued("b", "body-numbering", "b"),
      valued("i", "line-increment", "i"),
      valued("n", "number-format", "n"),
      valued("s", "number-separator", "s"),
      valued("v", "starting-line-number", "v"),
      valued("w", "number-width", "w"),
    ],
  },
  function* (job) {
    const { given } = job;
    const style = given.value("b") ?? "t";
    if (!/^[atn]$/.test(style))
      throw job.misused(`invalid body numbering style: ${job.quote.word(style)}`);
    const format = given.value("n") ?? "rn";
    const justify = JUSTIFIED[format];
    if (justify === undefined)
      throw job.misused(`invalid line numbering format: ${job.quote.word(format)}`);
    const width = Number(given.value("w") ?? 6);
    const separator = given.value("s") ?? "\t";
    let number = Number(given.value("v") ?? 1);
    yield* eachLine(job, function* (line) {
      const text = chomp(line);
      const numbered = style === "a" || (style === "t" && text !== "");
      const before = numbered
        ? justify(String(number), width) + separator
        : " ".repeat(width + separator.length);
      if (numbered) number += Number(given.value("i") ?? 1);
      yield* job.context.out(`${before}${text}\n`);
      return true;
    });
    return undefined;
  },
);
