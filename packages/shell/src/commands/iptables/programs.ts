/** The programs `iptables` and `iptables-save` as functions of a command line and a kernel. */
import { isTableName, type TableConfig, type TableName } from "@lvsim/core";
import { execute, lookAtTable, readCounters } from "./execute.ts";
import type { IptablesKernel, Outcome } from "./kernel.ts";
import { problemOutcome, VERSION } from "./messages.ts";
import type { Names } from "./names.ts";
import { parseCommand } from "./parse-command.ts";
import { restore } from "./restore.ts";
import { saveTable } from "./save.ts";
import { type Arity, WordReader } from "./word-reader.ts";

const USAGE = `iptables v1.8.9

Usage: iptables -[ACD] chain rule-specification [options]
       iptables -I chain [rulenum] rule-specification [options]
       iptables -R chain rulenum rule-specification [options]
       iptables -D chain rulenum [options]
       iptables -[LS] [chain [rulenum]] [options]
       iptables -[FZ] [chain] [options]
       iptables -[NX] chain
       iptables -E old-chain-name new-chain-name
       iptables -P chain target [options]
       iptables -h (print this help information)
`;

/** `iptables`; argv begins with the program's name. */
export function runIptables(
  argv: readonly string[],
  kernel: IptablesKernel,
  names: Names,
): Outcome {
  const warnings: string[] = [];
  let stdout = "";
  try {
    const parsed = parseCommand(argv, { kernel, names, table: null }, warnings);
    if (parsed === "version") return { status: 0, stdout: `iptables ${VERSION}\n`, stderr: "" };
    if (parsed === "help") return { status: 0, stdout: USAGE, stderr: "" };
    execute(parsed, kernel, names, (text) => {
      stdout += text;
    });
    return { status: 0, stdout, stderr: warnings.join("") };
  } catch (thrown) {
    const outcome = problemOutcome(thrown, "iptables", 0);
    return { ...outcome, stdout, stderr: warnings.join("") + outcome.stderr };
  }
}

const SAVE_SHORT: ReadonlyMap<string, Arity> = new Map([
  ["c", 0],
  ["t", 1],
  ["f", 1],
  ["M", 1],
  ["V", 0],
  ["4", 0],
]);
const SAVE_LONG: ReadonlyMap<string, string> = new Map([
  ["counters", "c"],
  ["table", "t"],
  ["file", "f"],
  ["modprobe", "M"],
  ["version", "V"],
  ["ipv4", "4"],
]);
const SAVE_LONG_ARITY: ReadonlyMap<string, Arity> = new Map(
  Array.from(SAVE_LONG, ([name, letter]): [string, Arity] => [name, SAVE_SHORT.get(letter) ?? 0]),
);

/** `iptables-save`; `date` as ctime(3) gives it. The tables come in the order of /proc/net/ip_tables_names: the latest first. */
export function runSave(argv: readonly string[], kernel: IptablesKernel, date: string): Outcome {
  const words = new WordReader(argv, SAVE_SHORT);
  let withCounters = false;
  let table: string | null = null;
  for (;;) {
    const token = words.next(SAVE_LONG_ARITY);
    if (token.kind === "end") break;
    if (token.kind === "operand")
      return { status: 1, stdout: "", stderr: "Unknown arguments found on commandline\n" };
    if (token.kind === "unknown" || token.kind === "incomplete")
      return {
        status: 1,
        stdout: "",
        stderr: `iptables-save: unrecognized option '${words.previous}'\nLook at manual page \`iptables-save.8' for more information.\n`,
      };
    const letter = token.kind === "short" ? token.letter : SAVE_LONG.get(token.name);
    if (letter === "V") return { status: 0, stdout: `iptables-save ${VERSION}\n`, stderr: "" };
    if (letter === "c") withCounters = true;
    if (letter === "t") table = token.value;
  }
  if (table !== null && !isTableName(table))
    return saveProblem("Cannot initialize: Table does not exist (do you need to insmod?)");
  if (table !== null) lookAtTable(kernel, table);
  const { tables } = kernel.netfilter;
  const shown = table !== null ? [table] : (Object.keys(tables) as TableName[]).reverse();
  const texts = shown.map((name) =>
    saveTable(name, tables[name] as TableConfig, readCounters(kernel, name), withCounters, date),
  );
  return { status: 0, stdout: texts.join(""), stderr: "" };
}

