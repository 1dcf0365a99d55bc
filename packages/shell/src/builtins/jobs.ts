/** `jobs`, `wait`, `kill`, `fg`, `bg`, `disown` and `trap`. */
import { quoteSingle } from "../expansions/transform.ts";
import { reportDeath, waitFor } from "../interpreter/wait-for.ts";
import type { Process } from "../process/process.ts";
import { Signal, signalName, signalNumber, signalText } from "../process/signal.ts";
import { onAny, type Wait } from "../process/wait.ts";
import type { Builtin, Job, Run, Shell } from "../shell/shell.ts";
import { badOption, simpleOptions, usage } from "./usage.ts";

/** Children whose status can be asked for a second time. */
const WAITED_MAX = 64;

/** The job that `%n`, `%%`, `%+`, `%-` or `%text` names. */
function jobNamed(shell: Shell, text: string): Job | undefined {
  const word = text.slice(1);
  if (word === "" || word === "%" || word === "+") return shell.jobs[shell.jobs.length - 1];
  if (word === "-") return shell.jobs[shell.jobs.length - 2] ?? shell.jobs[shell.jobs.length - 1];
  if (/^\d+$/.test(word)) return shell.jobs.find(({ number }) => number === Number(word));
  return shell.jobs.find((job) => job.text.startsWith(word));
}

function stateOf({ process }: Job): string {
  if (process.alive) return "Running";
  if (process.endedBy !== 0) return signalText(process.endedBy);
  return process.status === 0 ? "Done" : `Exit ${process.status}`;
}

export const jobs: Builtin = function* (shell, argv) {
  const { letters, bad } = simpleOptions(argv, "lnprs");
  if (bad !== null) return yield* badOption(shell, "jobs", bad);
  for (const job of shell.jobs) {
    if (letters.has("r") && !job.process.alive) continue;
    if (letters.has("p")) {
      yield* shell.out(`${job.process.pid}\n`, "jobs");
      continue;
    }
    const mark = job === shell.jobs.at(-1) ? "+" : job === shell.jobs.at(-2) ? "-" : " ";
    const pid = letters.has("l") ? `${String(job.process.pid).padStart(5)} ` : " ";
    const tail = job.process.alive ? " &" : "";
    yield* shell.out(
      `[${job.number}]${mark} ${pid}${stateOf(job).padEnd(24)}${job.text}${tail}\n`,
      "jobs",
    );
  }
  shell.jobs = shell.jobs.filter(({ process }) => process.alive);
  return 0;
};

export const wait: Builtin = function* (shell, argv) {
  const { letters, operands, bad } = simpleOptions(argv, "fn");
  if (bad !== null) return yield* badOption(shell, "wait", bad);
  if (letters.has("n")) return yield* waitAny(shell);
  if (operands.length === 0) {
    for (const { process } of shell.jobs.slice()) {
      const interrupted = yield* waitInterruptibly(shell, process);
      if (interrupted !== 0) return interrupted;
    }
    shell.jobs = [];
    return 0;
  }
  let status = 0;
  for (const word of operands) status = yield* waitOne(shell, word);
  return status;
};

function* waitOne(shell: Shell, word: string): Run {
  const isJob = word.startsWith("%");
  if (!isJob && !/^\d+$/.test(word)) {
    yield* shell.complain(
      shell.dialect === "dash"
        ? `wait: Illegal number: ${word}`
        : `wait: \`${word}': not a pid or valid job spec`,
    );
    return shell.dialect === "dash" ? 2 : 1;
  }
  const job = isJob
    ? jobNamed(shell, word)
    : shell.jobs.find(({ process }) => process.pid === Number(word));
  const process = job?.process ?? shell.waited.get(Number(word));
  if (process === undefined) {
    if (shell.dialect === "bash") {
      yield* shell.complain(
        isJob ? `wait: ${word}: no such job` : `wait: pid ${word} is not a child of this shell`,
      );
    }
    return 127;
  }
  const interrupted = yield* waitInterruptibly(shell, process);
  if (interrupted !== 0) return interrupted;
  if (!shell.waited.has(process.pid)) yield* reportJob(shell, process, job?.text ?? "");
  shell.waited.set(process.pid, process);
  const [oldest] = shell.waited.keys();
  if (shell.waited.size > WAITED_MAX && oldest !== undefined) shell.waited.delete(oldest);
  shell.jobs = shell.jobs.filter((candidate) => candidate !== job);
  return process.status ?? 0;
}

