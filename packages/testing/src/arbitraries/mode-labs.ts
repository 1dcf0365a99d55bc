/** Whole labs in one of the four forwarding methods, of any small size. */
import type { SchedulerName } from "@lvsim/core";
import {
  directRouting,
  fullNat,
  type LabDefinition,
  masquerading,
  tunnelling,
} from "@lvsim/scenarios";
import fc from "fast-check";
import { type WeightsOptions, weights } from "./weights.ts";

const MODES = { directRouting, masquerading, tunnelling, fullNat };

/** What a lab was made from: small to print, where the lab itself is long. */
export interface ModeLab {
  readonly mode: keyof typeof MODES;
  readonly scheduler: SchedulerName;
  readonly weights: readonly number[];
  readonly requests: number;
}

export interface ModeLabsOptions extends WeightsOptions {
  /** Schedulers to choose from, the simplest first; rr, wrr, lc and wlc unless said. */
  readonly schedulers?: readonly SchedulerName[];
  /** How many requests at most; 12 unless said. */
  readonly requestsMax?: number;
}

/** Labs as what they are made from, shrinking to direct routing, one server of weight 1 and one request. */
export function modeLabs(options: ModeLabsOptions = {}): fc.Arbitrary<ModeLab> {
  const { schedulers = ["rr", "wrr", "lc", "wlc"], requestsMax = 12 } = options;
  return fc.record({
    mode: fc.constantFrom(...(Object.keys(MODES) as (keyof typeof MODES)[])),
    scheduler: fc.constantFrom(...schedulers),
    weights: weights({ serversMax: 4, weightMax: 10, ...options }),
    requests: fc.integer({ min: 1, max: requestsMax }),
  });
}

/** The lab that it is the description of. */
export const labFor = ({ mode, scheduler, weights: each, requests }: ModeLab): LabDefinition =>
  MODES[mode]({ scheduler, realServers: each.length, weights: each, requests });
