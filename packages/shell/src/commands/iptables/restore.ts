/**
 * `iptables-restore`: whole tables from the lines that iptables-save writes. What stands between `*table` and `COMMIT`
 * is worked out on a copy; the kernel gets it at COMMIT, all or nothing.
 */
import {
  checkTable,
  copyNetfilter,
  deleteChain,
  ensureTable,
  flushChain,
  isTableName,
  type NetfilterDraft,
  newChain,
  setPolicy,
  type TableName,
} from "@lvsim/core";
import { applyCommand, type CounterPlan, noCounters } from "./apply.ts";
import {
  announcement,
  checkInterfaces,
  listing,
  lookAtTable,
  readCounters,
  setCounters,
} from "./execute.ts";
import type { IptablesKernel, Outcome } from "./kernel.ts";
import { errorWords, problemOutcome, VERSION } from "./messages.ts";
import type { Names } from "./names.ts";
import { type CounterValues, parseCommand } from "./parse-command.ts";
import { usage } from "./problem.ts";
import { checkTarget } from "./rule-options.ts";

export interface RestoreOptions {
  /** -c. */
  readonly withCounters: boolean;
  /** -n: keeps what is there. */
  readonly keeps: boolean;
  /** -t: looks only. */
  readonly tests: boolean;
  /** -T: the one table to restore; null for all. */
  readonly table: string | null;
  readonly verbose: boolean;
}

const PROGRAM = "iptables-restore";
const CHAIN_NAME_MAX = 28;

/** Ends the program with that text and status 1, without the help line. */
class Failure {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The words of a line: blanks part them, and so does the end of a quoted piece; a backslash in quotes takes the next character as it is. */
function splitWords(line: string): readonly string[] {
  const words: string[] = [];
  let word = "";
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const character = line.charAt(i);
    if (quoted && character === "\\" && i + 1 < line.length) word += line.charAt(++i);
    else if (quoted && character === '"') {
      words.push(word);
      word = "";
      quoted = false;
    } else if (character === '"') quoted = true;
    else if (!quoted && /\s/.test(character)) {
      if (word !== "") words.push(word);
      word = "";
    } else word += character;
  }
  if (word !== "") words.push(word);
  return words;
}

const COUNTERS = /^\[(\d+):(\d+)\]$/;

/** One table under way. */
interface Transaction {
  readonly table: TableName;
  readonly draft: NetfilterDraft;
  readonly plan: CounterPlan;
}

class Restorer {
  line = 0;
  stdout = "";
  readonly warnings: string[] = [];
  private readonly kernel: IptablesKernel;
  private readonly names: Names;
  private readonly options: RestoreOptions;
  private transaction: Transaction | null = null;
  /** Inside a table that -T leaves out. */
  private skipping = false;

  constructor(kernel: IptablesKernel, names: Names, options: RestoreOptions) {
    this.kernel = kernel;
    this.names = names;
    this.options = options;
  }

  run(text: string): void {
    const lines = text.split("\n");
    if (lines.at(-1) === "") lines.pop();
    for (const line of lines) {
      this.line++;
      this.take(line);
    }
    if (this.transaction !== null)
      throw new Failure(`${PROGRAM}: COMMIT expected at line ${this.line + 1}\n`);
  }

  private take(line: string): void {
    if (line === "") return;
    if (line.startsWith("#")) {
      if (this.options.verbose) this.stdout += `${line}\n`;
      return;
    }
    const { transaction } = this;
    if (transaction === null) {
      if (line.startsWith("*")) return this.begin(line.slice(1).trim());
      if (!this.skipping) throw new Failure(`${PROGRAM}: line ${this.line} failed\n`);
      if (line === "COMMIT") this.skipping = false;
      return;
    }
    if (line === "COMMIT") return this.commit(transaction);
    if (line.startsWith(":")) this.takeChain(transaction, line.slice(1));
    else this.takeRule(transaction, line);
  }

  private begin(name: string): void {
    if (name === "") usage(`${PROGRAM}: line ${this.line} table name invalid`);
    if (this.options.table !== null && this.options.table !== name) {
      this.skipping = true;
      return;
    }
    this.skipping = false;
    if (!isTableName(name)) return usage(`${PROGRAM}: unable to initialize table '${name}'`);
    lookAtTable(this.kernel, name);
    const draft = copyNetfilter(this.kernel.netfilter);
    this.transaction = { table: name, draft, plan: noCounters() };
    if (!this.options.keeps) this.clear(draft, name);
  }

  private clear(draft: NetfilterDraft, name: TableName): void {
    const { chains } = ensureTable(draft, name);
    if (this.options.verbose)
      this.stdout += chains.map((chain) => `Flushing chain \`${chain.name}'\n`).join("");
    flushChain(draft, name, null);
    for (const chain of chains.filter(({ policy }) => policy === null)) {
      if (this.options.verbose) this.stdout += `Deleting chain \`${chain.name}'\n`;
      deleteChain(draft, name, chain.name);
    }
  }

