/**
 * Programs that shells have built in, for those who run them without a shell: a plain echo, and printf, test, [ and pwd by
 * way of the shell's own.
 */
import type { Command } from "../../command.ts";
import { become } from "./environment.ts";
import { type Job, type Run, wordTool } from "./tool.ts";

function* builtin(job: Job, name: string): Run<number> {
  const argv = ["/usr/bin/bash", "-c", `builtin ${name} "$@"`, name, ...job.context.argv.slice(1)];
  return yield* become(job, argv, (shell, why) => `${shell}: ${why}`);
}

const echo = wordTool("/usr/bin/echo", function* (job) {
  const [, first = "", ...rest] = job.context.argv;
  if (/^-[neE]*e[neE]*$/.test(first)) return yield* builtin(job, "echo");
  const bare = first === "-n";
  const words = bare ? rest : job.context.argv.slice(1);
  yield* job.context.out(`${words.join(" ")}${bare ? "" : "\n"}`);
  return 0;
});

export const SHELL_BUILT_IN_COMMANDS: readonly Command[] = [
  echo,
  wordTool("/usr/bin/printf", (job) => builtin(job, "printf")),
  wordTool("/usr/bin/test", (job) => builtin(job, "test")),
  wordTool("/usr/bin/[", (job) => builtin(job, "[")),
  wordTool("/usr/bin/pwd", (job) => builtin(job, "pwd")),
];
