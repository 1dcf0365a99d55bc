/** An iptables command line as the real program reads it (`do_parse`): what to do, to which table, with which rule. */
import { isTableName, type RuleSpec, STANDARD_TARGETS, type TableName } from "@lvsim/core";
import { type AddressSpec, ANY, parseAddresses } from "./address.ts";
import { TARGETS } from "./extensions/registry.ts";
import type { IptablesKernel } from "./kernel.ts";
import type { Names } from "./names.ts";
import { parseNumber, UINT32_MAX } from "./numbers.ts";
import {
  type CommandLetter,
  forbiddenOption,
  INVERTIBLE,
  LONG_LETTERS,
  SHORT_ARITY,
} from "./options.ts";
import { TableProblem, UsageProblem, usage } from "./problem.ts";
import { RuleOptions } from "./rule-options.ts";
import { type Arity, type Token, WordReader } from "./word-reader.ts";

export interface CounterValues {
  readonly packets: number;
  readonly octets: number;
}

export interface ParsedCommand {
  readonly command: CommandLetter;
  /** -L and -S may zero counters afterwards. */
  readonly zeroes: boolean;
  readonly table: TableName;
  /** null for all chains. */
  readonly chain: string | null;
  /** Rule number from 1; 0 when none was given. */
  readonly number: number;
  /** -E. */
  readonly newName: string;
  /** -P, as typed. */
  readonly policy: string;
  /** One per pair of addresses. */
  readonly rules: readonly RuleSpec[];
  readonly counters: CounterValues | null;
  /** How often -v was said. */
  readonly verbose: number;
  readonly numeric: boolean;
  readonly exact: boolean;
  readonly lineNumbers: boolean;
  readonly warnings: readonly string[];
}

/** A command line that only asks for text. */
export type Request = "version" | "help";

export interface ParseOptions {
  readonly kernel: IptablesKernel;
  readonly names: Names;
  /** In iptables-restore the table is fixed. */
  readonly table: TableName | null;
}

const CHAIN_NAME_MAX = 28;
const RULE_NUMBER_MAX = 0x7fffffff;
const COMMANDS = "ACDEFILNPRSXZ";
const LONG_ARITY: ReadonlyMap<string, Arity> = new Map(
  Array.from(LONG_LETTERS, ([name, letter]): [string, Arity] => [
    name,
    SHORT_ARITY.get(letter) ?? 0,
  ]),
);

class CommandParser {
  private readonly words: WordReader;
  private readonly options: ParseOptions;
  private readonly rule: RuleOptions;
  private readonly given = new Set<string>();
  private command: CommandLetter | null = null;
  private zeroes = false;
  private table = "filter";
  private chain: string | null = null;
  private number = 0;
  private newName = "";
  private policy = "";
  private counters: CounterValues | null = null;
  private verbose = 0;
  private inverted = false;

  constructor(argv: readonly string[], options: ParseOptions) {
    this.words = new WordReader(argv, SHORT_ARITY);
    this.options = options;
    this.table = options.table ?? "filter";
    this.rule = new RuleOptions(options.kernel, options.names);
  }

  run(): ParsedCommand | Request {
    for (;;) {
      const arity = new Map([...LONG_ARITY, ...this.rule.extensionArity()]);
      const token = this.words.next(arity);
      if (token.kind === "end") return this.finish();
      const request = this.take(token);
      if (request !== null) return request;
    }
  }

  /** Warnings and complaints that came before a problem are printed all the same. */
  get warnings(): readonly string[] {
    return this.rule.warnings;
  }

  private take(token: Exclude<Token, { kind: "end" }>): Request | null {
    switch (token.kind) {
      case "operand":
        this.takeOperand(token.text);
        return null;
      case "incomplete":
        return usage(`option "${this.words.previous}" requires an argument`);
      case "unknown":
        if (!this.words.previous.startsWith("--") || !this.rule.loadImplicitMatch())
          return usage(`unknown option "${this.words.previous}"`);
        this.words.back();
        return null;
      case "long": {
        const letter = LONG_LETTERS.get(token.name);
        if (letter !== undefined) return this.takeOption(letter, token.value ?? "", token.value);
        this.rule.takeExtensionOption(token.name, token.value ?? "", this.inverted, this.words);
        this.inverted = false;
        return null;
      }
      case "short":
        return this.takeOption(token.letter, token.value ?? "", token.value);
    }
  }

