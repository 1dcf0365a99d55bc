/** uniq (coreutils): neighbouring lines that are equal. */
import { flag, valued } from "../../options/getopt.ts";
import { chomp, LineReader, openInput } from "./input.ts";
import { type Job, type Run, tool } from "./tool.ts";

export const uniq = tool(
  "/usr/bin/uniq",
  {
    options: [
      flag("c", "count", "c"),
      flag("d", "repeated", "d"),
      valued("f", "skip-fields", "f"),
      flag("i", "ignore-case", "i"),
      valued("s", "skip-chars", "s"),
      flag("u", "unique", "u"),
      valued("w", "check-chars", "w"),
    ],
  },
  function* (job) {
    job.noOperand(2);
    const { context, operands } = job;
    const file = openInput(context, operands[0] ?? "-");
    if (typeof file === "number") {
      yield* job.complainOf(operands[0] ?? "-", file);
      return 1;
    }
    const write = writerOf(job);
    try {
      const reader = new LineReader(file);
      let line = "";
      let count = 0;
      for (;;) {
        const next = yield* reader.next();
        if (typeof next === "number")
          throw job.fail(`error reading ${job.quote.file(operands[0] ?? "-")}`);
        const isSame = count > 0 && next !== "" && keyOf(job, next) === keyOf(job, line);
        if (!isSame && count > 0) yield* write(chomp(line), count);
        if (next === "") return 0;
        if (!isSame) line = next;
        count = isSame ? count + 1 : 1;
      }
    } finally {
      file.release();
    }
  },
);

function writerOf(job: Job): (line: string, count: number) => Run<void> {
  const { context, given, operands } = job;
  const output = operands[1];
  if (output !== undefined) context.machine.files.writeText(resolve(context.cwd, output), "");
  return function* (line, count) {
    if (given.has("d") && count < 2) return;
    if (given.has("u") && count > 1) return;
    const text = given.has("c") ? `${String(count).padStart(7)} ${line}\n` : `${line}\n`;
    if (output === undefined) yield* context.out(text);
    else {
      const path = resolve(context.cwd, output);
      const { files } = context.machine;
      files.writeText(path, (files.readText(path) ?? "") + text);
    }
  };
}

const resolve = (cwd: string, path: string): string =>
  path.startsWith("/") ? path : `${cwd}/${path}`;

function keyOf({ given }: Job, line: string): string {
  let text = chomp(line);
  for (let i = Number(given.value("f") ?? 0); i > 0; i--) text = text.replace(/^[ \t]*[^ \t]*/, "");
  text = text.slice(Number(given.value("s") ?? 0));
  if (given.has("w")) text = text.slice(0, Number(given.value("w")));
  return given.has("i") ? text.toLowerCase() : text;
}
