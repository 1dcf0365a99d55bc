/** Builtins that steer: `:` true false break continue return exit shift eval source exec command builtin. */
import { runReturnTrap } from "../interpreter/traps.ts";
import { SHELL_LIMITS } from "../kernel/limits.ts";
import { FileError, fileErrorText } from "../process/errno.ts";
import { readAll } from "../process/transfer.ts";
import type { Wait } from "../process/wait.ts";
import { Break, Continue, Exit, Return } from "../shell/control.ts";
import type { Builtin, Run, Shell } from "../shell/shell.ts";
import { Source } from "../shell/source.ts";
import { describe } from "./describe.ts";
import { badOption } from "./usage.ts";

// biome-ignore lint/correctness/useYield: a builtin that never waits
export const yes: Builtin = function* () {
  return 0;
};

// biome-ignore lint/correctness/useYield: a builtin that never waits
export const no: Builtin = function* () {
  return 1;
};

/** A status operand; undefined after a message. */
function* statusOperand(
  shell: Shell,
  name: string,
  text: string | undefined,
): Generator<Wait, number | undefined, void> {
  if (text === undefined) return shell.status;
  if (/^[-+]?\d+$/.test(text)) return Number(text) & 0xff;
  yield* shell.complain(
    shell.dialect === "dash"
      ? `${name}: Illegal number: ${text}`
      : `${name}: ${text}: numeric argument required`,
  );
  return undefined;
}

const loopControl = (name: string, make: (levels: number) => Break | Continue): Builtin =>
  function* (shell, argv) {
    if (shell.loopDepth === 0) {
      if (shell.dialect === "bash")
        yield* shell.complain(`${name}: only meaningful in a \`for', \`while', or \`until' loop`);
      return 0;
    }
    const levels = yield* statusOperand(shell, name, argv[1] ?? "1");
    if (levels === undefined) throw new Exit(shell.dialect === "dash" ? 2 : 128);
    if (levels < 1) {
      yield* shell.complain(`${name}: ${argv[1]}: loop count out of range`);
      throw new Break(shell.loopDepth, 1);
    }
    throw make(Math.min(levels, shell.loopDepth));
  };

export const breakLoop = loopControl("break", (levels) => new Break(levels));
export const continueLoop = loopControl("continue", (levels) => new Continue(levels));

export const returnFrom: Builtin = function* (shell, argv) {
  if (shell.frames.length === 0 && shell.dialect === "bash") {
    yield* shell.complain("return: can only `return' from a function or sourced script");
    return 2;
  }
  const status = yield* statusOperand(shell, "return", argv[1]);
  if (status === undefined && shell.dialect === "dash") throw new Exit(2);
  throw new Return(status ?? 2);
};

export const exit: Builtin = function* (shell, argv) {
  if (argv.length > 2 && shell.dialect === "bash" && /^\d+$/.test(argv[1] as string)) {
    yield* shell.complain("exit: too many arguments");
    throw new Exit(1);
  }
  const status = yield* statusOperand(shell, "exit", argv[1]);
  throw new Exit(status ?? 2);
};

export const shift: Builtin = function* (shell, argv) {
  const text = argv[1] ?? "1";
  if (!/^\d+$/.test(text)) {
    yield* shell.complain(
      `shift: ${text}: ${text.startsWith("-") ? "shift count out of range" : "numeric argument required"}`,
    );
    return 1;
  }
  const count = Number(text);
  if (count > shell.positional.length) {
    if (shell.dialect === "bash") return 1;
    yield* shell.complain("shift: can't shift that many");
    throw new Exit(2);
  }
  shell.positional = shell.positional.slice(count);
  return 0;
};

export const evaluateWords: Builtin = function* (shell, argv) {
  const words = argv[1] === "--" ? argv.slice(2) : argv.slice(1);
  const text = words.join(" ");
  if (text.trim() === "") return 0;
  return yield* nested(shell, "eval", function* () {
    const line = shell.line;
    return yield* shell.executor.run(shell, new Source(text, shell.source.file, line), "eval: ");
  });
};

function* nested(shell: Shell, what: string, body: () => Run): Run {
  if (shell.evalDepth >= SHELL_LIMITS.nestingMax) {
    yield* shell.complain(
      `${what}: maximum ${what} nesting level exceeded (${SHELL_LIMITS.nestingMax})`,
    );
    throw new Exit(1);
  }
  shell.evalDepth++;
  try {
    return yield* body();
  } finally {
    shell.evalDepth--;
  }
}

export const source: Builtin = function* (shell, argv) {
  const name = argv[1] === "--" ? argv[2] : argv[1];
  const who = argv[0] ?? "source";
  if (name === undefined) {
    if (shell.dialect === "dash") return 0;
    yield* shell.complain(`${who}: filename argument required`);
    yield* shell.err(`${who}: usage: ${who} filename [arguments]\n`);
    return 2;
  }
  const path = name.includes("/") ? name : sourcePath(shell, name);
  if (shell.dialect === "dash" && path === name && !name.includes("/")) {
    yield* shell.complain(`.: ${name}: not found`);
    throw new Exit(2);
  }
  const node = shell.kernel.files.resolve(path, shell.process.cwd);
  if (typeof node !== "number" && node.kind === "directory")
    return yield* sourceFailure(shell, who, name, FileError.EISDIR);
  const file = shell.kernel.files.open(shell.process, path, { read: true, write: false });
  if (typeof file === "number") return yield* sourceFailure(shell, who, name, file);
  const text = yield* readAll(file);
  file.release();
  return yield* nested(shell, "source", () => runSourced(shell, path, text, argv.slice(2)));
};

