/** A table's place at one hook point: runs its rules and tells the trace what they decided. */
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import type { TableName } from "./config.ts";
import type { NetfilterEnvironment } from "./environment.ts";
import { type Hook, type HookPoint, Verdict } from "./hook.ts";
import type { LiveTable } from "./live-table.ts";
import type { BuiltInChain } from "./tables.ts";

export class TableHook implements Hook {
  readonly point: HookPoint;
  readonly priority: number;
  protected readonly environment: NetfilterEnvironment;
  private readonly table: TableName;
  private readonly chain: string;
  private readonly rules: LiveTable;

  constructor(
    table: TableName,
    chain: BuiltInChain,
    rules: LiveTable,
    environment: NetfilterEnvironment,
  ) {
    this.table = table;
    this.chain = chain.name;
    this.point = chain.point;
    this.priority = chain.priority;
    this.rules = rules;
    this.environment = environment;
  }

  describe(): string {
    return `${this.table} ${this.chain}`;
  }

  run(frame: Frame, input: NetDevice | null, output: NetDevice | null): Verdict {
    const verdict = this.rules.run(this.point, frame, input, output);
    const { trace } = this.environment;
    if (trace !== null) {
      const { environment, rules } = this;
      const at = environment.now();
      trace.note("verdict", at, environment.place, frame, rules.decidedBy, this.point, verdict);
      if (verdict === Verdict.drop)
        trace.dropped(at, environment.place, frame, "netfilter-drop", rules.decidedBy);
    }
    return verdict;
  }
}

/** mangle's OUTPUT (`ipt_mangle_out`): a packet whose addresses, TOS or mark the rules changed gets a new route. */
export class MangleOutputHook extends TableHook {
  override run(frame: Frame, input: NetDevice | null, output: NetDevice | null): Verdict {
    const { source, destination, tos, mark } = frame;
    const verdict = super.run(frame, input, output);
    if (verdict !== Verdict.accept) return verdict;
    if (
      frame.source === source &&
      frame.destination === destination &&
      frame.tos === tos &&
      frame.mark === mark
    )
      return verdict;
    const { environment } = this;
    if (environment.reroute(frame)) return verdict;
    environment.trace?.dropped(environment.now(), environment.place, frame, "ip-no-route", this);
    return Verdict.drop;
  }
}
