/** Variants of a lab: what differs from the lab as it stands, and what holds then. */
import { z } from "zod";
import { check } from "./check-schema.ts";
import { bilingual, name } from "./words.ts";

/**
 * One change. Of start-up commands: `line` becomes `to`, or goes when there is no `to`; or `add` comes to the end, or after the line
 * `after`. Of any other value: the one at `at` becomes `to`, or goes when there is no `to`.
 */
const change = z.strictObject({
  on: z.array(name).min(1).optional(),
  line: z.string().min(1).optional(),
  add: z.string().min(1).optional(),
  after: z.string().min(1).optional(),
  at: z
    .array(z.union([z.string(), z.int().min(0)]))
    .min(1)
    .optional(),
  to: z.json().optional(),
});
export type Change = z.output<typeof change>;

export const variant = z.strictObject({
  /** What is different, in a sentence. */
  title: bilingual,
  /** A word that is in every line and value that differs: nothing else does. */
  knob: z.string().min(1),
  change: z.array(change).min(1),
  validate: z.array(check).default([]),
});
export type Variant = z.output<typeof variant>;
