import { expect, test } from "vitest";
import type { LabDefinition } from "../lab-file/schema.ts";
import { libraryLab } from "../run/library.ts";
import { runLab } from "../run/run-lab.ts";
import { columnsOf } from "./columns-fixture.ts";
import { disruptionsOf } from "./disruption.ts";
import { fairnessOf } from "./fairness.ts";
import { modesLines } from "./modes-view.ts";
import { type Language, type Page, textOf } from "./styled.ts";
import { type ViewForm, viewOf } from "./views.ts";

const runs = new Map<string, ReturnType<typeof runLab>>();
const played = (name: string): ReturnType<typeof runLab> => {
  const run = runs.get(name) ?? runLab(name, libraryLab(name) as LabDefinition, { seed: "1" });
  runs.set(name, run);
  return run;
};
const pageIn = (language: Language): Page => ({
  language,
  columns: 100,
  widthOf: columnsOf,
  showMacs: false,
});

function shown(view: string, name: string, form: ViewForm, language: Language = "en"): string {
  const what = viewOf(view, { run: played(name), request: 0, form, page: pageIn(language) });
  if (what === null) throw new Error(`${view} has no ${form}`);
  return typeof what === "string" ? what : what.map(textOf).join("\n");
}

test.each([
  ["ladder", "dr", "text"],
  ["ladder", "nat", "mermaid"],
  ["owners", "arp-announce-missing", "text"],
  ["topology", "tun", "mermaid"],
  ["fairness", "nat", "text"],
  ["disruption", "source-hash-without-fallback", "text"],
] as const)("%s of %s as %s", (view, name, form) => {
  expect(shown(view, name, form)).toMatchSnapshot();
});

test.each(["en", "zh"] as const)(
  "text keeps to the page, Chinese counted as two columns: %s",
  (language) => {
    for (const view of ["ladder", "owners", "topology", "fairness", "disruption"])
      for (const one of shown(view, "dr", "text", language).split("\n"))
        expect(columnsOf(one), one).toBeLessThanOrEqual(100);
    const modes = modesLines(["nat", "dr", "tun", "fullnat"].map(played), pageIn(language));
    expect(modes.map(textOf).join("\n")).toMatchSnapshot();
    for (const one of modes) expect(columnsOf(textOf(one))).toBeLessThanOrEqual(100);
  },
);

/** Opening and closing tags in pairs, every attribute in quotes, no bare ampersand. */
function isWellFormed(xml: string): boolean {
  const open: string[] = [];
  for (const [, slash, name = "", rest = ""] of xml.matchAll(/<(\/?)([\w-]+)([^>]*)>/g)) {
    if (slash === "/") {
      if (open.pop() !== name) return false;
    } else if (!rest.endsWith("/")) open.push(name);
    if (!/^(?: [\w:-]+="[^"<]*")*\/?$/.test(rest)) return false;
  }
  return open.length === 0 && !/&(?!(?:amp|lt|gt|quot);)/.test(xml);
}

test.each(["ladder", "owners", "topology", "fairness", "disruption"])(
  "the SVG of %s is well-formed",
  (view) => {
    for (const language of ["en", "zh"] as const) {
      const svg = shown(view, "dr", "svg", language);
      expect(svg.startsWith("<svg ")).toBe(true);
      expect(isWellFormed(svg)).toBe(true);
    }
  },
);

test("every bar, box and word of a picture is inside it", () => {
  for (const view of ["ladder", "owners", "topology", "fairness", "disruption"]) {
    const svg = shown(view, "tun", "svg");
    const [, width = "0", height = "0"] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? [];
    for (const [, x = "0", y = "0"] of svg.matchAll(/ x="([\d.]+)" y="([\d.]+)"/g)) {
      expect(Number(x)).toBeLessThan(Number(width));
      expect(Number(y)).toBeLessThan(Number(height));
    }
  }
});

test("the report is one file that fetches nothing and runs nothing", () => {
  const html = shown("report", "nat", "html", "zh");
  expect(html.match(/<svg /g)?.length).toBeGreaterThanOrEqual(4);
  expect(html).toContain('<html lang="zh-CN">');
  expect(html).not.toMatch(/<script|<link|<img|@import|url\(|src=/);
});

test("a broadcast reaches only hosts that heard it", () => {
  // rs03 is on the other side of the director
  const [, first = ""] = shown("ladder", "nat", "text").split("\n");
  expect(first).toContain("├────────────▶            │            #2 ARP");
});

test("shares are counted where IPVS chose, with deviation and Jain's index", () => {
  const [nat] = fairnessOf(played("nat"));
  expect(nat).toMatchObject({ count: 6, deviation: 0, jain: 1 });
  expect(nat?.servers.map(({ count, burst }) => [count, burst])).toEqual([
    [2, 1],
    [2, 1],
    [2, 1],
  ]);
  const [one] = fairnessOf(played("office-behind-one-address"));
  expect(one).toMatchObject({ count: 6, deviation: 0.5, jain: 0.5 });
  expect(one?.servers.map(({ burst }) => burst).sort()).toEqual([0, 6]);
});

test("a change of a service while requests are sent is told with what it disturbed", () => {
  expect(disruptionsOf(played("nat"))).toEqual([]);
  const [change] = disruptionsOf(played("source-hash-without-fallback"));
  expect(change).toMatchObject({ director: "dir", failed: 2 });
});

test("a client that round robin sends elsewhere after an edit moved needlessly, after a removal it had to", () => {
  const nat = libraryLab("nat") as LabDefinition;
  const changed = (option: string, server: string) => {
    const at = 1_500_000_000 as LabDefinition["faults"][number]["at"];
    const faults = [
      { at, on: "lvs-server", run: `ipvsadm ${option} -t 172.16.100.1:80 -r ${server}` },
    ];
    return disruptionsOf(runLab("nat", { ...nat, faults }, { seed: "1" }));
  };
  const common = { at: 1_500_000_000, clients: 1, moved: 1, failed: 0 };
  expect(changed("-e", "192.168.100.4 -m -w 9")).toMatchObject([{ ...common, needless: 1 }]);
  expect(changed("-d", "192.168.100.3")).toMatchObject([{ ...common, needless: 0 }]);
});
