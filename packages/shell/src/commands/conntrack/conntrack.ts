/**
 * `conntrack` of conntrack-tools 1.4.7 on a host where nothing is tracked: listing, counting, deleting and flushing an
 * empty table. Making, changing and watching entries is refused until connection tracking is modelled.
 */
import { type Command, result, type SimpleResult, simpleCommand } from "../../command.ts";
import { flag, Getopt, type GetoptOption, valued } from "../../options/getopt.ts";

const PROGRAM = "conntrack v1.4.7 (conntrack-tools)";
const SEE_HELP = "Try `conntrack -h' or 'conntrack --help' for more information.\n";

const USAGE = `Command line interface for the connection tracking system. Version 1.4.7
Usage: conntrack [commands] [options]
`;

type CommandTag =
  | "list"
  | "get"
  | "delete"
  | "create"
  | "update"
  | "event"
  | "flush"
  | "count"
  | "statistics";
type Tag = CommandTag | "version" | "help" | "option";

const COMMANDS: readonly GetoptOption<Tag>[] = [
  flag("L", "dump", "list"),
  flag("G", "get", "get"),
  flag("D", "delete", "delete"),
  flag("I", "create", "create"),
  flag("U", "update", "update"),
  flag("E", "event", "event"),
  flag("F", "flush", "flush"),
  flag("C", "count", "count"),
  flag("S", "stats", "statistics"),
  flag("V", "version", "version"),
  flag("h", "help", "help"),
];

/** What narrows a listing; nothing is left to narrow. */
const FILTERS: readonly GetoptOption<Tag>[] = [
  valued("s", "src", "option"),
  valued("", "orig-src", "option"),
  valued("d", "dst", "option"),
  valued("", "orig-dst", "option"),
  valued("r", "reply-src", "option"),
  valued("q", "reply-dst", "option"),
  valued("p", "protonum", "option"),
  valued("f", "family", "option"),
  valued("t", "timeout", "option"),
  valued("u", "status", "option"),
  valued("m", "mark", "option"),
  valued("o", "output", "option"),
  valued("w", "zone", "option"),
  valued("b", "buffer-size", "option"),
  valued("l", "label", "option"),
  valued("", "sport", "option"),
  valued("", "dport", "option"),
  valued("", "orig-port-src", "option"),
  valued("", "orig-port-dst", "option"),
  valued("", "reply-port-src", "option"),
  valued("", "reply-port-dst", "option"),
  valued("", "state", "option"),
  flag("z", "zero", "option"),
  flag("n", "src-nat", "option"),
  flag("g", "dst-nat", "option"),
  flag("j", "any-nat", "option"),
];

const STATISTICS =
  "cpu=0   \tfound=0 invalid=0 insert=0 insert_failed=0 drop=0 early_drop=0 error=0 search_restart=0 clash_resolve=0 chaintoolong=0 \n";

const told = (text: string, status = 0): SimpleResult =>
  result({ status, stderr: `${PROGRAM}: ${text}\n` });

function answer(command: CommandTag, table: string): SimpleResult {
  const expectations = table === "expect";
  switch (command) {
    case "list":
      return told(`0 ${expectations ? "expectations" : "flow entries"} have been shown.`);
    case "delete":
      return told("0 flow entries have been deleted.", 1);
    case "flush":
      return told(
        `${expectations ? "expectation" : "connection tracking"} table has been emptied.`,
      );
    case "count":
      return result({ stdout: "0\n" });
    case "statistics":
      return result({ stdout: STATISTICS });
    case "get":
      return result({
        status: 2,
        stderr: `${PROGRAM}: You need to supply the \`--protonum' option for this command\n${SEE_HELP}`,
      });
    default:
      return told("Operation failed: Operation not supported", 1);
  }
}

/** Runs one command line, the program's name included. */
export function runConntrack(argv: readonly string[]): SimpleResult {
  const options = new Getopt<Tag>([...COMMANDS, ...FILTERS], argv);
  let command: CommandTag | null = null;
  let latest = "";
  for (;;) {
    const item = options.next();
    if (item.kind === "end") break;
    if (item.kind === "error") {
      const [, word = latest] = /'([^']*)'/.exec(item.message) ?? [];
      const typed = word.startsWith("-") ? word : `-${word}`;
      return result({ status: 2, stderr: `${PROGRAM}: unknown option \`${typed}'\n${SEE_HELP}` });
    }
    latest = item.typed;
    if (item.tag === "version") return result({ stdout: `${PROGRAM}\n` });
    if (item.tag === "help") return result({ stdout: USAGE });
    if (item.tag !== "option") command = item.tag;
  }
  if (command === null) return result({ stdout: USAGE });
  return answer(command, options.operands[0] ?? "conntrack");
}

export const conntrack: Command = simpleCommand("/usr/sbin/conntrack", ({ argv }) =>
  runConntrack(argv),
);
