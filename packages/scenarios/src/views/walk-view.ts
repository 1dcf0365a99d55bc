/** The walk as lines: number, time, where, what, what changed, and the lab sheet's steps beside their rows. */
import type { SheetStep } from "../lab-file/schema.ts";
import type { LabRun } from "../run/lab-run.ts";
import { firstHeader } from "./exchange.ts";
import { flow, hanging, indent, padTo, timeText, widest, wrap } from "./layout.ts";
import type { Names } from "./names.ts";
import { packetText } from "./packet-text.ts";
import { passagesOf } from "./passage.ts";
import { type Line, line, type Page, span } from "./styled.ts";
import { say } from "./texts.ts";
import { walkOf } from "./walk.ts";
import type { WalkRow } from "./walk-row.ts";

const NUMBER = 6;
const WHERE_MOST = 22;
const WHAT_MOST = 40;
const SHEET_INDENT = 8;
const REST_MOST = 12;
const SEPARATOR = " · ";

interface Columns {
  readonly time: number;
  readonly where: number;
  readonly what: number;
  /** Where effects begin. */
  readonly effects: number;
}

/** The walk of the first request of the traffic; no lines when there was none. */
export function walkLines(run: LabRun, names: Names, page: Page): Line[] {
  const [request] = run.requests;
  if (request === undefined) return [];
  const { language } = page;
  const heading = headingLine(run, page);
  const walk = walkOf(run, request, names, page);
  if (walk.rows.length === 0)
    return [heading, line("  ", span(say(language, "noPacket", { host: request.from }), "bad"))];
  const columns = columnsFor(walk.rows, page);
  const sheet = placeSheet(run.definition.sheet, walk.rows);
  const lines: Line[] = [heading];
  let shown = "";
  walk.rows.forEach((row, i) => {
    const time = timeText(row.at);
    lines.push(...rowLines(row, time === shown ? "" : time, columns, page));
    shown = time;
    for (const placed of sheet.filter((one) => one.row === i))
      lines.push(...sheetLines(placed, page));
  });
  for (const placed of sheet.filter(({ row }) => row === -1))
    lines.push(...sheetLines(placed, page));
  return [...lines, ...restLines(run, walk.rest, columns, names, page)];
}

function headingLine(run: LabRun, page: Page): Line {
  const { language } = page;
  const heading = say(language, "walkHeading");
  const more = say(language, "walkMore", { name: run.name, count: run.eventCount });
  const gap = page.columns - page.widthOf(heading) - page.widthOf(more);
  return gap < 2
    ? line(span(heading, "title"))
    : line(span(heading, "title"), indent(gap), span(more, "dim"));
}

function columnsFor(rows: readonly WalkRow[], page: Page): Columns {
  const time =
    widest(
      page,
      rows.map(({ at }) => timeText(at)),
      20,
    ) + 2;
  const where =
    widest(
      page,
      rows.map((row) => row.where),
      WHERE_MOST,
    ) + 2;
  const what =
    widest(
      page,
      rows.map((row) => row.what),
      WHAT_MOST,
    ) + 2;
  return { time, where, what, effects: NUMBER + time + where + what };
}

function rowLines(row: WalkRow, time: string, columns: Columns, page: Page): Line[] {
  const number = row.onWire ? padTo(page, `  #${row.frame} `, NUMBER) : indent(NUMBER);
  const head = [
    span(number, "dim"),
    span(padTo(page, time, columns.time), "dim"),
    span(`${padTo(page, row.where, columns.where - 1)} `, row.onWire ? "host" : "plain"),
  ];
  const start = page.widthOf(head.map(({ text }) => text).join(""));
  const room = page.columns - columns.effects;
  const what = span(row.what, row.tone === "plain" && row.onWire ? "title" : row.tone);
  const effects = row.effects.join(SEPARATOR);
  const fits =
    start + page.widthOf(row.what) + 2 <= columns.effects && page.widthOf(effects) <= room;
  if (effects === "") return [line(...head, what)];
  if (fits) {
    const gap = indent(columns.effects - start - page.widthOf(row.what));
    return [line(...head, what, gap, span(effects, "changed"))];
  }
  const below = start + 2;
  const wrapped = flow(page, row.effects, SEPARATOR, page.columns - below);
  return [
    line(...head, what),
    ...wrapped.map((text) => line(indent(below), span(text, "changed"))),
  ];
}

