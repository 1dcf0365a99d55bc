import { describe, expect, test } from "vitest";
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import { Engine } from "../../../time/engine.ts";
import { later, seconds } from "../../../time/instant.ts";
import { JIFFY } from "../../../time/timer-wheel.ts";
import { AffinityCache, AffinityEntry } from "./affinity-cache.ts";
import { pool, to } from "./pool.fixture.ts";

const HERE = to("10.9.0.1");
const THERE = to("10.9.0.2");

describe.each(["lblc", "lblcr"] as const)("%s", (name) => {
  test("keeps an address with its server whatever the others carry", () => {
    const made = pool(name, 9, 9);
    expect(made.picks(4, true, HERE)).toBe("BBBB");
    expect(made.picks(4, true, THERE)).toBe("AAAA");
    expect(made.picks(4, true, HERE)).toBe("BBBB");
  });

  test("gives up a server with more connections than its weight while another has less than half", () => {
    const made = pool(name, 4, 2);
    expect(made.picks(4, true, HERE)).toBe("BBBA");
  });

  test("stays with such a server while all others have work", () => {
    const made = pool(name, 4, 2);
    made.named("A").activeConnections = 2;
    expect(made.picks(6, true, HERE)).toBe("BBBBBB");
  });

  test("moves an address from a quiesced server", () => {
    const made = pool(name, 1, 1);
    expect(made.picks(1, true, HERE)).toBe("B");
    expect(made.edit("B", 0).picks(2, true, HERE)).toBe("AA");
  });

  test("moves an address from a deleted server", () => {
    const made = pool(name, 1, 1);
    expect(made.picks(1, false, HERE)).toBe("B");
    expect(made.remove("B").picks(1, false, HERE)).toBe("A");
  });

  test("chooses nobody when no server has a weight", () => {
    expect(pool(name, 0, 0).picks(1)).toBe("-");
  });

  test("lets go of its servers when the service gets another scheduler", () => {
    const made = pool(name, 1);
    made.picks(1, false, HERE);
    expect(made.named("A").referenced).toBe(true);
    made.bind("rr");
    expect(made.named("A").referenced).toBe(false);
    expect(made.engine.timers.armedCount).toBe(0);
  });

  test("knows a server again that was deleted and came back meanwhile", () => {
    const made = pool(name, 1, 1);
    made.picks(1, false, HERE);
    const server = made.named("B");
    made.remove("B").insert(server);
    made.named("B").activeConnections = 1;
    expect(made.picks(1, false, HERE)).toBe("B");
  });

  test("forgets an address in the first full sweep after its expiration", () => {
    const made = pool(name, 1, 1);
    made.sysctls = { ...made.sysctls, lblc_expiration: 600, lblcr_expiration: 600 };
    made.picks(1, false, HERE);
    made.named("B").activeConnections = 1;
    // the collector comes every 60 s, up to 2 s late; every 30th turn is a full one
    made.sleep(29 * 60 + 30);
    expect(made.picks(1, false, HERE)).toBe("B");
    made.sleep(33 * 60);
    expect(made.picks(1, false, HERE)).toBe("A");
  });
});

test("lblc keeps addresses with an overloaded server", () => {
  const made = pool("lblc", 1, 1);
  made.picks(1, false, HERE);
  made.named("B").overloaded = true;
  expect(made.picks(1, false, HERE)).toBe("B");
});

test("lblcr takes addresses from an overloaded server", () => {
  const made = pool("lblcr", 1, 1);
  made.picks(1, false, HERE);
  made.named("B").overloaded = true;
  expect(made.picks(1, false, HERE)).toBe("A");
});

test("lblcr goes on with the least loaded of a set", () => {
  const made = pool("lblcr", 4, 2);
  expect(made.picks(4, true, HERE)).toBe("BBBA");
  // 3 of weight 2 against 1 of weight 4, then 2, 3 …
  expect(made.picks(5, true, HERE)).toBe("AAAAA");
});

test("lblcr drops the most loaded of a set that did not change for long", () => {
  const made = pool("lblcr", 4, 2);
  made.sysctls = { ...made.sysctls, lblcr_expiration: 60 };
  expect(made.picks(4, true, HERE)).toBe("BBBA");
  expect(made.named("B").cacheEntries).toBe(1);
  made.sleep(60);
  made.picks(1, false, HERE);
  expect(made.named("B").cacheEntries).toBe(1);
  made.sleep(1);
  made.picks(1, false, HERE);
  expect(made.named("B").cacheEntries).toBe(0);
  made.named("B").activeConnections = 0;
  expect(made.picks(1, false, HERE)).toBe("A");
});

class Plain extends AffinityEntry {
  released = false;
  release(): void {
    this.released = true;
  }
}

describe("a full table", () => {
  const filled = (engine: Engine, count: number): AffinityCache<Plain> => {
    const cache = new AffinityCache<Plain>(engine, () => 86_400);
    for (let i = 0; i < count; i++) cache.add(new Plain(i as Ipv4Address, engine.timers.jiffies));
    return cache;
  };

  test("takes no entry from 24,576 on", () => {
    const cache = filled(new Engine(), 24_575);
    expect(cache.full).toBe(false);
    cache.add(new Plain(-1 as Ipv4Address, 0));
    expect(cache.full).toBe(true);
  });

  test("loses four thirds of its surplus once entries were idle for 360 s, whole chains", () => {
    const engine = new Engine();
    const cache = filled(engine, 16_384 + 300);
    engine.run(later(engine.now, seconds(359)));
    expect(cache.count).toBe(16_684);
    engine.run(later(engine.now, seconds(70)));
    const gone = 16_684 - cache.count;
    expect(gone).toBeGreaterThanOrEqual(400);
    expect(gone).toBeLessThan(440);
  });

  test("keeps what was used", () => {
    const engine = new Engine();
    const cache = filled(engine, 17_000);
    engine.run(later(engine.now, seconds(350)));
    for (let i = 0; i < 17_000; i++)
      (cache.find(i as Ipv4Address) as Plain).lastUse = engine.now / JIFFY;
    engine.run(later(engine.now, seconds(300)));
    expect(cache.count).toBe(17_000);
  });

  test("loses nothing while it is not above 16,384", () => {
    const engine = new Engine();
    const cache = filled(engine, 16_384);
    engine.run(later(engine.now, seconds(1000)));
    expect(cache.count).toBe(16_384);
  });
});
