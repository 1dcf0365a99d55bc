/**
 * What the parts of a walk hand to its layout: rows found in a trace, in whatever order, that carry where they belong and
 * which point of the lab sheet they stand for.
 */
import type { Instant } from "@lvsim/core";
import type { SheetStep } from "../lab-file/schema.ts";
import type { Tone } from "./styled.ts";

/** A place of the lab sheet's vocabulary that a row stands for. */
export type Point = SheetStep["at"]["point"];
export type Side = SheetStep["at"]["of"];

/** One line of a walk, before it is laid out. */
export interface WalkRow {
  /** Number of the trace event that it tells of; rows are shown in this order. */
  readonly index: number;
  readonly at: Instant;
  readonly frame: number;
  /** Whether it tells of a frame on a cable: then its number is shown. */
  readonly onWire: boolean;
  readonly host: string;
  readonly where: string;
  readonly what: string;
  readonly tone: Tone;
  /** What changed, or why: beside `what` where there is room. */
  readonly effects: readonly string[];
  /** What came before that: the points passed on the way, the ARP that it took. Below `what`. */
  readonly under: readonly string[];
  /** Points at `host` that the row stands for; empty for ARP. */
  readonly points: readonly Point[];
  readonly side: Side;
}
