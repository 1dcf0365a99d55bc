import { expect, test } from "vitest";
import { ShellMachine } from "../../testing/shell-machine.ts";
import { Editor } from "./editor.ts";

/** The text after `keys`, typed at `text`. */
function edited(text: string, keys: string): string {
  const editor = new Editor(text);
  for (const piece of keys.split(/(\[[A-D])/)) {
    if (piece.length > 1 && piece.startsWith("[")) editor.key(ESC + piece);
    else for (const key of piece) editor.key(key);
  }
  return editor.buffer.text;
}

const ESC = "\u001b";

/** Each as vim 9.0 left the file. */
test.each([
  ["", `ihello${ESC}`, "hello\n"],
  ["one\ntwo\n", `ofresh${ESC}`, "one\nfresh\ntwo\n"],
  ["one\ntwo\n", `jOfresh${ESC}`, "one\nfresh\ntwo\n"],
  ["one\n", `A two${ESC}`, "one two\n"],
  ["one\n", `aX${ESC}`, "oXne\n"],
  ["one\ntwo\nthree\n", "jdd", "one\nthree\n"],
  ["one\ntwo\nthree\n", "2dd", "three\n"],
  ["one\ntwo\n", "yyp", "one\none\ntwo\n"],
  ["one\ntwo\n", "ddp", "two\none\n"],
  ["abcd\n", "xx", "cd\n"],
  ["abcd\n", "3x", "d\n"],
  ["foo bar baz\n", "wdw", "foo baz\n"],
  ["foo bar\n", `cwnew${ESC}`, "new bar\n"],
  ["foo bar\n", "wD", "foo \n"],
  ["a\nb\n", "J", "a b\n"],
  ["abc\n", "rX", "Xbc\n"],
  ["one\ntwo\nthree\n", "/thr\nx", "one\ntwo\nhree\n"],
  ["x1\nx2\nx3\n", "/x\nnD", "x1\nx2\n\n"],
  ["one\n", "ddu", "one\n"],
  ["a a\na\n", ":%s/a/b/g\n", "b b\nb\n"],
  ["a\nb\nc\n", ":2d\n", "a\nc\n"],
  ["one\ntwo\n", `i[BX${ESC}`, "one\nXtwo\n"],
  ["one\ntwo\n", `ji\u007f${ESC}`, "onetwo\n"],
  ["1\n2\n3\n", "Gdd", "1\n2\n"],
])("%j with the keys %j is %j", (text, keys, result) => {
  expect(edited(text, keys)).toBe(result);
});

test("keys may come from a pipe", () => {
  const machine = new ShellMachine();
  const { stderr, status } = machine.sh("printf 'iweb 10.0.0.2\\033:wq\\n' | vim hosts");
  expect({ stderr, status }).toEqual({
    status: 0,
    stderr:
      "Vim: Warning: Output is not to a terminal\nVim: Warning: Input is not from a terminal\n",
  });
  expect(machine.sh("cat hosts").stdout).toBe("web 10.0.0.2\n");
});

test("what is not written is not left by :q, but by :q!", () => {
  const machine = new ShellMachine();
  machine.sh("echo one > f; printf 'x:q\\n:q!\\n' | vi f");
  expect(machine.sh("cat f").stdout).toBe("one\n");
  expect(machine.sh("printf 'x' | vi f").stderr).toContain(
    "Vim: Error reading input, exiting...\nVim: Finished.\n",
  );
});