interface Placed {
  readonly step: SheetStep;
  /** From 1. */
  readonly number: number;
  /** The row that it describes; −1 when the run has none. */
  readonly row: number;
}

const placeSheet = (steps: readonly SheetStep[], rows: readonly WalkRow[]): Placed[] =>
  steps.map((step, i) => ({
    step,
    number: i + 1,
    row: rows.findIndex(
      ({ host, points, side }) =>
        host === step.at.host && side === step.at.of && points.includes(step.at.point),
    ),
  }));

function sheetLines({ step, number, row }: Placed, page: Page): Line[] {
  const { language } = page;
  const unseen = row === -1 ? ` – ${say(language, "sheetUnseen")}` : "";
  const label = `${indent(SHEET_INDENT)}${row === -1 ? "✗" : "✓"} ${say(language, "sheetStep", { number })}  `;
  const start = page.widthOf(label);
  const room = page.columns - start;
  const tone = row === -1 ? "bad" : "sheet";
  const lines = hanging(
    page,
    span(label, tone),
    wrap(page, step.text[language] + unseen, room),
    start,
    tone,
  );
  if (step.differs === undefined) return lines;
  const differs = `≠ ${say(language, "sheetDiffers")} ${step.differs[language]}`;
  return [
    ...lines,
    ...wrap(page, differs, room).map((text) => line(indent(start), span(text, "changed"))),
  ];
}

/** One line for each further segment: its way through the hosts, its ends, its payload. */
function restLines(
  run: LabRun,
  rest: readonly number[],
  columns: Columns,
  names: Names,
  page: Page,
): Line[] {
  if (rest.length === 0) return [];
  const { language } = page;
  const first = rest.slice(0, REST_MOST);
  const where =
    widest(
      page,
      first.map((frame) => wayOf(run, frame, names)),
      page.columns,
    ) + 2;
  const fitting = { ...columns, where: Math.max(where, columns.where) };
  const shown = first.map((frame) => restLine(run, frame, fitting, names, page));
  const more = rest.length - shown.length;
  const heading = line("  ", span(say(language, "restHeading"), "dim"));
  return more === 0
    ? [heading, ...shown]
    : [heading, ...shown, line("  ", span(say(language, "restMore", { count: more }), "dim"))];
}

/** The hosts that the frame came by, as `client → a → c`. */
function wayOf(run: LabRun, frame: number, names: Names): string {
  const hosts: string[] = [];
  for (const passage of passagesOf(run.frames, frame, names))
    if (hosts.at(-1) !== passage.host) hosts.push(passage.host);
  return hosts.join(" → ");
}

function restLine(run: LabRun, frame: number, columns: Columns, names: Names, page: Page): Line {
  const header = firstHeader(run.frames, frame);
  const at = run.frames.story(frame)[0]?.at ?? 0;
  if (header === undefined) return [];
  const gone = run.frames.story(frame).find((event) => event.kind === "dropped");
  const parts = [packetText(header, names), ...lengthOf(header.payloadLength, page)];
  if (gone?.kind === "dropped")
    parts.push(`✗ ${say(page.language, "dropped", { reason: gone.reason })}`);
  return line(
    span(padTo(page, `  #${frame} `, NUMBER), "dim"),
    span(padTo(page, timeText(at), columns.time), "dim"),
    span(`${padTo(page, wayOf(run, frame, names), columns.where - 1)} `, "host"),
    parts.join(SEPARATOR),
  );
}

const lengthOf = (octets: number, page: Page): string[] =>
  octets === 0 ? [] : [say(page.language, "octets", { count: octets })];
