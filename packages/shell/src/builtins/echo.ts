/** `echo`, in bash's way and in dash's. */
import type { Builtin } from "../shell/shell.ts";
import { replaceEscapes } from "./escapes.ts";

export const echo: Builtin = function* (shell, argv) {
  let newline = true;
  let escapes = shell.dialect === "dash" || shell.options.shopt("xpg_echo");
  let at = 1;
  const options = shell.dialect === "dash" ? /^-n$/ : /^-[neE]+$/;
  for (; options.test(argv[at] ?? ""); at++) {
    for (const letter of (argv[at] as string).slice(1)) {
      if (letter === "n") newline = false;
      else escapes = letter === "e";
    }
    if (shell.dialect === "dash") {
      at++;
      break;
    }
  }
  let text = argv.slice(at).join(" ");
  if (escapes) {
    const done = replaceEscapes(
      text,
      shell.dialect === "dash" ? "argument" : "echo",
      shell.isAsciiLocale(),
    );
    text = done.text;
    if (done.stops) newline = false;
  }
  const who = shell.dialect === "dash" ? "echo: echo" : "echo";
  return (yield* shell.out(newline ? `${text}\n` : text, who)) ? 0 : 1;
};