/** A job that a signal other than SIGTERM ended is told of when it is waited for. */
function* reportJob(shell: Shell, process: Process, text: string): Generator<Wait, void, void> {
  const isQuiet = process.endedBy === Signal.TERM || shell.process.trapped.has(process.endedBy);
  if (!isQuiet && shell.dialect === "bash") yield* reportDeath(shell, process, text);
}

/** Waits for `process`; 128 + n when a trapped signal came first. */
function* waitInterruptibly(shell: Shell, process: Process): Run {
  while (process.alive) {
    const [pending] = shell.process.pending;
    if (pending !== undefined) return 128 + pending;
    yield onAny([process.ended]);
  }
  return 0;
}

function* waitAny(shell: Shell): Run {
  for (;;) {
    const done = shell.jobs.find(({ process }) => !process.alive);
    if (done !== undefined) {
      shell.jobs = shell.jobs.filter((job) => job !== done);
      return done.process.status ?? 0;
    }
    if (shell.jobs.length === 0) return 127;
    const [pending] = shell.process.pending;
    if (pending !== undefined) return 128 + pending;
    yield onAny(shell.jobs.map(({ process }) => process.ended));
  }
}

export const fg: Builtin = function* (shell, argv) {
  if (!shell.interactive) {
    yield* shell.complain("fg: no job control");
    return 1;
  }
  const job = jobNamed(shell, argv[1] ?? "%");
  if (job === undefined) {
    yield* shell.complain(`fg: ${argv[1] ?? "current"}: no such job`);
    return 1;
  }
  yield* shell.out(`${job.text}\n`, "fg");
  shell.jobs = shell.jobs.filter((candidate) => candidate !== job);
  return yield* waitFor(job.process);
};

export const bg: Builtin = function* (shell) {
  yield* shell.complain("bg: no job control");
  return 1;
};

export const disown: Builtin = function* (shell, argv) {
  const { letters, operands, bad } = simpleOptions(argv, "har");
  if (bad !== null) return yield* badOption(shell, "disown", bad);
  const meant = operands.map((word) =>
    word.startsWith("%")
      ? jobNamed(shell, word)
      : shell.jobs.find(({ process }) => String(process.pid) === word),
  );
  const current = shell.jobs[shell.jobs.length - 1];
  const missing =
    operands.find((_, i) => meant[i] === undefined) ??
    (operands.length === 0 && current === undefined ? "current" : undefined);
  if (missing !== undefined && !letters.has("a") && !letters.has("r")) {
    yield* shell.complain(`disown: ${missing}: no such job`);
    return 1;
  }
  shell.jobs = shell.jobs.filter(
    (job) => !(letters.has("a") || (meant.length === 0 ? job === current : meant.includes(job))),
  );
  return 0;
};

export const kill: Builtin = function* (shell, argv) {
  const isDash = shell.dialect === "dash";
  let at = 1;
  let signal: number | undefined = Signal.TERM;
  const first = argv[1];
  if (first === "-l" || first === "-L") return yield* listSignals(shell, argv.slice(2));
  if (first === "-s" || first === "-n") {
    signal = signalNumber(argv[2] ?? "");
    at = 3;
  } else if (first !== undefined && /^-./.test(first) && first !== "--") {
    signal = signalNumber(first.slice(1));
    at = 2;
  }
  if (argv[at] === "--") at++;
  if (signal === undefined) {
    const text = at === 3 ? argv[2] : first?.slice(1);
    yield* shell.complain(
      isDash
        ? `kill: invalid signal number or name: ${text}`
        : `kill: ${text}: invalid signal specification`,
    );
    return isDash ? 2 : 1;
  }
  const targets = argv.slice(at);
  if (targets.length === 0) {
    if (!isDash) return yield* usage(shell, "kill");
    yield* shell.complain(
      "kill: Usage: kill [-s sigspec | -signum | -sigspec] [pid | job]... or\nkill -l [exitstatus]",
    );
    return 2;
  }
  let status = 0;
  for (const target of targets) status = Math.max(status, yield* killOne(shell, target, signal));
  return status;
};

