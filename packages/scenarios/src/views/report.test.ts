import { expect, test } from "vitest";
import { labsOf } from "../run/library.ts";
import { columnsOf } from "./columns-fixture.ts";
import { Names } from "./names.ts";
import { ownershipOf } from "./ownership.ts";
import { rehearse } from "./rehearsal-fixture.ts";
import { reportLines } from "./report.ts";
import { type Language, type Page, textOf } from "./styled.ts";
import { walkOf } from "./walk.ts";

const page = (language: Language, showMacs = false): Page => ({
  language,
  columns: 100,
  widthOf: columnsOf,
  showMacs,
});

const LANGUAGES: readonly Language[] = ["en", "zh"];
const CASES = labsOf("modes").flatMap((lab) => LANGUAGES.map((language) => ({ lab, language })));
const runs = new Map(labsOf("modes").map((lab) => [lab, rehearse(lab)]));
const runOf = (lab: string): ReturnType<typeof rehearse> => runs.get(lab) ?? rehearse(lab);

/** Ephemeral ports and counts of events are the stack's matter, not the view's. */
const masked = (text: string): string =>
  text.replace(/:[3-6]\d{4}\b/g, ":PORT").replace(/(-v[::] ?\D*)\d+/g, "$1N");

const report = (lab: string, language: Language): string[] =>
  reportLines(runOf(lab), page(language), { verbose: false }).map(textOf);

test.each(CASES)("$lab in $language is the report that was checked by eye", async (one) => {
  const text = `${report(one.lab, one.language).map(masked).join("\n")}\n`;
  await expect(text).toMatchFileSnapshot(`golden/${one.lab}.${one.language}.txt`);
});

test.each(CASES)(
  "$lab in $language keeps to 100 columns and has no blank at a line's end",
  (one) => {
    for (const text of report(one.lab, one.language)) {
      expect(columnsOf(text), text).toBeLessThanOrEqual(100);
      expect(text).toBe(text.trimEnd());
    }
  },
);

test.each(labsOf("modes"))("each step of the sheet is beside a row of the walk of %s", (lab) => {
  const run = runOf(lab);
  const text = report(lab, "en").join("\n");
  expect(text).not.toContain("not seen in this run");
  run.definition.sheet.forEach((_step, i) => {
    expect(text).toContain(`✓ sheet ${i + 1} `);
  });
});

test("a walk shows the five changes of direct routing in order", () => {
  const run = runOf("dr");
  const one = page("en");
  const [request] = run.requests;
  if (request === undefined) throw new Error("no request");
  const { rows } = walkOf(run, request, new Names(run, one), one);
  const onWire = rows.filter(({ onWire, points }) => onWire && points.length > 0);
  expect(onWire.map(({ where, effects }) => `${where}: ${effects.join(", ")}`)).toEqual([
    "client → a: MAC client → a, TTL 64",
    "a → c: MAC a → c, TTL 64 → 63",
    "c → client: MAC c → client, TTL 64",
  ]);
  expect(rows.map(({ index }) => index)).toEqual(
    rows.map(({ index }) => index).sort((a, b) => a - b),
  );
});

test("MAC addresses stand beside names when asked for", () => {
  const lines = reportLines(runOf("dr"), page("en", true), { verbose: false }).map(textOf);
  expect(lines.join("\n")).toContain("MAC client 02:00:00:00:01:00 → a 02:00:00:00:03:00");
});

test("verbose adds one line for each event", () => {
  const run = runOf("nat");
  const plain = reportLines(run, page("en"), { verbose: false });
  const verbose = reportLines(run, page("en"), { verbose: true });
  // a blank line, a heading, and the events
  expect(verbose.length - plain.length).toBe(run.events.length + 2);
});

test("real servers that answer for the VIP are found out", () => {
  // b and c without arp_ignore
  const run = rehearse("dr", ["b:1", "c:1"]);
  const one = page("en");
  const names = new Names(run, one);
  const [vip] = names.vips;
  if (vip === undefined) throw new Error("no VIP");
  const { duplicates } = ownershipOf(run, vip);
  expect(duplicates[0]?.owners.map((mac) => names.hostWith(mac)).sort()).toEqual(["a", "b", "c"]);
  const text = reportLines(run, one, { verbose: false }).map(textOf).join("\n");
  expect(text).toMatch(/✗ #\d+ had several answers: /);
});

test("a request that dies on the way says where and why", () => {
  // b and c without the VIP on lo
  const run = rehearse("dr", ["b:0", "c:0"]);
  const text = reportLines(run, page("en"), { verbose: false }).map(textOf).join("\n");
  expect(text).toContain("0 of 6 answered");
  expect(text).toMatch(/✗ dropped: /);
});
