import type { SchedulerModule, Trace } from "@lvsim/core";
import { directRouting, Lab } from "@lvsim/scenarios";
import { expect, test } from "vitest";
import { assertDeterministic, firstDivergence } from "./first-divergence.ts";

const play =
  (...schedulers: readonly SchedulerModule[]) =>
  (trace: Trace): void => {
    const scheduler = schedulers[0]?.name ?? "rr";
    const definition = directRouting({ realServers: 2, scheduler, requests: 3 });
    Lab.build(definition, { seed: "1", trace, schedulers }).run();
  };

/** It remembers more than one run: every second choice is another. */
function forgetful(): SchedulerModule {
  let choices = 0;
  return {
    name: "forgetful",
    bind: ({ destinations }) => ({
      select: () => destinations[++choices % 2] ?? null,
    }),
  };
}

test("a lab is the same every time", () => {
  expect(firstDivergence(play())).toBeNull();
  assertDeterministic(play());
});

test("a scheduler that brings something along from run to run is found where it first shows", () => {
  const shown = (): void => assertDeterministic(play(forgetful()));
  expect(shown).toThrowErrorMatchingInlineSnapshot(`
    [Error: two runs of one seed differ from event 61 on
        {"index":58,"at":600000,"place":"dir.eth0","kind":"received","frame":1,"eth":{"dst":"02:00:00:00:03:00","src":"02:00:00:00:02:01"},"ip":{"src":"203.0.113.10","dst":"192.168.10.100","ttl":63,"proto":6,"len":60,"id":55885,"df":true,"tcp":{"sport":46608,"dport":80,"flags":"S","seq":1061139927,"ack":0,"win":64240,"len":0}}}
        {"index":59,"at":600000,"place":"dir","kind":"verdict","frame":1,"hook":0,"verdict":1}
        {"index":60,"at":600000,"place":"dir","kind":"verdict","frame":1,"hook":1,"verdict":1}
      1 {"index":61,"at":600000,"place":"dir","kind":"scheduled","frame":1,"server":"192.168.10.11","serverPort":80,"forwardingMethod":3,"decider":"TCP 192.168.10.100:80"}
      2 {"index":61,"at":600000,"place":"dir","kind":"scheduled","frame":1,"server":"192.168.10.12","serverPort":80,"forwardingMethod":3,"decider":"TCP 192.168.10.100:80"}]
  `);
});

test("a run that ends earlier differs from where it ends", () => {
  let runs = 0;
  const found = firstDivergence((trace) => {
    const lab = Lab.build(directRouting(), { seed: "1", trace });
    if (runs++ === 0) lab.exec("client", "ip link set eth0 down");
  });
  expect(found).toMatchObject({ index: 0, second: undefined });
});
