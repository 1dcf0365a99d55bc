/** All that `lvsim run` shows of a run, in order: picture, set-up, walk, answers, tables, ownership, what to try next. */
import type { LabRun } from "../run/lab-run.ts";
import { eventLines, eventsHeading } from "./event-text.ts";
import { faultLines } from "./faults-view.ts";
import { flow, hanging, stacked, wrap } from "./layout.ts";
import { Names } from "./names.ts";
import { ownershipLines } from "./ownership-view.ts";
import { requestLines } from "./requests-view.ts";
import { startLines } from "./starts-view.ts";
import { type Line, line, type Page, span } from "./styled.ts";
import { say } from "./texts.ts";
import { topologyLines } from "./topology.ts";
import { walkLines } from "./walk-view.ts";

export interface ReportOptions {
  /** Every event of the trace as well. */
  readonly verbose: boolean;
}

export function reportLines(run: LabRun, page: Page, { verbose }: ReportOptions): Line[] {
  const names = new Names(run, page);
  return stacked([
    headingLines(run, page),
    topologyLines(run, names, page),
    startLines(run, names, page),
    faultLines(run, page),
    walkLines(run, names, page),
    requestLines(run, names, page),
    ...run.listings.map((listing) => [
      line(" ", span(`${listing.host}# ${listing.command}`, "host")),
      ...listing.output
        .replace(/\n$/, "")
        .split("\n")
        .map((text) => line(` ${text}`)),
    ]),
    ownershipLines(run, names, page),
    verbose ? [eventsHeading(run.events.length, page), ...eventLines(run.events, names, page)] : [],
    nextLines(run, page),
  ]);
}

function headingLines(run: LabRun, page: Page): Line[] {
  const { language } = page;
  const { title, about, kernel } = run.definition;
  const heading = say(language, "heading", { title: title[language], seed: run.seed, kernel });
  return [
    line(span(heading, "title")),
    ...wrap(page, about[language], page.columns).map((text) => line(text)),
    ...(run.limit === null
      ? []
      : [line(span(say(language, "limitReached", { limit: run.limit }), "bad"))]),
  ];
}

function nextLines(run: LabRun, page: Page): Line[] {
  const { language } = page;
  const offers = run.definition.next.map(
    ({ run: command, why }) => `${command} (${why[language]})`,
  );
  if (offers.length === 0) return [];
  const label = `${say(language, "next")} `;
  const start = page.widthOf(label);
  return hanging(
    page,
    span(label, "title"),
    flow(page, offers, " · ", page.columns - start),
    start,
  );
}
