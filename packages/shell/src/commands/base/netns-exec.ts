/** `ip netns exec NAME COMMAND…`: the program goes on in another network namespace. All else is left to `ip` itself. */
import type { Command } from "../../command.ts";
import { isPrefix } from "../../options/iproute2.ts";
import { fileErrorText } from "../../process/errno.ts";
import { execute, prepare } from "./execute.ts";

export const withNetnsExec = (ip: Command): Command => ({
  ...ip,
  *run(context) {
    const { argv, machine, process } = context;
    const [, object = "", verb = "", name, ...command] = argv;
    const asked = object.length > 3 && isPrefix(object, "netns") && isPrefix(verb, "exec");
    if (!asked) return yield* ip.run(context);
    if (name === undefined) {
      yield* context.err("No netns name specified\n");
      return 255;
    }
    if (command.length === 0) {
      yield* context.err("No command specified\n");
      return 255;
    }
    const namespace = name === "" ? undefined : machine.namespaces.get(name);
    if (namespace === undefined) {
      yield* context.err(`Cannot open network namespace "${name}": No such file or directory\n`);
      return 255;
    }
    process.namespace = namespace;
    const program = prepare(machine, process, command);
    if (typeof program !== "number") return yield* execute(machine, process, program);
    yield* context.err(`exec of "${command[0]}" failed: ${fileErrorText(program)}\n`);
    return 255;
  },
});