  private takeOperand(text: string): void {
    if (text !== "!") throw new UsageProblem(`Bad argument \`${text}'`, false);
    if (this.inverted) usage("multiple consecutive ! not allowed");
    this.inverted = true;
  }

  private takeOption(letter: string, value: string, glued: string | null): Request | null {
    if (letter === "V") return "version";
    if (letter === "h") return "help";
    if (COMMANDS.includes(letter)) this.takeCommand(letter as CommandLetter, value, glued);
    else this.takeRuleOption(letter, value, glued);
    this.inverted = false;
    return null;
  }

  private takeCommand(letter: CommandLetter, value: string, glued: string | null): void {
    if (this.inverted) usage("unexpected '!' flag");
    this.setCommand(letter);
    if ("LSFXZ".includes(letter)) {
      this.chain = glued ?? (this.words.hasArgument ? (this.words.take() ?? null) : this.chain);
      if ("LSZ".includes(letter) && this.chain !== null && this.words.hasArgument)
        this.number = this.takeRuleNumber();
      return;
    }
    this.chain = value;
    if (letter === "N") checkNewChain(value);
    if (letter === "R" && !this.words.hasArgument) usage("-R requires a rule number");
    if (letter === "I" || letter === "R" || letter === "D")
      if (this.words.hasArgument) this.number = this.takeRuleNumber();
    if (letter === "E")
      this.newName = this.takeSecond("-E requires old-chain-name and new-chain-name");
    if (letter === "P") this.policy = this.takeSecond("-P requires a chain and a policy");
  }

  private setCommand(letter: CommandLetter): void {
    const { command } = this;
    if (command !== null && letter === "Z" && (command === "L" || command === "S")) {
      this.zeroes = true;
      return;
    }
    if (command === "Z" && (letter === "L" || letter === "S")) this.zeroes = true;
    else if (command !== null) usage(`Cannot use -${letter} with -${command}`);
    this.command = letter;
  }

  private takeSecond(complaint: string): string {
    return this.words.hasArgument ? (this.words.take() ?? "") : usage(complaint);
  }

  private takeRuleNumber(): number {
    const word = this.words.take() ?? "";
    return parseNumber(word, 1, RULE_NUMBER_MAX) ?? usage(`Invalid rule number \`${word}'`);
  }

  private takeRuleOption(letter: string, value: string, glued: string | null): void {
    const { rule, inverted } = this;
    switch (letter) {
      case "p":
        this.mark("p");
        // the real program takes the whole word, so that --protocol=tcp is no protocol
        return rule.setProtocol(this.words.previous, inverted);
      case "s":
        this.mark("s");
        // here too the whole word is taken
        rule.source = this.words.previous;
        rule.sourceInverted = inverted;
        return;
      case "d":
        this.mark("d");
        rule.destination = this.words.previous;
        rule.destinationInverted = inverted;
        return;
      case "i":
        this.mark("i");
        rule.inputInterface = rule.interfaceName(value);
        rule.inputInterfaceInverted = inverted;
        return;
      case "o":
        this.mark("o");
        rule.outputInterface = rule.interfaceName(value);
        rule.outputInterfaceInverted = inverted;
        return;
      case "f":
        this.mark("f");
        rule.fragment = inverted ? "not" : "only";
        return;
      case "j":
      case "g":
        this.mark("j");
        return rule.setTarget(value, letter === "g");
      case "m":
        if (inverted) usage("unexpected ! flag before --match");
        return rule.addMatch(value);
      default:
        this.takeGeneralOption(letter, value, glued);
    }
  }

  private takeGeneralOption(letter: string, value: string, glued: string | null): void {
    switch (letter) {
      case "t":
        if (this.inverted) usage("unexpected ! flag before --table");
        if (this.options.table !== null)
          usage("The -t option cannot be used in iptables-restore.\n");
        this.table = value;
        return;
      case "v":
        if (this.verbose === 0) this.mark("v");
        this.verbose++;
        return;
      case "n":
      case "x":
      case "0":
        return this.mark(letter);
      case "c":
        return this.takeCounters(value);
      case "w":
      case "W":
        return this.takeWait(glued);
      case "6":
        throw new UsageProblem("", false);
      case "b":
        usage('Unknown arg "(null)"');
    }
  }

  /** Notes an option that may come once. */
  private mark(option: string): void {
    if (this.given.has(option)) usage(`multiple -${option} flags not allowed`);
    this.given.add(option);
    if (this.inverted && !INVERTIBLE.includes(option)) usage(`cannot have ! before -${option}`);
  }

