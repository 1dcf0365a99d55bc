/**
 * A match or target as libxtables' shared libraries describe it: its options, what it makes of them, and how it
 * prints. Values are kept in the form of iptables-save, which is also what core compiles.
 */
import type { OptionValues, RuleSpec } from "@lvsim/core";
import type { Names } from "../names.ts";
import { usage } from "../problem.ts";

/** What an option's reader may look at. */
export interface ReadContext {
  readonly names: Names;
  /** The rule's protocol as far as it was given: 0 for none. */
  readonly protocol: number;
  readonly protocolInverted: boolean;
  /** Warnings for standard error, with their newlines. */
  readonly warnings: string[];
  /** Whether the kernel has an ipset of that name. */
  hasSet(name: string): boolean;
}

export interface ExtensionOption {
  /** Without dashes; as messages call it. */
  readonly name: string;
  readonly aliases?: readonly string[];
  /** Its name in `OptionValues`; `name` when left out. Options that share a key exclude one another at once. */
  readonly key?: string;
  /** How many words follow it. */
  readonly words: 0 | 1 | 2;
  readonly invertible?: boolean;
  /** What is said of a `!` before it, if not the usual. */
  readonly notInverted?: string;
  readonly mandatory?: boolean;
  /** Names of options that may not stand beside it. */
  readonly excludes?: readonly string[];
  /** What is said when it does, at once; if not the usual in the end. */
  readonly excludesAs?: string;
  /** An option that has to stand beside it. */
  readonly requires?: string;
  /** It may come several times; the last one counts. */
  readonly repeats?: boolean;
  /** What is said when it comes twice, if not the usual. */
  readonly again?: string;
  /** What is said of a missing second word. */
  readonly incomplete?: string;
  /** The value as kept; throws `UsageProblem`. */
  read?(value: string, context: ReadContext, second: string): string;
}

export interface PrintStyle {
  readonly numeric: boolean;
  readonly names: Names;
}

export interface Extension {
  readonly name: string;
  readonly options: readonly ExtensionOption[];
  /** Looks before anybody asks whether mandatory options are there. */
  check?(values: OptionValues, context: ReadContext): void;
  /** A last look: throws, or gives the options as they are kept, in the order of saving. */
  finish?(values: OptionValues, context: ReadContext): OptionValues;
  /** For -L: begins with a space, "" for nothing. */
  print(values: OptionValues, style: PrintStyle, rule: RuleSpec): string;
  /** The name that -L shows, if it is another. */
  readonly listedAs?: string;
}

/** What a command line has said about one extension so far. */
export class Reading {
  readonly extension: Extension;
  private readonly given = new Map<string, string>();
  private readonly named = new Set<string>();
  private checked = false;

  constructor(extension: Extension) {
    this.extension = extension;
  }

  take(
    option: ExtensionOption,
    value: string,
    second: string,
    inverted: boolean,
    context: ReadContext,
  ): void {
    const { name } = this.extension;
    const key = option.key ?? option.name;
    const once = option.again !== undefined ? this.has(key) : this.named.has(option.name);
    if (once && option.repeats !== true)
      usage(option.again ?? `${name}: option "--${option.name}" can only be used once.\n`);
    if (inverted && option.invertible !== true)
      usage(option.notInverted ?? `${name}: option "--${option.name}" cannot be inverted.\n`);
    if (option.excludesAs !== undefined && option.excludes?.some((other) => this.named.has(other)))
      usage(option.excludesAs);
    this.named.add(option.name);
    const kept = option.read === undefined ? value : option.read(value, context, second);
    this.given.set(inverted ? `! ${key}` : key, kept);
  }

  /** The options, complete and in the order of saving. */
  finish(context: ReadContext): OptionValues {
    const { name, options } = this.extension;
    const values = this.values();
    // a command line with addresses finishes its rule twice
    if (!this.checked) this.extension.check?.(values, context);
    this.checked = true;
    for (const option of options) {
      if (option.mandatory === true && !this.named.has(option.name))
        usage(`${name}: option "--${option.name}" must be specified\n`);
      if (!this.named.has(option.name)) continue;
      if (option.requires !== undefined && !this.named.has(option.requires))
        usage(`${name}: option "--${option.name}" also requires "--${option.requires}".\n`);
      const clash = option.excludes?.find((other) => this.named.has(other));
      if (clash !== undefined)
        usage(`${name}: option "--${option.name}" cannot be used together with "--${clash}".\n`);
    }
    return this.extension.finish?.(values, context) ?? values;
  }

  /** What was given, in the order of saving. */
  private values(): OptionValues {
    const values: Record<string, string> = {};
    for (const option of this.extension.options)
      for (const key of [option.key ?? option.name, `! ${option.key ?? option.name}`]) {
        const value = this.given.get(key);
        if (value !== undefined) values[key] = value;
      }
    return values;
  }

  private has(key: string): boolean {
    return this.given.has(key) || this.given.has(`! ${key}`);
  }
}

/** A value with its negation, for printing. */
export function optionValue(
  values: OptionValues,
  key: string,
): { readonly text: string; readonly inverted: boolean } | undefined {
  const plain = values[key];
  if (plain !== undefined) return { text: plain, inverted: false };
  const negated = values[`! ${key}`];
  return negated === undefined ? undefined : { text: negated, inverted: true };
}
