/**
 * The lines of a traced packet (`trace_packet`): `TRACE: table:chain:kind:number ` and the packet, for every rule that
 * matches, every end of a chain, and the policy. As in the kernel a rule without conditions that only accepts, drops or
 * returns is taken for the end of its chain and called `policy` or `return`.
 */
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import type { CompiledChain } from "./compiled-chain.ts";
import type { CompiledRule } from "./compiled-rule.ts";
import type { RuleConfig } from "./config.ts";
import type { HookPoint } from "./hook.ts";
import { type LogStyle, logPacket } from "./log-packet.ts";
import { formatRule } from "./rule-text.ts";
import type { TargetContext } from "./targets/target.ts";

/** KERN_WARNING and NF_LOG_DEFAULT_MASK. */
const STYLE: LogStyle = {
  level: 4,
  withSequence: true,
  withTcpOptions: true,
  withIpOptions: true,
};

const VERDICTS: ReadonlySet<string> = new Set(["ACCEPT", "DROP", "QUEUE", "RETURN"]);

/** Whether the rule looks like the kernel's own entry at the end of a chain. */
const looksLikeEnd = (rule: RuleConfig): boolean =>
  VERDICTS.has(rule.target) && formatRule(rule) === ` -j ${rule.target}`;

export class PacketTracer {
  private readonly context: TargetContext;

  constructor(context: TargetContext) {
    this.context = context;
  }

  rule(
    rule: CompiledRule,
    chain: CompiledChain,
    number: number,
    frame: Frame,
    input: NetDevice | null,
    output: NetDevice | null,
    point: HookPoint,
  ): void {
    const isEnd = looksLikeEnd(rule.config);
    this.tell(chain, isEnd ? endOf(chain) : "rule", number, frame, input, output, point);
  }

  /** The packet came to the end of the chain. */
  end(
    chain: CompiledChain,
    frame: Frame,
    input: NetDevice | null,
    output: NetDevice | null,
    point: HookPoint,
  ): void {
    this.tell(chain, endOf(chain), chain.rules.length + 1, frame, input, output, point);
  }

  private tell(
    chain: CompiledChain,
    kind: string,
    number: number,
    frame: Frame,
    input: NetDevice | null,
    output: NetDevice | null,
    point: HookPoint,
  ): void {
    const prefix = `TRACE: ${this.context.table}:${chain.name}:${kind}:${number} `;
    logPacket(this.context, prefix, STYLE, frame, input, output, point);
  }
}

const endOf = (chain: CompiledChain): string => (chain.policy === null ? "return" : "policy");
