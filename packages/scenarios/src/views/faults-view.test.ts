import { expect, test } from "vitest";
import type { LabDefinition } from "../lab-file/schema.ts";
import { libraryLab } from "../run/library.ts";
import { runLab } from "../run/run-lab.ts";
import { columnsOf } from "./columns-fixture.ts";
import { reportLines } from "./report.ts";
import { textOf } from "./styled.ts";

const report = (name: string): string[] => {
  const run = runLab(name, libraryLab(name) as LabDefinition, { seed: "1" });
  const page = { language: "en", columns: 100, widthOf: columnsOf, showMacs: false } as const;
  return reportLines(run, page, { verbose: false }).map(textOf);
};

test("what goes wrong meanwhile stands with its time, one below the other", () => {
  const lines = report("drain-lost-by-restart");
  const begin = lines.indexOf("While the traffic flows");
  expect(lines.slice(begin, begin + 3)).toEqual([
    "While the traffic flows",
    "   5.000000  dir# sh /root/drain.sh",
    "  10.000000  dir# kill $(cat /run/drain.pid)",
  ]);
});

test("what start-up did is told as it was then, whatever became of it later", () => {
  const lines = report("deleted-server-hangs-its-clients").join("\n");
  expect(lines).toContain("TCP 203.0.113.100:80 rr → rs1 (Masq 1), rs2 (Masq 1)");
  expect(lines).toContain("FORWARD: IPVS knows the answer of rs2");
});

test("a lab in which nothing goes wrong meanwhile says nothing of it", () => {
  expect(report("nat")).not.toContain("While the traffic flows");
});