  private takeCounters(value: string): void {
    this.mark("c");
    const comma = value.indexOf(",", 1);
    const packetText = comma < 0 ? value : value.slice(0, comma);
    const second = comma < 0 ? undefined : value.slice(comma + 1);
    const octetText = second ?? (this.words.hasArgument ? this.words.take() : undefined);
    if (octetText === undefined) return usage("-c requires packet and byte counter");
    const packets = Number.parseInt(packetText, 10);
    const octets = Number.parseInt(octetText, 10);
    if (!(packets >= 0)) usage("-c packet counter not numeric");
    if (!(octets >= 0)) usage("-c byte counter not numeric");
    this.counters = { packets, octets };
  }

  /** Nobody else holds the lock, so there is nothing to wait for. */
  private takeWait(glued: string | null): void {
    const word = glued ?? (this.words.hasArgument ? this.words.take() : undefined);
    if (word !== undefined && parseNumber(word, 0, UINT32_MAX) === undefined)
      usage("wait seconds not numeric");
  }

  private finish(): ParsedCommand {
    const rules = this.rule.finish([ANY], [ANY]);
    if (this.words.hasRest) usage("unknown arguments found on commandline");
    const { command } = this;
    if (command === null) return usage("no command specified");
    if (this.inverted) usage("nothing appropriate following !");
    const addressed = "ACDIR".includes(command) ? this.withAddresses() : rules;
    const numbered = (command === "D" || command === "Z") && this.number !== 0;
    const illegal = forbiddenOption(numbered ? `${command}#` : command, this.given);
    if (illegal !== undefined) usage(`Illegal option \`-${illegal}' with this command`);
    const { chain } = this;
    if (chain !== null && chain.length > CHAIN_NAME_MAX)
      usage(`chain name \`${chain}' too long (must be under ${CHAIN_NAME_MAX + 1} chars)`);
    return {
      command,
      zeroes: this.zeroes,
      table: this.tableName(),
      chain,
      number: this.number,
      newName: this.newName,
      policy: this.policy,
      rules: addressed,
      counters: this.counters,
      verbose: this.verbose,
      numeric: this.given.has("n"),
      exact: this.given.has("x"),
      lineNumbers: this.given.has("0"),
      warnings: this.rule.warnings,
    };
  }

  private withAddresses(): readonly RuleSpec[] {
    const { rule } = this;
    const sources = this.addresses("s", rule.source);
    const destinations = this.addresses("d", rule.destination);
    if (
      (rule.sourceInverted && sources.length > 1) ||
      (rule.destinationInverted && destinations.length > 1)
    )
      usage("! not allowed with multiple source or destination IP addresses");
    if (this.command === "R" && (sources.length > 1 || destinations.length > 1))
      usage("Replacement rule does not specify a unique address");
    return rule.finish(sources, destinations);
  }

  private addresses(option: "s" | "d", text: string): readonly AddressSpec[] {
    return this.given.has(option) ? parseAddresses(text, this.options.names) : [ANY];
  }

  private tableName(): TableName {
    if (this.table === "nat" && (this.policy === "DROP" || this.rule.target === "DROP"))
      usage(
        '\nThe "nat" table is not intended for filtering, the use of DROP is therefore inhibited.\n\n',
      );
    if (!isTableName(this.table)) throw new TableProblem(this.table);
    return this.table;
  }
}

function checkNewChain(name: string): void {
  if (name.startsWith("-") || name.startsWith("!"))
    usage(`chain name not allowed to start with \`${name.charAt(0)}'`);
  if (name.length > CHAIN_NAME_MAX)
    usage(`chain name \`${name}' too long (must be under ${CHAIN_NAME_MAX + 1} chars)`);
  if (name === "" || STANDARD_TARGETS.has(name) || TARGETS.has(name))
    usage("chain name may not clash with target name");
  if (/\s/.test(name)) usage(`Invalid chain name \`${name}'`);
}

/** Reads a command line; `warnings` gets what goes to standard error even if a problem is thrown. */
export function parseCommand(
  argv: readonly string[],
  options: ParseOptions,
  warnings: string[],
): ParsedCommand | Request {
  const parser = new CommandParser(argv, options);
  try {
    return parser.run();
  } finally {
    warnings.push(...parser.warnings);
  }
}
