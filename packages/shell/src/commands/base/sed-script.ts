/** What a sed script is made of. */
import type { Regex } from "../../text/regex.ts";

export type Address =
  | { readonly kind: "line"; readonly line: number }
  | { readonly kind: "last" }
  /** Null is the empty pattern: the one that was used last. */
  | { readonly kind: "match"; readonly regex: Regex | null }
  /** `first~step`. */
  | { readonly kind: "step"; readonly first: number; readonly step: number }
  /** Only as a second address: `+count`. */
  | { readonly kind: "more"; readonly count: number }
  /** Only as a second address: `~multiple`. */
  | { readonly kind: "multiple"; readonly of: number };

/** A piece of the text that takes a match's place: text, a group (0 is all), or a change of case. */
export type ReplacementPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "group"; readonly number: number }
  | { readonly kind: "case"; readonly letter: string };

export interface Substitution {
  readonly regex: Regex | null;
  readonly replacement: readonly ReplacementPart[];
  readonly global: boolean;
  readonly print: boolean;
  /** Which match is the first to go, from 1. */
  readonly number: number;
}

export interface SedCommand {
  readonly addresses: readonly Address[];
  readonly negated: boolean;
  readonly name: string;
  /** Text of a, i and c; label of b, t and T; status of q and Q. */
  readonly text: string;
  readonly substitution: Substitution | null;
  readonly transliteration: ReadonlyMap<string, string> | null;
  /** For `{`: the place of its `}`. For `b`, `t`, `T`: where it goes on. */
  target: number;
}
