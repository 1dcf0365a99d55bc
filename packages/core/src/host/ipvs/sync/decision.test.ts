import { describe, expect, test } from "vitest";
import { initialSysctls } from "../../sysctl/defaults.ts";
import { globalSysctls } from "../../sysctl/global-sysctls.ts";
import type { IpvsSysctls } from "../../sysctl/ipvs-sysctls.ts";
import { isSyncNeeded, SyncRecord } from "./decision.ts";
import { SyncEntry, SyncFlag } from "./entry.ts";

const DEFAULTS = globalSysctls(initialSysctls()).vs;
const withSysctls = (values: Partial<IpvsSysctls>): IpvsSysctls => ({ ...DEFAULTS, ...values });
const ESTABLISHED = 1;

const entryOf = (values: Partial<SyncEntry>): SyncEntry =>
  Object.assign(new SyncEntry(), { protocol: 6, state: ESTABLISHED, timeoutSeconds: 900 }, values);

/** At which of `count` packets, 10 ms apart, an entry is told of. */
function told(entry: SyncEntry, count: number, sysctls: IpvsSysctls, gap = 2.5): number[] {
  const record = new SyncRecord(0);
  const packets: number[] = [];
  for (let i = 1; i <= count; i++)
    if (isSyncNeeded(entry, record, i, false, sysctls, Math.floor(i * gap))) packets.push(i);
  return packets;
}

describe("of 200 packets a master tells of", () => {
  test.each([
    ["the 3rd and every 50th after it", {}, [3, 53, 103, 153]],
    ["the 7th alone without a period", { sync_threshold: 7, sync_period: 0 }, [7]],
    ["the 10th, 20th …", { sync_threshold: 0, sync_period: 40 }, [40, 80, 120, 160, 200]],
    [
      "the first alone with a refresh period",
      { sync_threshold: 3, sync_period: 0, sync_refresh_period: 10 },
      [1],
    ],
  ] as const)("%s", (_what, sysctls, packets) => {
    expect(told(entryOf({}), 200, withSysctls(sysctls))).toEqual(packets);
  });

  test("every one of a template", () => {
    expect(told(entryOf({ flags: SyncFlag.template, protocol: 0 }), 4, DEFAULTS)).toEqual([
      1, 2, 3, 4,
    ]);
  });

  test("UDP at the same thresholds", () => {
    expect(told(entryOf({ protocol: 17, state: 0 }), 60, DEFAULTS)).toEqual([3, 53]);
  });
});

test("a refresh period of 10 s lets 10 s pass, with retries more often", () => {
  const rare = withSysctls({ sync_period: 0, sync_threshold: 3, sync_refresh_period: 10 });
  const retried = withSysctls({ ...rare, sync_retries: 2 });
  // a packet a second
  expect(told(entryOf({}), 25, rare, 250)).toEqual([1, 11, 21]);
  // an eighth of the period later, twice; the count of retries makes the next period as many jiffies longer
  expect(told(entryOf({}), 19, retried, 250)).toEqual([1, 3, 5, 16, 18]);
});

test.each([
  ["NONE", 0, false],
  ["SYN_RECV", 3, false],
  ["FIN_WAIT", 4, true],
  ["TIME_WAIT", 5, true],
  ["CLOSE", 6, true],
  ["CLOSE_WAIT", 7, true],
  ["LAST_ACK", 8, false],
])("a change to %s is told at once: %s", (_name, state, expected) => {
  const record = new SyncRecord(0);
  record.state = ESTABLISHED;
  expect(isSyncNeeded(entryOf({ state }), record, 9, false, DEFAULTS, 100)).toBe(expected);
  expect(isSyncNeeded(entryOf({ state }), record, 10, false, DEFAULTS, 100)).toBe(false);
});

test("with sync_persist_mode a template speaks for its connections", () => {
  const mode = withSysctls({ sync_persist_mode: 1 });
  const record = new SyncRecord(0);
  expect(isSyncNeeded(entryOf({}), record, 3, true, mode, 0)).toBe(false);
  expect(isSyncNeeded(entryOf({}), record, 3, false, mode, 0)).toBe(true);
});
