/** Chaos, then healing, then everything well again within a minute; and all the while what always holds. */
import "@lvsim/testing/setup";
import { seconds } from "@lvsim/core";
import { directRouting } from "@lvsim/scenarios";
import {
  answered,
  eventually,
  INVARIANTS,
  type Invariant,
  labFor,
  labs,
  neighboursAgree,
  PLAN_VIP,
  switchesKnow,
  vipIsAt,
  WatchedLab,
} from "@lvsim/testing";
import fc from "fast-check";
import { expect, test } from "vitest";

const ASK = `curl -s -m 3 http://${PLAN_VIP}/`;

test("whatever fails for a while, it is well again within a minute", () => {
  fc.assert(
    fc.property(labs({ faults: {} }), (plan) => {
      const watched = new WatchedLab(labFor(plan), { seed: "1" });
      const { lab } = watched;
      lab.run();
      const goals = [
        answered("client1", ASK),
        vipIsAt(PLAN_VIP, "dir"),
        neighboursAgree,
        switchesKnow,
      ];
      eventually(lab, goals, { within: seconds(60) });
      watched.expectHeldToTheEnd();
    }),
    { numRuns: 20 },
  );
});

/** An invariant of one's own: what only this network promises. */
const quietServers: Invariant = {
  name: "real servers open no connections",
  watch: (_scene, tell) => ({
    sent(_at, { host, name }, frame) {
      const opens = frame.tcpFlags === 2;
      if (host?.name.startsWith("rs") && opens) tell(name, `opens one by #${frame.id}`, frame.id);
    },
  }),
};

test("a server that calls out is told of, with the story of its packet", () => {
  const invariants = [...INVARIANTS, quietServers];
  const watched = new WatchedLab(directRouting(), { seed: "1", invariants });
  watched.lab.run();
  watched.expectHeld();
  watched.lab.exec("rs1", "curl -s -m 1 http://203.0.113.10/");
  expect(() => watched.expectHeld()).toThrow(
    /rs1\.eth0 opens one by #\d+\n {4}invariant: real servers/,
  );
});
