import { HookPoint } from "@lvsim/core";
import { describe, expect, test } from "vitest";
import { QUESTION_KINDS } from "../lab-file/step-schema.ts";
import type { LabRun } from "../run/lab-run.ts";
import { libraryLab } from "../run/library.ts";
import { runLab } from "../run/run-lab.ts";
import { hookName } from "../views/packet-text.ts";
import { type Question, questionsOf, questionText } from "./questions.ts";

const play = (name: string): LabRun => {
  const lab = libraryLab(name);
  if (lab === undefined) throw new Error(`no lab ${name}`);
  return runLab(name, lab, { seed: "1" });
};
const RUNS = new Map(
  ["dr", "nat", "tun", "fullnat", "ip-forward-off"].map((name) => [name, play(name)]),
);
const SEEDS = Array.from({ length: 30 }, (_unused, i) => String(i));

/** What the event that proves it says, read without what made the question. */
function told({ kind, proof }: Question, run: LabRun): string | undefined {
  const event = run.events.find(({ index }) => index === proof);
  if (event === undefined || event.kind === "changed") return undefined;
  if (kind === "point") return event.kind === "verdict" ? hookName(event.hook) : undefined;
  if (kind === "where") return event.kind === "dropped" ? event.place.split(".")[0] : undefined;
  if (kind === "reason") return event.kind === "dropped" ? event.reason : undefined;
  if (kind === "interface") return event.kind === "sent" ? event.place.split(".")[1] : undefined;
  if (kind === "server") return event.kind === "delivered" ? event.place : "";
  if (event.kind !== "sent") return undefined;
  const { header } = event;
  const dotted = (address: number): string =>
    [24, 16, 8, 0].map((bits) => (address >>> bits) & 255).join(".");
  if (kind === "ttl") return String(header.ttl);
  if (kind === "source") return dotted(header.source);
  if (kind === "destination") return dotted(header.destination);
  return header.destinationMac.toString(16).padStart(12, "0");
}

const right = ({ options, answer, kind }: Question): string => {
  const text = options[answer] ?? "";
  return kind === "mac" ? (text.split(" ").at(-1) ?? "").replaceAll(":", "") : text;
};

describe.each([...RUNS])("questions about %s", (name, run) => {
  const questions = SEEDS.flatMap((seed) => questionsOf(run, seed));

  test("are answered by the event that proves them", () => {
    expect(questions.length).toBeGreaterThan(SEEDS.length * 4);
    for (const question of questions)
      expect([question.kind, right(question)]).toEqual([question.kind, told(question, run)]);
  });

  test("have one right option among several different ones, anywhere among them", () => {
    for (const { options } of questions) {
      expect(options.length).toBeGreaterThanOrEqual(2);
      expect(new Set(options).size).toBe(options.length);
    }
    expect(new Set(questions.map(({ answer }) => answer)).size).toBeGreaterThanOrEqual(3);
  });

  test("ask about a packet that is lost where one is", () => {
    const kinds = new Set(questions.map(({ kind }) => kind));
    expect(kinds.has("reason")).toBe(["ip-forward-off", "dr"].includes(name));
  });
});

test("one seed asks the same, another something else", () => {
  const run = RUNS.get("dr") as LabRun;
  expect(questionsOf(run, "7")).toEqual(questionsOf(run, "7"));
  expect(questionsOf(run, "7")).not.toEqual(questionsOf(run, "8"));
});

test("the next point after INPUT on a director is OUTPUT: IPVS sends from there", () => {
  const run = RUNS.get("dr") as LabRun;
  const asked = SEEDS.flatMap((seed) => questionsOf(run, seed, ["point"])).find(({ ask }) =>
    ask.some(({ values }) => values.before === hookName(HookPoint.localIn) && values.host === "a"),
  );
  expect(asked === undefined ? "" : asked.options[asked.answer]).toBe("OUTPUT");
});

test("a lab without packets is not asked about", () => {
  const run = RUNS.get("nat") as LabRun;
  expect(questionsOf({ ...run, requests: [] }, "1")).toEqual([]);
});

test("questions are whole sentences in both languages", () => {
  for (const run of RUNS.values())
    for (const question of questionsOf(run, "3"))
      for (const language of ["en", "zh"] as const)
        expect(questionText(question, language)).toMatch(/^[^{}]+[?？]$/);
});

test("there is something of each kind to ask somewhere", () => {
  const kinds = [...RUNS.values()].flatMap((run) => questionsOf(run, "1").map(({ kind }) => kind));
  expect([...new Set(kinds)].sort()).toEqual([...QUESTION_KINDS].sort());
});
