import { describe, expect, test } from "vitest";
import { firstDifference, type Surroundings } from "./compare.ts";
import { LateTimers } from "./late-timer.ts";
import { Masks } from "./masks.ts";
import { fillIn } from "./placeholders.ts";

const why = "";
const surroundings = (
  rules: ConstructorParameters<typeof Masks>[0],
  over: Partial<Surroundings> = {},
): Surroundings => {
  const masks = new Masks(rules);
  return {
    command: "",
    sinceTrafficMs: 0,
    lateTimer: false,
    maskAt: (site) => masks.at("walk-dr", site),
    ...over,
  };
};

const differ = (
  expected: unknown,
  got: unknown,
  rules: ConstructorParameters<typeof Masks>[0] = [],
  over: Partial<Surroundings> = {},
): string | undefined =>
  firstDifference(expected, got, { where: "", path: "", parent: {} }, surroundings(rules, over))
    ?.where;

describe("a comparison without masks", () => {
  test.each([
    [{ a: 1 }, { a: 1 }, undefined],
    [{ a: 1 }, { a: 2 }, "a"],
    [{ a: 1 }, {}, "a"],
    [{}, { a: 1 }, "a"],
    [{ a: [1, 2] }, { a: [1] }, "a[1]"],
    [{ a: null }, { a: false }, "a"],
    [{ t: "x\ny" }, { t: "x\nz" }, "t, line 2"],
    [{ t: ["x", "y"] }, { t: ["x"] }, "t, line 2"],
    [{ t: "x " }, { t: "x" }, "t"],
  ])("%j and %j differ at %s", (expected, got, where) => {
    expect(differ(expected, got)).toBe(where);
  });
});

describe("a mask", () => {
  test("drops a field only in the classes that it names", () => {
    const rule = { field: "t", drop: true as const, why };
    expect(differ({ t: 1 }, { t: 2 }, [{ ...rule, classes: ["walk-*"] }])).toBeUndefined();
    expect(differ({ t: 1 }, { t: 2 }, [{ ...rule, classes: ["arp-*"] }])).toBe("t");
  });

  test("tolerates a number up to its bound", () => {
    const rules = [{ classes: ["*"], field: "t", tolerance: 40, why }];
    expect(differ({ t: 100 }, { t: 140 }, rules)).toBeUndefined();
    expect(differ({ t: 100 }, { t: 141 }, rules)).toBe("t");
  });

  test("tolerates the number that its group finds, also where its digits stand elsewhere in the line", () => {
    const rules = [{ classes: ["*"], field: "t", regex: " (\\d+)$", tolerance: 1, why }];
    expect(differ({ t: ["A3 x 3"] }, { t: ["A3 x 2"] }, rules)).toBeUndefined();
    expect(differ({ t: ["A3 x 3"] }, { t: ["A3 x 1"] }, rules)).toBe("t");
    expect(differ({ t: ["A3 x 3"] }, { t: ["A2 x 3"] }, rules)).toBe("t");
  });

  test("frees the order of lines, or of blocks with what belongs to them", () => {
    const lines = [{ classes: ["*"], field: "t", sort: "lines" as const, why }];
    const blocks = [{ classes: ["*"], field: "t", sort: "blocks" as const, why }];
    const [ab, ba] = [
      ["A", " -> 1", " -> 2", "B"],
      ["B", "A", " -> 1", " -> 2"],
    ];
    expect(differ({ t: ["x", "y"] }, { t: ["y", "x"] }, lines)).toBeUndefined();
    expect(differ({ t: ab }, { t: ba }, blocks)).toBeUndefined();
    expect(differ({ t: ab }, { t: ["B", "A", " -> 2", " -> 1"] }, blocks)).toBe("t, line 2");
  });

  test("holds only for its command, its neighbours' values and its time", () => {
    const rule = { classes: ["*"], field: "t", drop: true as const, why };
    const stats = [{ ...rule, command: "--stats", within_ms: 2000 }];
    expect(differ({ t: 1 }, { t: 2 }, stats, { command: "ipvsadm --stats" })).toBeUndefined();
    expect(differ({ t: 1 }, { t: 2 }, stats, { command: "ipvsadm" })).toBe("t");
    const late = { command: "--stats", sinceTrafficMs: 2000 };
    expect(differ({ t: 1 }, { t: 2 }, stats, late)).toBe("t");
    const port = [{ ...rule, where: { dport: 6080 } }];
    expect(differ({ t: 1, dport: 6080 }, { t: 2, dport: 6080 }, port)).toBeUndefined();
    expect(differ({ t: 1, dport: 80 }, { t: 2, dport: 80 }, port)).toBe("t");
  });
});

test("a connection is near its end by what was listed last", () => {
  const timers = new LateTimers();
  timers.listed(["TCP A 1 B 2 C 3 ESTABLISHED 100"], 0);
  expect([98_000, 99_000, 100_000, 102_000, 103_000].map((at) => timers.near(at))).toEqual([
    false,
    true,
    true,
    true,
    false,
  ]);
});

test("placeholders become values, whole or inside a text", () => {
  const values = { on: "eth0", macs: { eth0: "02:…:01" }, n: 3 };
  expect(fillIn(["${n}", "echo ${n} > ${on}", "${macs[on]}"], values)).toEqual([
    3,
    "echo 3 > eth0",
    "02:…:01",
  ]);
  expect(() => fillIn("${absent}", values)).toThrow("absent");
});
