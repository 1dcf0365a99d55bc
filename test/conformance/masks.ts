/**
 * What must not be compared, and only that: the rules of `volatile.json`. Each names the classes and the field (path of
 * the value), sometimes the command that printed it or values beside it, and says what is free there.
 */
import { readFileSync } from "node:fs";
import { z } from "zod";

const ruleSchema = z.strictObject({
  classes: z.array(z.string()),
  field: z.string(),
  command: z.string().optional(),
  where: z.record(z.string(), z.json()).optional(),
  late_timer: z.literal(true).optional(),
  within_ms: z.number().optional(),
  regex: z.string().optional(),
  tolerance: z.number().optional(),
  sort: z.enum(["lines", "blocks"]).optional(),
  drop: z.literal(true).optional(),
  why: z.string(),
});
type MaskRule = z.infer<typeof ruleSchema>;

/** Where a value stands, and what decides whether a rule holds for it. */
export interface Site {
  /** As `steps[].frames[].after_ms`. */
  readonly path: string;
  /** The object that holds the value. */
  readonly parent: { readonly [key: string]: unknown };
  /** The command whose output the step holds; "" when there is none. */
  readonly command: string;
  /** Milliseconds since the last step that was neither a command nor a pause. */
  readonly sinceTrafficMs: number;
  /** A connection's time is over, or nearly. */
  readonly lateTimer: boolean;
}

interface CompiledRule {
  readonly rule: MaskRule;
  readonly classes: RegExp;
  readonly field: RegExp;
  readonly command: RegExp | undefined;
}

/** How one value is compared: what the rules that hold for it say together. */
export interface Mask {
  readonly drop: boolean;
  readonly sort: "lines" | "blocks" | undefined;
  /** Tolerance for a plain number; 0 for none. */
  readonly tolerance: number;
  readonly patterns: readonly { readonly regex: RegExp; readonly tolerance: number | undefined }[];
}

const glob = (patterns: readonly string[]): RegExp =>
  new RegExp(`^(?:${patterns.map((p) => p.replaceAll("*", ".*")).join("|")})$`);

export class Masks {
  private readonly rules: readonly CompiledRule[];

  constructor(rules: readonly MaskRule[]) {
    this.rules = rules.map((rule) => ({
      rule,
      classes: glob(rule.classes),
      field: new RegExp(`^(?:${rule.field})$`),
      command: rule.command === undefined ? undefined : new RegExp(rule.command),
    }));
  }

  /** Reads a list of rules; a word that it does not know is an error. */
  static read(path: string): Masks {
    return new Masks(z.array(ruleSchema).parse(JSON.parse(readFileSync(path, "utf8"))));
  }

  /** What holds for the value at `site` in a recording of class `kind`. */
  at(kind: string, site: Site): Mask {
    const holding = this.rules.filter((candidate) => holds(candidate, kind, site));
    const rules = holding.map(({ rule }) => rule);
    return {
      drop: rules.some((rule) => rule.drop === true),
      sort: rules.find((rule) => rule.sort !== undefined)?.sort,
      tolerance: Math.max(
        0,
        ...rules.filter((rule) => rule.regex === undefined).map((rule) => rule.tolerance ?? 0),
      ),
      patterns: rules
        .filter((rule) => rule.regex !== undefined)
        .map((rule) => ({
          regex: new RegExp(rule.regex as string, "d"),
          tolerance: rule.tolerance,
        })),
    };
  }
}

function holds({ rule, classes, field, command }: CompiledRule, kind: string, site: Site): boolean {
  if (!classes.test(kind) || !field.test(site.path)) return false;
  if (command !== undefined && !command.test(site.command)) return false;
  if (rule.within_ms !== undefined && site.sinceTrafficMs >= rule.within_ms) return false;
  if (rule.late_timer === true && !site.lateTimer) return false;
  const { where } = rule;
  return (
    where === undefined || Object.entries(where).every(([key, value]) => site.parent[key] === value)
  );
}