function* killOne(shell: Shell, target: string, signal: number): Run {
  const isDash = shell.dialect === "dash";
  if (target.startsWith("%")) {
    const job = jobNamed(shell, target);
    if (job === undefined) {
      yield* shell.complain(`kill: ${target}: no such job`);
      return 1;
    }
    for (const member of job.members) member.signal(signal);
    return 0;
  }
  if (!/^-?\d+$/.test(target)) {
    yield* shell.complain(
      isDash
        ? `kill: Illegal number: ${target}`
        : `kill: ${target}: arguments must be process or job IDs`,
    );
    return isDash ? 2 : 1;
  }
  const pid = Number(target) === 0 ? -shell.process.group : Number(target);
  if (!shell.kernel.kill(pid, signal)) {
    yield* shell.complain(
      isDash ? "kill: No such process\n" : `kill: (${target}) - No such process`,
    );
    return 1;
  }
  // a signal to the shell itself takes its effect before anything else
  if (shell.process.fatal !== 0) yield onAny([], shell.kernel.now);
  return 0;
}

function* listSignals(shell: Shell, words: readonly string[]): Run {
  if (words.length > 0) {
    for (const word of words) {
      const number = Number(word) > 128 ? Number(word) - 128 : Number(word);
      const shown = /^\d+$/.test(word) ? signalName(number) : String(signalNumber(word) ?? "");
      yield* shell.out(`${shown ?? ""}\n`, "kill");
    }
    return 0;
  }
  const names = Array.from(
    { length: 31 },
    (_, i) => `${String(i + 1).padStart(2)}) SIG${signalName(i + 1)}`,
  );
  const lines: string[] = [];
  for (let i = 0; i < names.length; i += 5) lines.push(`${names.slice(i, i + 5).join("\t")}\n`);
  yield* shell.out(lines.join(""), "kill");
  return 0;
}

const PSEUDO = new Set(["EXIT", "ERR", "DEBUG", "RETURN"]);
const DASH_PSEUDO = new Set(["EXIT"]);

/** The name under which a condition's trap is kept; undefined when there is no such signal. */
function trapName(text: string): string | undefined {
  const upper = text.toUpperCase().replace(/^SIG/, "");
  if (text === "0") return "EXIT";
  if (PSEUDO.has(upper)) return upper;
  const number = signalNumber(text);
  return number === undefined || number === 0 ? undefined : signalName(number);
}

export const trap: Builtin = function* (shell, argv) {
  const isDash = shell.dialect === "dash";
  let words = argv.slice(1);
  if (words[0] === "-l") return yield* listSignals(shell, []);
  const prints = words[0] === "-p";
  if (words[0] === "--" || prints) words = words.slice(1);
  else if (/^-./.test(words[0] ?? "")) return yield* badOption(shell, "trap", words[0] as string);
  if (words.length === 0 || prints) return yield* listTraps(shell, words);
  const isReset = words.length === 1 || words[0] === "-" || /^\d+$/.test(words[0] as string);
  const text = isReset ? null : (words[0] as string);
  const conditions = words.length === 1 || (isReset && words[0] !== "-") ? words : words.slice(1);
  let status = 0;
  for (const condition of conditions) {
    const name = trapName(condition);
    if (name === undefined || (isDash && PSEUDO.has(name) && !DASH_PSEUDO.has(name))) {
      if (isDash) yield* shell.err(`trap: ${condition}: bad trap\n`);
      else yield* shell.complain(`trap: ${condition}: invalid signal specification`);
      status = 1;
    } else setTrap(shell, name, text);
  }
  return status;
};

function setTrap(shell: Shell, name: string, text: string | null): void {
  const number = PSEUDO.has(name) ? 0 : (signalNumber(name) ?? 0);
  const { ignored, trapped } = shell.process;
  if (text === null) shell.traps.delete(name);
  else shell.traps.set(name, text);
  if (number === 0) return;
  ignored.delete(number);
  trapped.delete(number);
  if (text === "") ignored.add(number);
  else if (text !== null) trapped.add(number);
}

function* listTraps(shell: Shell, words: readonly string[]): Run {
  const wanted = words.map(trapName);
  const order = (name: string): number => (name === "EXIT" ? 0 : (signalNumber(name) ?? 100));
  const names = Array.from(shell.traps.keys()).sort((a, b) => order(a) - order(b));
  for (const name of names) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const shown = PSEUDO.has(name) || shell.dialect === "dash" ? name : `SIG${name}`;
    yield* shell.out(`trap -- ${quoteSingle(shell.traps.get(name) ?? "")} ${shown}\n`, "trap");
  }
  return 0;
}
