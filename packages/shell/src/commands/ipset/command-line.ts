/** An ipset command line: options anywhere, a command that may be cut short, and its words (`ipset_parse_argv`). */
import type { OutputMode } from "./list.ts";
import { misused, syntaxError } from "./problem.ts";

type CommandName =
  | "create"
  | "add"
  | "del"
  | "test"
  | "destroy"
  | "list"
  | "save"
  | "restore"
  | "flush"
  | "rename"
  | "swap"
  | "help"
  | "version"
  | "quit";

interface CommandForm {
  readonly name: CommandName;
  /** Further names; those with a dash must be whole. */
  readonly others: readonly string[];
  /** How many words must follow. */
  readonly needs: 0 | 1 | 2;
  /** How many may follow at most; more are the type's own. */
  readonly takes: number;
}

const form = (
  name: CommandName,
  others: readonly string[],
  needs: 0 | 1 | 2,
  takes: number,
): CommandForm => ({ name, others, needs, takes });

/** In the order in which abbreviations are looked up. */
const COMMANDS: readonly CommandForm[] = [
  form("create", ["new", "-N"], 2, Number.POSITIVE_INFINITY),
  form("add", ["-A"], 2, Number.POSITIVE_INFINITY),
  form("del", ["-D"], 2, Number.POSITIVE_INFINITY),
  form("test", ["-T"], 2, Number.POSITIVE_INFINITY),
  form("destroy", ["x", "-X"], 0, 1),
  form("list", ["-L"], 0, 1),
  form("save", ["-S"], 0, 1),
  form("restore", ["-R"], 0, 0),
  form("flush", ["-F"], 0, 1),
  form("rename", ["e", "-E"], 2, 2),
  form("swap", ["w", "-W"], 2, 2),
  form("help", ["-h", "-H"], 0, 1),
  form("version", ["-v", "-V"], 0, 0),
  form("quit", [], 0, 0),
];

function commandNamed(word: string): CommandForm | undefined {
  if (word === "") return undefined;
  if (word.startsWith("--")) {
    const name = word.slice(2);
    return name === "" ? undefined : COMMANDS.find((known) => known.name.startsWith(name));
  }
  return COMMANDS.find(({ name, others }) =>
    word.startsWith("-")
      ? others.includes(word)
      : [name, ...others].some((known) => known.startsWith(word)),
  );
}

export interface CommandLine {
  /** null when only options stand there. */
  readonly command: CommandName | null;
  readonly words: readonly string[];
  readonly mode: OutputMode | null;
  readonly sorted: boolean;
  readonly quiet: boolean;
  readonly exist: boolean;
  readonly namesOnly: boolean;
  readonly terse: boolean;
  readonly file: string | null;
}

type Draft = { -readonly [Key in keyof CommandLine]: CommandLine[Key] };

/** Options by their short and long names. */
const OPTIONS: ReadonlyMap<string, string> = new Map(
  [
    ["-o", "-output"],
    ["-s", "-sorted"],
    ["-q", "-quiet"],
    ["-r", "-resolve"],
    ["-!", "-exist"],
    ["-n", "-name"],
    ["-t", "-terse"],
    ["-f", "-file"],
  ].flatMap(([short = "", long = ""]) => [
    [short, short],
    [long, short],
    [`-${long}`, short],
  ]),
);

const MODES: readonly OutputMode[] = ["plain", "save", "xml"];

function takeOption(draft: Draft, letter: string, value: () => string): void {
  switch (letter) {
    case "-o": {
      const word = value();
      draft.mode =
        MODES.find((mode) => mode === word) ?? syntaxError(`unknown output mode '${word}'`);
      return;
    }
    case "-f":
      draft.file = value();
      return;
    case "-s":
      draft.sorted = true;
      return;
    case "-q":
      draft.quiet = true;
      return;
    case "-!":
      draft.exist = true;
      return;
    case "-n":
      draft.namesOnly = true;
      return;
    case "-t":
      draft.terse = true;
      return;
  }
}

/** Reads the words behind the program's name. */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const draft: Draft = {
    command: null,
    words: [],
    mode: null,
    sorted: false,
    quiet: argv.includes("-q") || argv.includes("-quiet"),
    exist: false,
    namesOnly: false,
    terse: false,
    file: null,
  };
  const rest: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] as string;
    const letter = OPTIONS.get(word);
    if (letter === undefined) rest.push(word);
    else
      takeOption(
        draft,
        letter,
        () => argv[++i] ?? misused(`Missing mandatory argument to option ${word}`),
      );
  }
  const [first, ...words] = rest;
  if (first === undefined) return misused("No command specified.");
  const found = commandNamed(first) ?? misused(`No command specified: unknown argument ${first}`);
  draft.command = found.name;
  if (words.length === 0 && found.needs > 0)
    misused(`Missing mandatory argument to command ${found.name}`);
  if (words.length < found.needs)
    misused(`Missing second mandatory argument to command ${found.name}`);
  if (words.length > found.takes) misused(`Unknown argument ${words[found.takes]}`);
  draft.words = words;
  return draft;
}
