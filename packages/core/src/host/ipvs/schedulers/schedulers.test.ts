import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import { IpProtocol } from "../../../packet/protocol.ts";
import { createRng } from "../../../rng/rng.ts";
import { Engine } from "../../../time/engine.ts";
import { initialSysctls } from "../../sysctl/defaults.ts";
import { globalSysctls } from "../../sysctl/global-sysctls.ts";
import { Destination } from "../destination.ts";
import { address, realServer } from "../director.fixture.ts";
import type { Scheduler, SchedulingRequest } from "../scheduler.ts";
import { Statistics } from "../statistics.ts";
import { HASH_BITS, hash32 } from "./hash.ts";
import { type ImplementedScheduler, SCHEDULERS } from "./index.ts";

const IDENTITY = { kind: "fwmark", mark: 1 } as const;
const REQUEST: SchedulingRequest = {
  protocol: IpProtocol.tcp,
  clientAddress: address("10.0.0.1"),
  clientPort: 40_000,
  packetDestination: address("10.0.0.100"),
};

/** A pool that is edited as `ipvsadm` edits one; servers are called A, B, C … in the order of adding. */
class Pool {
  readonly destinations: Destination[] = [];
  schedulerFlags = 0;
  private scheduler: Scheduler | null = null;
  private added = 0;

  bind(name: ImplementedScheduler): this {
    this.scheduler = SCHEDULERS[name](this, {
      engine: new Engine(),
      rng: createRng("pool"),
      sysctls: globalSysctls(initialSysctls()).vs,
      variant: "edge-triggered",
    });
    return this;
  }

  add(weight: number): this {
    const config = realServer(this.added++, { weight });
    const server = new Destination(IDENTITY, config, new Statistics());
    this.destinations.unshift(server);
    this.scheduler?.changed?.("added", server, 0);
    return this;
  }

  edit(name: string, weight: number): this {
    const index = this.indexOf(name);
    const server = this.destinations[index] as Destination;
    server.configure({ ...server.config, weight });
    this.scheduler?.changed?.("edited", server, index);
    return this;
  }

  remove(name: string): this {
    const index = this.indexOf(name);
    const [server] = this.destinations.splice(index, 1) as [Destination];
    this.scheduler?.changed?.("deleted", server, index);
    return this;
  }

  select(request = REQUEST): Destination | null {
    return this.scheduler?.select(request) ?? null;
  }

  /** `count` choices as letters, `-` for none; each choice stays as an active connection when `load` is set. */
  picks(count: number, load = false): string {
    let text = "";
    for (let i = 0; i < count; i++) {
      const server = this.select();
      if (server !== null && load) server.activeConnections++;
      text += this.nameOf(server);
    }
    return text;
  }

  nameOf(server: Destination | null): string {
    if (server === null) return "-";
    return String.fromCharCode(65 + server.address - realServer(0).address);
  }

  private indexOf(name: string): number {
    return this.destinations.findIndex((server) => this.nameOf(server) === name);
  }
}

const pool = (name: ImplementedScheduler, ...weights: number[]): Pool => {
  const made = new Pool().bind(name);
  for (const weight of weights) made.add(weight);
  return made;
};

/** As `pool`, but the scheduler comes when the servers are there; `weights` in list order. */
const boundLater = (name: ImplementedScheduler, ...weights: number[]): Pool => {
  const made = new Pool();
  for (const weight of weights.reverse()) made.add(weight);
  return made.bind(name);
};

describe("golden sequences", () => {
  test.each([
    ["rr goes from the server added last to the first", pool("rr", 1, 1, 1), 4, "CBAC"],
    ["rr skips quiesced servers", pool("rr", 1, 0, 1), 4, "CACA"],
    ["wrr gives each server one connection first", pool("wrr", 4, 3, 2), 18, "CBAABACBACBAABACBA"],
    ["wrr interleaves", pool("wrr", 1, 2, 3), 12, "CBACCBCBACCB"],
    ["wrr runs down from a large weight", pool("wrr", 5, 1, 1), 14, "CBAAAAACBAAAAA"],
    ["wrr divides by the common divisor", pool("wrr", 100, 200), 9, "BABBABBAB"],
    ["wrr starts at the top when bound late", boundLater("wrr", 4, 3, 2), 9, "CCBCBACBA"],
    ["wrr without a weight chooses nobody", pool("wrr", 0, 0), 2, "--"],
    ["fo takes the largest weight, the earlier of a tie", pool("fo", 3, 3, 1), 2, "BB"],
  ] as const)("%s", (_fact, made, count, expected) => {
    expect(made.picks(count)).toBe(expected);
  });

  test.each([
    ["wlc", 12, "CBAABACBAABA"],
    ["sed", 12, "ABACBAABACBA"],
    ["nq", 12, "CBAABAABACBA"],
    ["ovf", 10, "AAAABBBCC-"],
  ] as const)("%s over weights 3, 2, 1 from the end of the list", (name, count, expected) => {
    expect(pool(name, 3, 2, 1).picks(count, true)).toBe(expected);
  });

  test("lc ignores weights and keeps the earlier of a tie", () => {
    expect(pool("lc", 9, 1, 1).picks(6, true)).toBe("CBACBA");
  });

  test("wrr restarts at the head and keeps its level at an edit without a difference", () => {
    const made = pool("wrr", 2, 1);
    expect(made.picks(3)).toBe("BAA");
    expect(made.edit("A", 2).picks(4)).toBe("ABAA");
  });

  test("wrr takes the new divisor after an edit", () => {
    expect(pool("wrr", 100, 200).edit("A", 0).picks(4)).toBe("BBBB");
  });

  test("rr goes on with the successor of a deleted server", () => {
    const made = pool("rr", 1, 1, 1, 1);
    expect(made.picks(2)).toBe("DC");
    expect(made.remove("C").picks(3)).toBe("BAD");
  });

  test("an overloaded server is skipped by everyone", () => {
    for (const name of ["rr", "wrr", "lc", "wlc", "sed", "nq", "fo", "ovf"] as const) {
      const made = pool(name, 2, 1);
      for (const server of made.destinations) server.overloaded = true;
      expect(made.picks(3)).toBe("---");
    }
  });

  test.each([
    ["10.0.0.1", 39, 203],
    ["10.0.0.2", 137, 45],
    ["192.168.1.100", 89, 253],
    ["203.0.113.7", 124, 32],
    ["255.255.255.255", 158, 66],
  ])("%s hashes to %i, with port 40000 to %i", (text, bucket, withPort) => {
    expect(hash32(address(text), HASH_BITS)).toBe(bucket);
    expect(hash32((address(text) + 40_000) | 0, HASH_BITS)).toBe(withPort);
  });
});

