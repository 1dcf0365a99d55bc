/** One rule ready to run (`struct ipt_entry`): the address part as integers, then its matches, then its target. */
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import { FragmentField } from "../../packet/protocol.ts";
import type { Decider } from "../../trace/trace.ts";
import type { RuleConfig, TableName } from "./config.ts";
import type { RuleCounter } from "./counter.ts";
import { InterfaceTest } from "./interface-test.ts";
import { compileMatch } from "./matches/compile-match.ts";
import type { Match } from "./matches/match.ts";
import { formatRule } from "./rule-text.ts";
import { compileTarget, isKnownTarget } from "./targets/compile-target.ts";
import type { Target, TargetContext } from "./targets/target.ts";

/** What follows when a rule matches. */
export const Action = {
  goOn: 0,
  accept: 1,
  drop: 2,
  /** Back to the calling chain; in a built-in chain, its policy. */
  return: 3,
  jump: 4,
  goto: 5,
  /** A target decides. */
  target: 6,
} as const;
export type Action = (typeof Action)[keyof typeof Action];

/** What a jump leads to: a user's chain. */
export interface RuleList {
  readonly rules: readonly CompiledRule[];
}

/** A rule at one place of its table, as the trace names it. */
export class RulePlace implements Decider {
  private readonly table: TableName;
  private readonly chain: string;
  private readonly number: number;
  private readonly config: RuleConfig;

  constructor(table: TableName, chain: string, number: number, config: RuleConfig) {
    this.table = table;
    this.chain = chain;
    this.number = number;
    this.config = config;
  }

  describe(): string {
    return `${this.table} ${this.chain} rule ${this.number}:${formatRule(this.config)}`;
  }

  /** Whether it still names the rule at that place. */
  isAt(chain: string, number: number): boolean {
    return this.chain === chain && this.number === number;
  }
}

const interfaceTest = (name: string, inverted: boolean): InterfaceTest | null =>
  name === "" ? null : new InterfaceTest(name, inverted);

const STANDARD_ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ["", Action.goOn],
  ["ACCEPT", Action.accept],
  ["DROP", Action.drop],
  // nobody reads the queue, so the kernel drops
  ["QUEUE", Action.drop],
  ["RETURN", Action.return],
]);

const FRAGMENT_TESTS = { any: 0, only: 1, not: 2 } as const;

export class CompiledRule {
  readonly config: RuleConfig;
  readonly counter: RuleCounter;
  readonly action: Action;
  readonly target: Target | null;
  /** Where `jump` and `goto` lead; set when the table is linked. */
  jumpsTo: RuleList | null = null;
  /** Set when the table is linked. */
  place: RulePlace;
  private readonly source: number;
  private readonly sourceMask: number;
  private readonly sourceInverted: boolean;
  private readonly destination: number;
  private readonly destinationMask: number;
  private readonly destinationInverted: boolean;
  private readonly protocol: number;
  private readonly protocolInverted: boolean;
  private readonly fragmentTest: 0 | 1 | 2;
  private readonly input: InterfaceTest | null;
  private readonly output: InterfaceTest | null;
  private readonly tests: Match[] = [];

  constructor(config: RuleConfig, counter: RuleCounter, context: TargetContext) {
    this.config = config;
    this.counter = counter;
    this.place = new RulePlace(context.table, "", 0, config);
    this.source = config.source;
    this.sourceMask = config.sourceMask;
    this.sourceInverted = config.sourceInverted;
    this.destination = config.destination;
    this.destinationMask = config.destinationMask;
    this.destinationInverted = config.destinationInverted;
    this.protocol = config.protocol;
    this.protocolInverted = config.protocolInverted;
    this.fragmentTest = FRAGMENT_TESTS[config.fragment];
    this.input = interfaceTest(config.inputInterface, config.inputInterfaceInverted);
    this.output = interfaceTest(config.outputInterface, config.outputInterfaceInverted);
    for (const match of config.matches) {
      const test = compileMatch(match, context.environment, context.sets);
      if (test !== null) this.tests.push(test);
    }
    const { target } = config;
    const isExtension = isKnownTarget(target);
    this.target = isExtension ? compileTarget(target, config.targetOptions, context) : null;
    const jump = config.goto ? Action.goto : Action.jump;
    this.action = isExtension ? Action.target : (STANDARD_ACTIONS.get(target) ?? jump);
  }

  /** `ip_packet_match`, then the matches in their order. */
  matches(frame: Frame, input: NetDevice | null, output: NetDevice | null): boolean {
    if (((frame.source & this.sourceMask) === this.source) === this.sourceInverted) return false;
    if (
      ((frame.destination & this.destinationMask) === this.destination) ===
      this.destinationInverted
    )
      return false;
    if (this.input !== null && !this.input.holdsName(input === null ? "" : input.name))
      return false;
    if (this.output !== null && !this.output.holdsName(output === null ? "" : output.name))
      return false;
    if (this.protocol !== 0 && (frame.protocol === this.protocol) === this.protocolInverted)
      return false;
    if (this.fragmentTest !== 0) {
      const isLater = (frame.fragment & FragmentField.offsetMask) !== 0;
      if (isLater !== (this.fragmentTest === 1)) return false;
    }
    const { tests } = this;
    for (let i = 0; i < tests.length; i++)
      if (!(tests[i] as Match).matches(frame, input, output)) return false;
    return true;
  }

  /** The table was replaced: what matches remember between packets begins anew, as in the kernel. */
  restart(): void {
    for (const test of this.tests) test.restart();
  }
}
