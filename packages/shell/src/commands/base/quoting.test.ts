/** Answers of GNU coreutils 9.1 (Debian 12). */
import { expect, test } from "vitest";
import { ShellMachine } from "../../testing/shell-machine.ts";

test.each([
  ["没有.txt", "C", "''$'\\346\\262\\241\\346\\234\\211''.txt'"],
  ["没有.txt", "C.UTF-8", "没有.txt"],
  ["a没b", "C", "'a'$'\\346\\262\\241''b'"],
  ["没\nx", "C", "''$'\\346\\262\\241\\n''x'"],
  ["没\nx", "C.UTF-8", "'没'$'\\n''x'"],
  ["没'x", "C", "''$'\\346\\262\\241'\\''x'"],
  ["没'x", "C.UTF-8", '"没\'x"'],
  ["a b没", "C", "'a b'$'\\346\\262\\241'"],
  ["a b没", "C.UTF-8", "'a b没'"],
  ["没", "C", "''$'\\346\\262\\241'"],
  ["a b", "C", "'a b'"],
  ["plain.txt", "C", "plain.txt"],
])("cat %j in the locale %s", (name, locale, quoted) => {
  const word = `$'${name.replaceAll("'", "\\'").replaceAll("\n", "\\n")}'`;
  const { stderr } = new ShellMachine().sh(`LC_ALL=${locale} cat ${word}`);
  expect(stderr).toBe(`cat: ${quoted}: No such file or directory\n`);
});
