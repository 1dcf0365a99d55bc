/** Calls of shell functions. */
import { SHELL_LIMITS } from "../kernel/limits.ts";
import { ExpansionError, Return } from "../shell/control.ts";
import type { Run, Shell, ShellFunction } from "../shell/shell.ts";
import { runReturnTrap } from "./traps.ts";

/** How deep calls may go: FUNCNEST where a script sets it lower. */
function nestingMax(shell: Shell): number {
  const own = Number(shell.variables.get("FUNCNEST") ?? 0);
  return own > 0 && own < SHELL_LIMITS.nestingMax ? own : SHELL_LIMITS.nestingMax;
}

export function* callFunction(shell: Shell, body: ShellFunction, argv: readonly string[]): Run {
  const most = nestingMax(shell);
  if (shell.frames.length >= most) {
    throw new ExpansionError(
      `${body.name}: maximum function nesting level exceeded (${most})`,
      false,
    );
  }
  const { kernel, process } = shell;
  const wait = kernel.step(process, kernel.costs.loopTurn);
  if (wait !== null) yield wait;
  const { positional, source, line, loopDepth } = shell;
  shell.frames.push({ name: body.name, source: body.source, callLine: line, isFunction: true });
  shell.variables.push();
  shell.positional = argv.slice(1);
  shell.source = body.source;
  shell.loopDepth = 0;
  try {
    const status = yield* runBody(shell, body);
    yield* runReturnTrap(shell);
    return status;
  } finally {
    shell.frames.pop();
    shell.variables.pop();
    shell.positional = positional;
    shell.source = source;
    shell.line = line;
    shell.loopDepth = loopDepth;
  }
}

function* runBody(shell: Shell, { body }: ShellFunction): Run {
  try {
    return body.type === "CompoundList"
      ? yield* shell.executor.list(shell, body.commands)
      : yield* shell.executor.node(shell, body);
  } catch (thrown) {
    if (thrown instanceof Return) return thrown.status;
    throw thrown;
  }
}
