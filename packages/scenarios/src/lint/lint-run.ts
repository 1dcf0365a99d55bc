/** All advice on a run: what is wrong first, then what is a risk, each once. */
import type { LabRun } from "../run/lab-run.ts";
import type { Advice } from "./advice.ts";
import { arpAdvice } from "./arp-advice.ts";
import { factsOf } from "./facts.ts";
import { pathAdvice, strictReversePath } from "./path-advice.ts";
import { serviceAdvice } from "./service-advice.ts";
import { traceAdvice } from "./trace-advice.ts";
import { LINT } from "./words.ts";

export function lintRun(run: LabRun): Advice[] {
  const facts = factsOf(run);
  const all: Advice[] = [
    ...arpAdvice(facts),
    ...pathAdvice(facts),
    ...strictReversePath(facts),
    ...serviceAdvice(facts),
    ...traceAdvice(facts),
  ];
  const seen = new Set<string>();
  const once = all.filter(({ rule, values }) => {
    const key = JSON.stringify([rule, values]);
    return !seen.has(key) && seen.add(key);
  });
  return [
    ...once.filter(({ rule }) => LINT[rule].level === "wrong"),
    ...once.filter(({ rule }) => LINT[rule].level === "risk"),
  ];
}

/** Whether it breaks requests, or will. */
export const isWrong = ({ rule }: Advice): boolean => LINT[rule].level === "wrong";
