/** date (coreutils) over the machine's simulated clock. Setting it is refused: simulated time has one owner. */
import { flag, type GetoptOption, valued } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import { type Moment, momentOf, parseMoment } from "../../time/moment.ts";
import { strftime } from "../../time/strftime.ts";
import { type Job, plainTool } from "./tool.ts";

const optional = (short: string, long: string, tag: string): GetoptOption<string> => ({
  short,
  long,
  value: "optional",
  tag,
});

const ISO_FORMATS: Readonly<Record<string, string>> = {
  "": "%Y-%m-%d",
  date: "%Y-%m-%d",
  hours: "%Y-%m-%dT%H%:z",
  minutes: "%Y-%m-%dT%H:%M%:z",
  seconds: "%Y-%m-%dT%H:%M:%S%:z",
  ns: "%Y-%m-%dT%H:%M:%S,%N%:z",
};

export const date = plainTool(
  "/usr/bin/date",
  {
    options: [
      valued("d", "date", "d"),
      valued("r", "reference", "r"),
      valued("s", "set", "s"),
      flag("u", "utc", "u"),
      flag("u", "universal", "u"),
      flag("R", "rfc-email", "R"),
      optional("I", "iso-8601", "I"),
      valued("", "rfc-3339", "rfc-3339"),
    ],
  },
  (job) => {
    const { given, operands, quote } = job;
    const [format] = operands;
    const extra = operands[1];
    if (extra !== undefined) throw job.misused(`extra operand ${quote.word(extra)}`);
    if (format !== undefined && !format.startsWith("+")) {
      if (!/^\d{8}(\d{2}|\d{4})?(\.\d\d)?$/.test(format))
        throw job.fail(`invalid date ${quote.word(format)}`);
      throw job.fail(`cannot set date: ${fileErrorText(1)}`);
    }
    if (given.has("s")) throw job.fail(`cannot set date: ${fileErrorText(1)}`);
    return `${strftime(formatOf(job, format), shownMoment(job))}\n`;
  },
);

function formatOf({ given }: Job, format: string | undefined): string {
  if (format !== undefined) return format.slice(1);
  if (given.has("R")) return "%a, %d %b %Y %H:%M:%S %z";
  const iso = given.value("I");
  if (iso !== undefined) return ISO_FORMATS[iso] ?? (ISO_FORMATS[""] as string);
  const rfc = given.value("rfc-3339");
  if (rfc === undefined) return "%a %b %e %H:%M:%S %Z %Y";
  return rfc === "date" ? "%Y-%m-%d" : `%Y-%m-%d %H:%M:%S${rfc === "ns" ? ".%N" : ""}%:z`;
}

function shownMoment(job: Job): Moment {
  const { given, context, quote } = job;
  const { machine } = context;
  const text = given.value("d");
  if (text !== undefined) {
    const moment = parseMoment(text, machine.now);
    if (moment === undefined) throw job.fail(`invalid date ${quote.word(text)}`);
    return moment;
  }
  const reference = given.value("r");
  if (reference === undefined) return momentOf(machine.now);
  const node = machine.files.resolve(reference, context.cwd);
  if (typeof node === "number") throw job.fail(`${quote.plain(reference)}: ${fileErrorText(node)}`);
  return momentOf(node.modified);
}
