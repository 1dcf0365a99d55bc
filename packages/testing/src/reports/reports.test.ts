import "../setup.ts";
import { directRouting } from "@lvsim/scenarios";
import { expect, test } from "vitest";
import { testLab } from "../lab/test-lab.ts";
import { testPool } from "../schedulers/test-pool.ts";
import { connectionTimes, disruptionOnRemoval, distributionText, shareText } from "./reports.ts";

test("shares are a table of numbers and bars", () => {
  const pool = testPool("wrr", [5, 1, 1]);
  pool.picks(14);
  expect(shareText(pool.shares)).toMatchInlineSnapshot(`
    Real server  weight  count    share      due burst   lag
    A                 5     10   71.4 %   71.4 %     5   1.4  █████████████████████░░░░░░░░░
    B                 1      2   14.3 %   14.3 %     1   0.1  ████░░░░░░░░░░░░░░░░░░░░░░░░░░
    C                 1      2   14.3 %   14.3 %     1   0.0  ████░░░░░░░░░░░░░░░░░░░░░░░░░░
    greatest deviation 0.0 % · Jain's index 1.0000 · longest burst 5
  `);
});

test("a hash that forgets moves everybody, Maglev's hash hardly more than it must", () => {
  const ten = new Array<number>(10).fill(1);
  const mh = disruptionOnRemoval("mh", ten, "E");
  expect(mh).toDisruptAtMost(0.125);
  expect(mh.moved - mh.needless).toBeGreaterThan(60);
  expect(disruptionOnRemoval("rr", ten, "E")).not.toDisruptAtMost(0.125);
});

test("times of connections are ranks of what occurred", () => {
  const lab = testLab(directRouting({ realServers: 1, requests: 20 }));
  lab.sendTraffic();
  expect(distributionText(connectionTimes(lab.run.requests))).toMatchInlineSnapshot(`
    20 connections, mean 1.040 ms
      least           1.000 ms  ██████████████████████
      median          1.000 ms  ██████████████████████
      p90             1.000 ms  ██████████████████████
      p99             1.800 ms  ████████████████████████████████████████
      greatest        1.800 ms  ████████████████████████████████████████
  `);
});