  /** `:CHAIN POLICY [packets:octets]`, `-` for a user's chain. */
  private takeChain({ table, draft, plan }: Transaction, text: string): void {
    const [name, policy, counters] = text.split(/[ \t]+/).filter((word) => word !== "");
    if (name === undefined) return usage(`${PROGRAM}: line ${this.line} chain name invalid`);
    if (name.length > CHAIN_NAME_MAX)
      usage(`Invalid chain name \`${name}' (${CHAIN_NAME_MAX} chars max)`);
    const existing = ensureTable(draft, table).chains.find((chain) => chain.name === name);
    if (existing === undefined) newChain(draft, table, name);
    else if (existing.policy === null) {
      if (!this.options.keeps) usage(`error creating chain '${name}':File exists`);
      flushChain(draft, table, name);
    }
    if (policy === undefined) return usage(`${PROGRAM}: line ${this.line} policy invalid`);
    if (policy === "-") return;
    const values = this.policyCounters(name, counters);
    if (values !== null) plan.policies.push({ chain: name, values });
    const isVerdict = policy === "ACCEPT" || policy === "DROP";
    // a chain that has no policy is told first
    const error =
      setPolicy(draft, table, name, isVerdict ? policy : "ACCEPT") ??
      (isVerdict ? null : "bad-policy");
    if (error !== null)
      throw new Failure(
        `${PROGRAM} ${VERSION}: Can't set policy \`${policy}' on \`${name}' line ${this.line}: ${errorWords(error)}\n`,
      );
  }

  private policyCounters(chain: string, text: string | undefined): CounterValues | null {
    if (!this.options.withCounters) return null;
    const match = COUNTERS.exec(text ?? "");
    if (match === null) return usage(`invalid policy counters for chain '${chain}'`);
    return { packets: Number(match[1]), octets: Number(match[2]) };
  }

  private takeRule({ table, draft, plan }: Transaction, line: string): void {
    const { kernel, names } = this;
    const argv = [PROGRAM, ...this.ruleWords(line)];
    const parsed = parseCommand(argv, { kernel, names, table }, this.warnings);
    if (parsed === "version" || parsed === "help") return;
    const config = ensureTable(draft, table);
    checkInterfaces(parsed);
    if ("ACDIR".includes(parsed.command))
      for (const rule of parsed.rules) checkTarget(rule, config);
    // as the real program: with -n its own -v does not reach the lines
    const verbose = this.options.verbose && !this.options.keeps ? 1 : parsed.verbose;
    this.stdout += announcement({ ...parsed, verbose }, config, names);
    if (parsed.command === "L" || parsed.command === "S")
      this.stdout += listing({ ...parsed, verbose }, config, readCounters(kernel, table), names);
    const error = applyCommand(draft, parsed, plan);
    if (error !== null) this.refuse();
  }

  /** The line's words; counters before it become an option if -c was given. */
  private ruleWords(line: string): readonly string[] {
    if (!line.startsWith("[")) return splitWords(line);
    const end = line.indexOf("]");
    const [packets = "", octets] = line.slice(1, end).split(":");
    if (end < 0 || octets === undefined) return usage(`Bad line ${this.line}: need ]`);
    const words = splitWords(line.slice(end + 1));
    return this.options.withCounters ? ["--set-counters", packets, octets, ...words] : words;
  }

  private commit({ table, draft, plan }: Transaction): void {
    this.transaction = null;
    if (this.options.tests) return;
    const error = checkTable(table, ensureTable(draft, table), this.kernel);
    if (error !== null) this.refuse();
    this.kernel.change((config) => {
      config.nextRuleId = draft.nextRuleId;
      config.tables[table] = ensureTable(draft, table);
    });
    setCounters(this.kernel, table, plan);
  }

  private refuse(): never {
    throw new Failure(`${PROGRAM}: line ${this.line} failed\n`);
  }
}

/** Restores from `text`. */
export function restore(
  text: string,
  options: RestoreOptions,
  kernel: IptablesKernel,
  names: Names,
): Outcome {
  const restorer = new Restorer(kernel, names, options);
  try {
    restorer.run(text);
    return { status: 0, stdout: restorer.stdout, stderr: restorer.warnings.join("") };
  } catch (thrown) {
    const outcome =
      thrown instanceof Failure
        ? { status: 1, stdout: "", stderr: thrown.text }
        : problemOutcome(thrown, PROGRAM, restorer.line);
    const stderr = restorer.warnings.join("") + outcome.stderr;
    return { status: outcome.status, stdout: restorer.stdout, stderr };
  }
}
