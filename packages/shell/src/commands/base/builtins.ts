/** Programs that shells have built in: echo, printf, test, [ and pwd run the shell's own, as programs of their own process. */
import type { Command } from "../../command.ts";
import { become } from "./environment.ts";
import { Given } from "./given.ts";
import { Job } from "./tool.ts";

const program = (path: string, name: string): Command => ({
  path,
  *run(context) {
    const [first = name, ...rest] = context.argv;
    const job = new Job(context, new Given(first, [], []), 1);
    return yield* become(
      job,
      ["/usr/bin/bash", "-c", `builtin ${name} "$@"`, name, ...rest],
      (shell, why) => `${shell}: ${why}`,
    );
  },
});

export const SHELL_BUILT_IN_COMMANDS: readonly Command[] = [
  program("/usr/bin/echo", "echo"),
  program("/usr/bin/printf", "printf"),
  program("/usr/bin/test", "test"),
  program("/usr/bin/[", "["),
  program("/usr/bin/pwd", "pwd"),
];
