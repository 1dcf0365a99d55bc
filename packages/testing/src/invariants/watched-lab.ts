/** A lab under watch: the same as without, and what always holds is looked after while it runs. */
import { Recorder, type Trace, tee } from "@lvsim/core";
import { Lab, type LabDefinition, type LabOptions } from "@lvsim/scenarios";
import { INVARIANTS } from "./all.ts";
import type { Invariant, Violation } from "./invariant.ts";
import { violationsText } from "./violation-text.ts";
import { Watch } from "./watch.ts";

export interface WatchOptions extends LabOptions {
  /** What is looked after; all that lvsim knows of unless said. Own ones may be among them. */
  readonly invariants?: readonly Invariant[];
  /** Events that are kept for the stories of frames; 65,536 unless said, 0 for none. */
  readonly recorded?: number;
}

/** Something that always holds did not. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
  readonly violations: readonly Violation[];

  constructor(violations: readonly Violation[], text: string) {
    super(text);
    this.violations = violations;
  }
}

const RECORDED = 1 << 16;

export class WatchedLab {
  readonly lab: Lab;
  private readonly watch: Watch;
  private readonly recorder: Recorder | null;
  private readonly seed: string;

  /** The lab is built and booted, nothing has been typed. */
  constructor(definition: LabDefinition, options: WatchOptions) {
    const { invariants = INVARIANTS, recorded = RECORDED, trace = null, ...rest } = options;
    this.seed = options.seed;
    this.watch = new Watch(invariants);
    this.recorder = recorded === 0 ? null : new Recorder(recorded);
    const traces = [this.watch, this.recorder, trace].filter((one) => one !== null);
    this.lab = Lab.build(definition, { ...rest, trace: tee(traces) as Trace });
    this.watch.follow(this.lab.simulation);
  }

  /** What did not hold so far, in order. */
  get violations(): readonly Violation[] {
    return this.watch.violations;
  }

  /** Looks at all tables now, and throws an InvariantError if anything did not hold up to here. */
  expectHeld(): void {
    this.watch.look();
    this.throwAny();
  }

  /**
   * The run has ended: as `expectHeld`, and what must have come to an end is asked too, such as that nobody keeps a frame
   * if nothing is under way any more. Once.
   */
  expectHeldToTheEnd(): void {
    this.watch.close();
    this.throwAny();
  }

  private throwAny(): void {
    const { violations } = this;
    if (violations.length > 0)
      throw new InvariantError(violations, violationsText(violations, this.seed, this.recorder));
  }
}