const saveProblem = (complaint: string): Outcome => ({
  status: 1,
  stdout: "",
  stderr: `iptables-save ${VERSION}: ${complaint}\n`,
});

const RESTORE_SHORT: ReadonlyMap<string, Arity> = new Map([
  ["c", 0],
  ["n", 0],
  ["t", 0],
  ["v", 0],
  ["V", 0],
  ["h", 0],
  ["T", 1],
  ["M", 1],
  ["w", 2],
  ["W", 2],
  ["4", 0],
]);
const RESTORE_LONG: ReadonlyMap<string, string> = new Map([
  ["counters", "c"],
  ["noflush", "n"],
  ["test", "t"],
  ["verbose", "v"],
  ["version", "V"],
  ["help", "h"],
  ["table", "T"],
  ["modprobe", "M"],
  ["wait", "w"],
  ["wait-interval", "W"],
  ["ipv4", "4"],
]);
const RESTORE_LONG_ARITY: ReadonlyMap<string, Arity> = new Map(
  Array.from(RESTORE_LONG, ([name, letter]): [string, Arity] => [
    name,
    RESTORE_SHORT.get(letter) ?? 0,
  ]),
);

const RESTORE_USAGE = `Usage: iptables-restore [-c] [-v] [-V] [-t] [-h] [-n] [-w secs] [-W usecs] [-T table] [-M command] [-4] [-6] [file]
	   [ --counters ]
	   [ --verbose ]
	   [ --version]
	   [ --test ]
	   [ --help ]
	   [ --noflush ]
	   [ --wait=<seconds>
	   [ --wait-interval=<usecs>
	   [ --table=<TABLE> ]
	   [ --modprobe=<command> ]
`;

/** `iptables-restore`; `readFile` gives undefined for a file that is not there. */
export function runRestore(
  argv: readonly string[],
  kernel: IptablesKernel,
  names: Names,
  readStdin: () => string,
  readFile: (path: string) => string | undefined,
): Outcome {
  const words = new WordReader(argv, RESTORE_SHORT);
  const given = new Set<string>();
  let table: string | null = null;
  let file: string | null = null;
  for (;;) {
    const token = words.next(RESTORE_LONG_ARITY);
    if (token.kind === "end") break;
    if (token.kind === "operand") {
      file = token.text;
      continue;
    }
    if (token.kind === "unknown" || token.kind === "incomplete") {
      const complaint =
        token.kind === "unknown"
          ? `unrecognized option '${words.previous}'`
          : `option requires an argument -- '${words.previous.replace(/^-*/, "")}'`;
      return {
        status: 1,
        stdout: "",
        stderr: `iptables-restore: ${complaint}\nTry \`iptables-restore -h' for more information.\n`,
      };
    }
    const letter = token.kind === "short" ? token.letter : (RESTORE_LONG.get(token.name) ?? "");
    if (letter === "V") return { status: 0, stdout: `iptables-restore ${VERSION}\n`, stderr: "" };
    if (letter === "h") return { status: 0, stdout: "", stderr: RESTORE_USAGE };
    if (letter === "T") table = token.value;
    given.add(letter);
  }
  const text = file === null ? readStdin() : readFile(file);
  if (text === undefined)
    return {
      status: 1,
      stdout: "",
      stderr: `Can't open ${file}: No such file or directory\n`,
    };
  const options = {
    withCounters: given.has("c"),
    keeps: given.has("n"),
    tests: given.has("t"),
    verbose: given.has("v"),
    table,
  };
  return restore(text, options, kernel, names);
}