/** A name without a slash is looked for along PATH, then here. */
function sourcePath(shell: Shell, name: string): string {
  const folders = (shell.variables.get("PATH") ?? "").split(":");
  const found = folders.find((folder) => {
    const node = shell.kernel.files.resolve(`${folder}/${name}`, shell.process.cwd);
    return typeof node !== "number" && node.kind === "file" && node.program === null;
  });
  return found === undefined ? name : `${found}/${name}`;
}

function* sourceFailure(shell: Shell, who: string, name: string, errno: number): Run {
  if (shell.dialect === "bash") {
    yield* shell.complain(
      errno === FileError.EISDIR
        ? `${who}: ${name}: is a directory`
        : `${name}: ${fileErrorText(errno)}`,
    );
    return 1;
  }
  yield* shell.complain(
    `.: cannot open ${name}: ${errno === FileError.ENOENT ? "No such file" : fileErrorText(errno)}`,
  );
  throw new Exit(2);
}

function* runSourced(shell: Shell, path: string, text: string, operands: readonly string[]): Run {
  const before = shell.positional;
  const from = new Source(text, path);
  shell.frames.push({ name: "source", source: from, callLine: shell.line, isFunction: false });
  if (operands.length > 0) shell.positional = operands;
  const { line } = shell;
  try {
    const status = yield* shell.executor.run(shell, from, "");
    yield* runReturnTrap(shell);
    return status;
  } catch (thrown) {
    if (thrown instanceof Return) return thrown.status;
    throw thrown;
  } finally {
    shell.frames.pop();
    shell.line = line;
    if (operands.length > 0) shell.positional = before;
  }
}

export const exec: Builtin = function* (shell, argv) {
  let at = 1;
  let shown: string | null = null;
  let clears = false;
  for (; /^-./.test(argv[at] ?? "") && argv[at] !== "--"; at++) {
    if (argv[at] === "-a") shown = argv[++at] ?? null;
    else if (argv[at] === "-c") clears = true;
    else if (argv[at] !== "-l") return yield* badOption(shell, "exec", argv[at] as string);
  }
  if (argv[at] === "--") at++;
  const words = argv.slice(at);
  if (words.length === 0) return 0;
  if (clears) for (const variable of shell.variables.names()) shell.variables.unset(variable);
  return yield* shell.executor.replace(shell, words, shown);
};

export const command: Builtin = function* (shell, argv) {
  let at = 1;
  let shows = "";
  for (; /^-[pVv]+$/.test(argv[at] ?? ""); at++) {
    if (argv[at]?.includes("V")) shows = "V";
    else if (argv[at]?.includes("v")) shows = "v";
  }
  if (argv[at] === "--") at++;
  else if (/^-./.test(argv[at] ?? ""))
    return yield* badOption(shell, "command", argv[at] as string);
  const words = argv.slice(at);
  if (words.length === 0) return 0;
  if (shows === "") return yield* shell.executor.runWords(shell, words, "no-function");
  let status = 0;
  for (const word of words)
    if (!(yield* describe(shell, word, shows === "V" ? "long" : "path", "command"))) status = 1;
  return status === 0 ? 0 : shell.dialect === "dash" ? 127 : 1;
};

export const builtin: Builtin = function* (shell, argv) {
  const words = argv[1] === "--" ? argv.slice(2) : argv.slice(1);
  const [name] = words;
  if (name === undefined) return 0;
  if (!shell.builtins.has(name)) {
    yield* shell.complain(`builtin: ${name}: not a shell builtin`);
    return 1;
  }
  return yield* shell.executor.runWords(shell, words, "builtin");
};

export const logout: Builtin = function* (shell) {
  yield* shell.complain("logout: not login shell: use `exit'");
  return 1;
};

/** `caller`: where the function that runs was called from. */
export const caller: Builtin = function* (shell, argv) {
  const depth = Number(argv[1] ?? 0);
  const frame = shell.frames[shell.frames.length - 1 - depth];
  if (frame === undefined && argv.length === 1 && shell.frames.length === 0) {
    yield* shell.out("0 NULL\n", "caller");
    return 0;
  }
  if (frame === undefined || !Number.isFinite(depth)) return 1;
  const below = shell.frames[shell.frames.length - 2 - depth];
  const file = below?.source.file ?? shell.scriptFile;
  const name = argv[1] === undefined ? "" : `${below?.name ?? "main"} `;
  yield* shell.out(`${frame.callLine} ${name}${file === "" ? "NULL" : file}\n`, "caller");
  return 0;
};

/** `enable`: hides builtins and shows them again. */
export const enable: Builtin = function* (shell, argv) {
  const hides = argv[1] === "-n";
  let status = 0;
  for (const name of argv.slice(hides ? 2 : 1)) {
    if (!shell.builtins.has(name)) {
      yield* shell.complain(`enable: ${name}: not a shell builtin`);
      status = 1;
    } else if (hides) shell.disabled.add(name);
    else shell.disabled.delete(name);
  }
  return status;
};

/** `help`: bash's own manual is left out. */
export const help: Builtin = function* (shell, argv) {
  let status = 0;
  for (const name of argv.slice(1)) {
    if (shell.builtins.has(name)) yield* shell.out(`${name}: a shell builtin\n`, "help");
    else {
      yield* shell.complain(
        `help: no help topics match \`${name}'.  Try \`help help' or \`man -k ${name}' or \`info ${name}'.`,
      );
      status = 1;
    }
  }
  return status;
};
