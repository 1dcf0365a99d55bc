/** Conservation over random labs: `pnpm swarm --runs N --seed S` plays more of them. */
import { Frame, type Instant } from "@lvsim/core";
import { describe, expect, test } from "vitest";
import { Ledger } from "./ledger.ts";
import { runSwarmLab } from "./run-lab.ts";

const LABS = 1000;
const PER_TEST = 50;
/** Each takes a quarter of a second where nothing else runs. */
const TIMEOUT_MS = 60_000;

const firstSeeds = Array.from({ length: LABS / PER_TEST }, (_, i) => 1 + i * PER_TEST);

test.each(firstSeeds)(
  "in the fifty labs from seed %i on, every frame is received, kept or dropped with a reason",
  (first) => {
    let events = 0;
    for (let seed = first; seed < first + PER_TEST; seed++) {
      const { problems, eventCount } = runSwarmLab(seed);
      expect(problems, `replay: npx -y pnpm@12.21.0 swarm --runs 1 --seed ${seed}`).toEqual([]);
      events += eventCount;
    }
    expect(events).toBeGreaterThan(5_000);
  },
  TIMEOUT_MS,
);

describe("the ledger notices", () => {
  const NOW = 0 as Instant;
  const books = (): { ledger: Ledger; device: number; host: number; frame: Frame } => {
    const owns = (): boolean => false;
    const gathers = (): boolean => false;
    const switches = ["s0"];
    const ledger = new Ledger({
      ...{ hosts: ["h0"], switches, duplicates: false, tellsStories: false, owns, gathers },
    });
    const frame = new Frame(1);
    return { ledger, device: ledger.place("h0.eth0"), host: ledger.place("h0"), frame };
  };

  test("a frame that is lost on a cable", () => {
    const { ledger, device, frame } = books();
    ledger.sent(NOW, device, frame);
    expect(ledger.close()).toEqual(["1 copies of #1 are on cables for good"]);
  });

  test("a frame that vanishes in a host", () => {
    const { ledger, device, frame } = books();
    ledger.sent(NOW, ledger.place("s0:p"), frame);
    ledger.received(NOW, device, frame);
    expect(ledger.close()).toEqual(["h0 keeps 1 copies of #1 for good"]);
  });

  test("a story that ends twice", () => {
    const { ledger, host, frame } = books();
    ledger.dropped(NOW, host, frame, "ip-no-route");
    ledger.dropped(NOW, host, frame, "ip-no-route");
    expect(ledger.close()).toEqual(["h0 ip-no-route #1, of which it holds no copy"]);
  });

  test("a TTL that does not fall, and a packet for somebody else", () => {
    const { ledger, device, host, frame } = books();
    for (const leave of [
      () => ledger.sent(NOW, device, frame),
      () => ledger.delivered(NOW, host, frame),
    ]) {
      ledger.sent(NOW, ledger.place("s0:p"), frame);
      ledger.received(NOW, device, frame);
      leave();
    }
    expect(ledger.problems).toEqual([
      "h0 sent #1 on with TTL 64 of 64",
      "h0 took in #1 for 0.0.0.0, which it does not own",
    ]);
  });
});
