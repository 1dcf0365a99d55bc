/** `kill` and `trap`. */
import { quoteSingle } from "../expansions/transform.ts";
import { Signal, signalName, signalNumber } from "../process/signal.ts";
import { onAny } from "../process/wait.ts";
import type { Builtin, Run, Shell } from "../shell/shell.ts";
import { jobOrComplaint } from "./jobs.ts";
import { badOption, usage } from "./usage.ts";

export const kill: Builtin = function* (shell, argv) {
  const isDash = shell.dialect === "dash";
  let at = 1;
  let signal: number | undefined = Signal.TERM;
  const first = argv[1];
  if (first === "-l" || first === "-L") return yield* listSignals(shell, argv.slice(2));
  if ((first === "-s" || first === "-n") && argv.length === 2 && !isDash) {
    yield* shell.complain(`kill: ${first}: option requires an argument`);
    return 1;
  }
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
    const job = yield* jobOrComplaint(shell, "kill", target);
    if (job === undefined) return 1;
    const [leader] = job.members;
    if (job.hasGroup && leader !== undefined) shell.kernel.kill(-leader.group, signal);
    else job.signal(signal);
    if (job.stopped && (signal === Signal.TERM || signal === Signal.HUP)) job.signal(Signal.CONT);
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
  if (shell.process.fatal !== 0 || shell.process.stopped) yield onAny([], shell.kernel.now);
  return 0;
}

function* listSignals(shell: Shell, words: readonly string[]): Run {
  if (words.length > 0) {
    let status = 0;
    for (const word of words) {
      const number = Number(word) > 128 ? Number(word) - 128 : Number(word);
      const shown = /^\d+$/.test(word) ? signalName(number) : signalNumber(word);
      if (shown === undefined) {
        yield* shell.complain(`kill: ${word}: invalid signal specification`);
        status = 1;
      } else yield* shell.out(`${shown}\n`, "kill");
    }
    return status;
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