const weights = fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 8 });
const clients = fc.array(fc.integer(), { minLength: 1, maxLength: 20 });
const from = (client: number): SchedulingRequest => ({
  ...REQUEST,
  clientAddress: client as Ipv4Address,
});

test.prop([weights, fc.nat({ max: 20 })])(
  "rr gives every usable server one turn a cycle",
  (ws, skip) => {
    const made = pool("rr", ...ws);
    const usable = ws.filter((weight) => weight > 0).length;
    made.picks(skip);
    const cycle = made.picks(usable);
    expect(new Set(cycle).size).toBe(usable);
  },
);

test.prop([weights])("wrr gives exact shares after its first round", (ws) => {
  const usable = ws.filter((weight) => weight > 0);
  fc.pre(usable.length > 0);
  const made = pool("wrr", ...ws);
  made.picks(usable.length);
  const round = ws.reduce((sum, weight) => sum + weight, 0);
  const cycle = made.picks(round);
  ws.forEach((weight, i) => {
    const name = String.fromCharCode(65 + i);
    expect([...cycle].filter((letter) => letter === name).length).toBe(weight);
  });
});

const loads = fc.array(
  fc.record({
    weight: fc.nat({ max: 5 }),
    active: fc.nat({ max: 100 }),
    inactive: fc.nat({ max: 1000 }),
    overloaded: fc.boolean(),
  }),
  { maxLength: 8 },
);

test.prop([loads, fc.constantFrom("lc" as const, "wlc" as const)])(
  "the choice is the first server of the least load",
  (specs, name) => {
    const made = pool(name, ...specs.map(({ weight }) => weight).reverse());
    specs.forEach(({ active, inactive, overloaded }, i) => {
      const server = made.destinations[i] as Destination;
      server.activeConnections = active;
      server.inactiveConnections = inactive;
      server.overloaded = overloaded;
    });
    const load = ({ active, inactive, weight }: (typeof specs)[number]): number =>
      (257 * active + inactive) * (name === "lc" ? 60 : 60 / weight);
    const usable = specs.filter(({ weight, overloaded }) => weight > 0 && !overloaded);
    const least = Math.min(...usable.map(load));
    const expected = specs.findIndex((spec) => usable.includes(spec) && load(spec) <= least + 1e-9);
    expect(made.select()).toBe(made.destinations[expected] ?? null);
  },
);

test.prop([weights, clients])(
  "sh keeps a client with one server, as often as weights say",
  (ws, cs) => {
    const made = pool("sh", ...ws);
    // the plain reading: the list written out by weight, repeated to 256 places
    const turn = made.destinations.flatMap((server) =>
      Array.from({ length: Math.max(1, server.weight) }, () => server),
    );
    for (const client of cs) {
      const bucket = (Math.imul(client, 0x61c88647) >>> 0) >>> 24;
      const home = turn[bucket % turn.length] as Destination;
      expect(made.select(from(client))).toBe(home.weight > 0 ? home : null);
    }
  },
);

test.prop([weights, clients])("sh-fallback finds a server whenever one is usable", (ws, cs) => {
  const made = pool("sh", ...ws);
  made.schedulerFlags = 0x08;
  const usable = ws.some((weight) => weight > 0);
  for (const client of cs) expect(made.select(from(client)) !== null).toBe(usable);
});

test.prop([weights, clients])("dh goes by the destination and ignores weights but 0", (ws, cs) => {
  const made = pool("dh", ...ws);
  for (const destination of cs) {
    const request = { ...REQUEST, packetDestination: destination as Ipv4Address };
    const server = made.destinations[hash32(destination, HASH_BITS) % ws.length] as Destination;
    expect(made.select(request)).toBe(server.weight > 0 ? server : null);
  }
});
