import { describe, expect, test } from "vitest";
import {
  decideUpdate,
  NEIGHBOUR_STATE_NAMES,
  NeighbourState as S,
  stateOnSend,
  stateOnTimer,
} from "./neighbour-state.ts";

const name = (state: S | undefined): string =>
  state === undefined ? "ignored" : (NEIGHBOUR_STATE_NAMES.get(state) as string);

describe("a packet to send", () => {
  test.each([
    [S.none, S.incomplete],
    [S.failed, S.incomplete],
    [S.incomplete, S.incomplete],
    [S.stale, S.delay],
    [S.delay, S.delay],
    [S.probe, S.probe],
    [S.reachable, S.reachable],
    [S.noArp, S.noArp],
    [S.permanent, S.permanent],
  ])("turns %i into %i", (from, to) => {
    expect(name(stateOnSend(from, true))).toBe(name(to));
  });

  test("fails at once where no request may be sent", () => {
    expect(name(stateOnSend(S.none, false))).toBe("FAILED");
  });
});

describe("a timer", () => {
  // at 100: a confirmation counts 30, a use 5; three requests may be sent
  const facts = { now: 100, reachableTime: 30, delayProbeTime: 5, probesMax: 3 };
  const old = { confirmedAt: 0, usedAt: 0, probes: 0 };
  test.each([
    { from: S.reachable, facts: { ...old, confirmedAt: 70 }, to: S.reachable },
    { from: S.reachable, facts: { ...old, confirmedAt: 69, usedAt: 95 }, to: S.delay },
    { from: S.reachable, facts: { ...old, confirmedAt: 69, usedAt: 94 }, to: S.stale },
    { from: S.delay, facts: { ...old, confirmedAt: 95 }, to: S.reachable },
    { from: S.delay, facts: { ...old, confirmedAt: 94, usedAt: 100 }, to: S.probe },
    { from: S.probe, facts: { ...old, probes: 2 }, to: S.probe },
    { from: S.probe, facts: { ...old, probes: 3 }, to: S.failed },
    { from: S.incomplete, facts: { ...old, probes: 2 }, to: S.incomplete },
    { from: S.incomplete, facts: { ...old, probes: 3 }, to: S.failed },
    { from: S.stale, facts: old, to: S.stale },
    { from: S.failed, facts: old, to: S.failed },
    { from: S.permanent, facts: old, to: S.permanent },
  ])("turns $from into $to with $facts", (row) => {
    expect(name(stateOnTimer(row.from, { ...facts, ...row.facts }))).toBe(name(row.to));
  });
});

describe("an update", () => {
  const same = true;
  const other = false;
  const arp = { override: false, admin: false };
  const override = { override: true, admin: false };
  const admin = { override: true, admin: true };
  const change = { override: false, admin: true };
  test.each([
    [S.none, S.stale, other, arp, "STALE, new address"],
    [S.failed, S.reachable, other, arp, "REACHABLE, new address"],
    [S.incomplete, S.reachable, other, arp, "REACHABLE, new address"],
    [S.reachable, S.reachable, other, arp, "ignored"],
    [S.reachable, S.stale, other, override, "STALE, new address"],
    [S.reachable, S.stale, same, override, "REACHABLE"],
    [S.probe, S.stale, same, arp, "PROBE"],
    [S.probe, S.reachable, same, arp, "REACHABLE"],
    [S.stale, S.reachable, same, arp, "REACHABLE"],
    [S.permanent, S.reachable, other, override, "ignored"],
    [S.noArp, S.stale, same, override, "ignored"],
    [S.permanent, S.stale, same, admin, "STALE"],
    [S.reachable, S.stale, same, change, "STALE"],
    [S.permanent, S.reachable, other, admin, "REACHABLE, new address"],
    [S.permanent, S.reachable, other, change, "ignored"],
  ])("of %i to %i (same address: %s) by %o is: %s", (old, wanted, known, strength, outcome) => {
    const decision = decideUpdate(old, wanted, known, strength);
    const address = decision?.takesAddress === true ? ", new address" : "";
    expect(`${name(decision?.state)}${address}`).toBe(outcome);
  });
});
