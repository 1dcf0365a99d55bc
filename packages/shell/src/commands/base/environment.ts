/** env, printenv, nohup, setsid, nice, which: programs about running other programs. */
import { flag, valued } from "../../options/getopt.ts";
import { FileError, fileErrorText } from "../../process/errno.ts";
import { Signal } from "../../process/signal.ts";
import { execute, findProgram, prepare } from "./execute.ts";
import { type Job, type Run, tool } from "./tool.ts";

/** Goes on as another program; what is said when there is none is the caller's. */
export function* become(
  job: Job,
  argv: readonly string[],
  complaint: (name: string, why: string) => string,
): Run<number> {
  const { machine, process } = job.context;
  const program = prepare(machine, process, argv);
  if (typeof program !== "number") return yield* execute(machine, process, program);
  const status = program === FileError.ENOENT ? 127 : 126;
  throw job.fail(complaint(job.quote.word(argv[0] as string), fileErrorText(program)), status);
}

export const env = tool(
  "/usr/bin/env",
  {
    options: [
      flag("i", "ignore-environment", "i"),
      valued("u", "unset", "u"),
      valued("C", "chdir", "C"),
      flag("0", "null", "0"),
      valued("S", "split-string", "S"),
    ],
    usageStatus: 125,
    stopsAtOperand: true,
  },
  function* (job) {
    const { context, given } = job;
    const variables = new Map(given.has("i") ? [] : context.env);
    for (const name of given.values("u")) variables.delete(name);
    const words = [...given.values("S").flatMap((text) => text.split(/\s+/)), ...job.operands];
    let at = words[0] === "-" ? 1 : 0;
    if (at === 1) variables.clear();
    for (; at < words.length && (words[at] as string).includes("="); at++) {
      const word = words[at] as string;
      variables.set(word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1));
    }
    if (at === words.length) {
      const end = given.has("0") ? "\0" : "\n";
      yield* context.out(
        Array.from(variables, ([name, value]) => `${name}=${value}${end}`).join(""),
      );
      return 0;
    }
    const folder = given.value("C");
    if (folder !== undefined) {
      const node = context.machine.files.resolve(folder, context.cwd);
      const errno = typeof node === "number" ? node : FileError.ENOTDIR;
      if (typeof node === "number" || node.kind !== "directory")
        throw job.fail(
          `cannot change directory to ${job.quote.file(folder)}: ${fileErrorText(errno)}`,
          125,
        );
      context.process.cwd = folder.startsWith("/") ? folder : `${context.cwd}/${folder}`;
    }
    context.process.environment = variables;
    return yield* become(job, words.slice(at), (name, why) => `${name}: ${why}`);
  },
);

export const printenv = tool(
  "/usr/bin/printenv",
  { options: [flag("0", "null", "0")], usageStatus: 2, stopsAtOperand: true },
  function* (job) {
    const { context, operands } = job;
    const lines =
      operands.length === 0
        ? Array.from(context.env, ([name, value]) => `${name}=${value}`)
        : operands.flatMap((name) => context.env.get(name) ?? []);
    const end = job.given.has("0") ? "\0" : "\n";
    yield* context.out(lines.map((line) => line + end).join(""));
    return operands.length > 0 && lines.length < operands.length ? 1 : 0;
  },
);

/** The program goes on when its terminal hangs up. */
export const nohup = tool(
  "/usr/bin/nohup",
  { usageStatus: 125, stopsAtOperand: true },
  function* (job) {
    const { context, operands } = job;
    if (operands.length === 0) throw job.misused("missing operand");
    context.process.ignored.add(Signal.HUP);
    if (context.stdout?.isTerminal === true) {
      const mode = { read: false, write: true, create: true, append: true };
      const file = context.machine.files.open(context.process, "nohup.out", mode);
      if (typeof file !== "number") {
        yield* context.err("nohup: ignoring input and appending output to 'nohup.out'\n");
        context.process.descriptors.set(1, file);
      }
    }
    return yield* become(
      job,
      operands,
      (_, why) => `failed to run command '${operands[0]}': ${why}`,
    );
  },
);

export const setsid = tool(
  "/usr/bin/setsid",
  {
    options: [flag("f", "fork", "f"), flag("w", "wait", "w"), flag("c", "ctty", "c")],
    stopsAtOperand: true,
  },
  function* (job) {
    if (job.operands.length === 0) throw job.misused("no command specified");
    job.context.process.group = job.context.process.pid;
    return yield* become(
      job,
      job.operands,
      (_, why) => `failed to execute ${job.operands[0]}: ${why}`,
    );
  },
);

/** Niceness changes nothing: simulated processors are never short. */
export const nice = tool(
  "/usr/bin/nice",
  { options: [valued("n", "adjustment", "n")], usageStatus: 125, stopsAtOperand: true },
  function* (job) {
    const adjustment = job.given.value("n");
    if (adjustment !== undefined && !/^[-+]?\d+$/.test(adjustment))
      throw job.fail(`invalid adjustment ${job.quote.word(adjustment)}`, 125);
    if (job.operands.length > 0)
      return yield* become(job, job.operands, (name, why) => `${name}: ${why}`);
    yield* job.context.out("0\n");
    return 0;
  },
);

/** Debian's which is silent about what is not there; CentOS 7's says where it looked. */
export const which = tool("/usr/bin/which", { options: [flag("a", "all", "a")] }, function* (job) {
  const { context, given, operands } = job;
  const { machine, process } = context;
  const path = context.env.get("PATH") ?? "";
  for (const name of operands) {
    const folders = path.split(":");
    const candidates = name.includes("/") ? [name] : folders.map((folder) => `${folder}/${name}`);
    const found = candidates.filter(
      (candidate) => typeof findProgram(machine, process, candidate) !== "number",
    );
    const shown = found.slice(0, given.has("a") ? found.length : 1);
    yield* context.out(shown.map((candidate) => `${candidate}\n`).join(""));
    if (found.length > 0) continue;
    job.status = 1;
    if (machine.system.distribution.id === "centos")
      yield* context.err(`/usr/bin/which: no ${name} in (${path})\n`);
  }
  return undefined;
});
