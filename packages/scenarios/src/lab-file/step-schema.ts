/**
 * A lab as a lesson: steps with a task, what is expected of whoever does it, and the reference solution. What is expected is a
 * check with points; a question names a kind only, since its text and its answer are made from the trace.
 */
import { z } from "zod";
import { check } from "./check-schema.ts";
import { bilingual, name } from "./words.ts";

/** What can be asked of a trace. */
export const QUESTION_KINDS = [
  /** Whose MAC address a packet carries on its next hop. */
  "mac",
  /** The address that a packet is sent to, seen where it arrives. */
  "destination",
  /** The address that an answer comes from, as the client sees it. */
  "source",
  /** Which real server takes a request. */
  "server",
  /** The point of netfilter that a packet comes by next. */
  "point",
  "ttl",
  /** The interface by which a packet leaves. */
  "interface",
  /** Where a packet ends. */
  "where",
  /** Why it ends there. */
  "reason",
] as const;
export type QuestionKind = (typeof QUESTION_KINDS)[number];

const expectation = z.strictObject({
  ...check.shape,
  points: z.int().min(1).max(100).default(1),
  /** What to look at when it does not hold and the walks of the requests do not tell. */
  hint: bilingual.optional(),
});
export type Expectation = z.output<typeof expectation>;

export const step = z.strictObject({
  title: bilingual,
  /** What is to be done. Indented lines stand as they are, the others flow. */
  task: bilingual,
  /** What somebody who knows would type, by machine. */
  solution: z.record(name, z.string().min(1)).default({}),
  expects: z.array(expectation).default([]),
  /** Numbers of earlier steps, from 1, without which this one is worth nothing: each must have earned something. */
  needs: z.array(z.int().min(1)).default([]),
  /** From the gentlest to the plainest. */
  hints: z.array(bilingual).default([]),
  questions: z.array(z.enum(QUESTION_KINDS)).default([]),
});
export type Step = z.output<typeof step>;
