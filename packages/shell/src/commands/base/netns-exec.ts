/**
 * `ip netns exec NAME COMMAND…`: the program goes on in another network namespace; with `-all`, in one after the other.
 * All else is left to `ip` itself.
 */
import type { Command, CommandContext } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import { isPrefix, Words } from "../../options/iproute2.ts";
import { fileErrorText } from "../../process/errno.ts";
import type { Wait } from "../../process/wait.ts";
import { takeIpOptions } from "../ip/options.ts";
import { execute, prepare } from "./execute.ts";
import { runChild } from "./run-child.ts";

type Run = Generator<Wait, number, void>;

interface Request {
  readonly all: boolean;
  readonly words: readonly string[];
}

/** Null for everything but `netns exec`. */
function requestIn(argv: readonly string[]): Request | null {
  const words = new Words(argv.slice(1));
  try {
    const { all, ask } = takeIpOptions(words);
    const [object = "", verb = "", ...rest] = words.rest();
    // what is shorter means another object
    const asked = object.length > 2 && isPrefix(object, "netns") && isPrefix(verb, "exec");
    return asked && ask === null ? { all, words: rest } : null;
  } catch (thrown) {
    if (thrown instanceof CommandFailure) return null;
    throw thrown;
  }
}

export const withNetnsExec = (ip: Command): Command => ({
  ...ip,
  *run(context) {
    const request = requestIn(context.argv);
    if (request === null) return yield* ip.run(context);
    if (request.all) return yield* runEverywhere(context, request.words);
    return yield* runIn(context, request.words);
  },
});

function* runIn(context: CommandContext, words: readonly string[]): Run {
  const { machine, process } = context;
  const [name, ...command] = words;
  if (name === undefined) return yield* fail(context, 1, "No netns name specified\n");
  if (command.length === 0) return yield* fail(context, 1, "No command specified\n");
  const namespace = name === "" ? undefined : machine.namespaces.get(name);
  if (namespace === undefined)
    return yield* fail(
      context,
      255,
      `Cannot open network namespace "${name}": No such file or directory\n`,
    );
  process.namespace = namespace;
  const program = prepare(machine, process, command);
  if (typeof program !== "number") return yield* execute(machine, process, program);
  return yield* failed(context, command, program);
}

function* runEverywhere(context: CommandContext, command: readonly string[]): Run {
  const { machine, process } = context;
  if (command.length === 0) return yield* fail(context, 1, "No command specified\n");
  const home = process.namespace;
  for (const [name, namespace] of Array.from(machine.namespaces).reverse()) {
    if (name === "") continue;
    yield* context.out(`\nnetns: ${name}\n`);
    process.namespace = namespace;
    const status = yield* runChild(context, command);
    process.namespace = home;
    if (typeof status !== "number") return yield* failed(context, command, status.errno);
  }
  return 0;
}

const failed = (context: CommandContext, [name]: readonly string[], errno: number): Run =>
  fail(context, 1, `exec of "${name}" failed: ${fileErrorText(errno)}\n`);

function* fail(context: CommandContext, status: number, text: string): Run {
  yield* context.err(text);
  return status;
}
