/** What lint says of a lab: which rule, about whom, in both languages, how to do better, and the lab that shows why. */
import type { Command } from "../diagnosis/evidence.ts";
import type { LintKey } from "./words.ts";

export interface Advice {
  readonly rule: LintKey;
  readonly values: Readonly<Record<string, string | number>>;
  /** Commands that would be better; empty where that is a matter of design. */
  readonly better: readonly Command[];
}
