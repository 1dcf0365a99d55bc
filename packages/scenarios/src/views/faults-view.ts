/** What the lab lets go wrong, and when, counted from the first request. */
import type { LabRun } from "../run/lab-run.ts";
import { hanging, timeText, widest } from "./layout.ts";
import { type Line, line, type Page, span } from "./styled.ts";
import { say } from "./texts.ts";

const LABEL_MOST = 40;

export function faultLines({ definition: { faults } }: LabRun, page: Page): Line[] {
  if (faults.length === 0) return [];
  const times = faults.map(({ at }) => timeText(at));
  const timeWidth = widest(page, times, LABEL_MOST);
  const labels = faults.map(({ on }, i) => `  ${times[i]?.padStart(timeWidth)}  ${on}# `);
  const start = widest(page, labels, LABEL_MOST);
  return [
    line(span(say(page.language, "faultsHeading"), "title")),
    ...faults.flatMap(({ run }, i) =>
      hanging(page, span(labels[i] ?? "", "host"), run.trim().split("\n"), start),
    ),
  ];
}
