import { CommanderError } from "commander";
import { expect, test } from "vitest";
import { complaint } from "./commander-words.ts";

test.each([
  [
    "error: unknown option '--sed'\n(Did you mean --seed?)",
    'unknown option "--sed"; did you mean "--seed"?',
  ],
  [
    "error: unknown command 'rum'\n(Did you mean run?)",
    'unknown command "rum"; did you mean "run"?',
  ],
  [
    "error: missing required argument 'scenario'",
    'missing required argument "scenario" (lvsim --help tells more)',
  ],
  [
    "error: too many arguments for 'run'. Expected 1 argument but got 2.",
    'too many arguments for "run". Expected 1 argument but got 2 (lvsim --help tells more)',
  ],
])("%j becomes one line", (message, line) => {
  expect(complaint(new CommanderError(1, "commander.x", message))).toBe(line);
});
