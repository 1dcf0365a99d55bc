/** The arguments of a simple command: its words expanded, and what a declaration gets besides words. */
import type { Assignment, Command, Word } from "unbash";
import { expandText, expandWords } from "../expansions/expand.ts";
import type { Wait } from "../process/wait.ts";
import type { ArrayArgument, Shell } from "../shell/shell.ts";

const DECLARATIONS = new Set(["declare", "export", "local", "readonly", "typeset"]);

/** The words of a command; arrays among the arguments of a declaration come apart. */
export function* expandArguments(
  shell: Shell,
  node: Command,
): Generator<Wait, { argv: string[]; arrays: Map<number, ArrayArgument> }, void> {
  const arrays = new Map<number, ArrayArgument>();
  if (node.name === undefined) return { argv: [], arrays };
  const argv = yield* expandWords(shell, [node.name]);
  const isDeclaration = DECLARATIONS.has(argv[0] ?? "");
  for (const argument of node.args) {
    if (argument.type === "Assignment") yield* expandDeclared(shell, argument, argv, arrays);
    else if (isDeclaration && /^\w+\+?=/.test(argument.text))
      argv.push(yield* expandText(shell, argument, "assignment"));
    else argv.push(...(yield* expandWords(shell, [argument as Word])));
  }
  return { argv, arrays };
}

function* expandDeclared(
  shell: Shell,
  argument: Assignment,
  argv: string[],
  arrays: Map<number, ArrayArgument>,
): Generator<Wait, void, void> {
  const { name, value, index } = argument;
  const append = argument.append === true;
  if (value.type === "ArrayValue") {
    arrays.set(argv.length, { name, append, elements: value.elements });
    argv.push(name);
    return;
  }
  const subscript = index === undefined ? "" : `[${yield* expandText(shell, index, "quoted")}]`;
  argv.push(
    `${name}${subscript}${append ? "+" : ""}=${yield* expandText(shell, value, "assignment")}`,
  );
}
