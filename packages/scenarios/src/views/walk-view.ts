/** The walk as lines: number, time, where, what, what changed, and the lab sheet's steps beside their rows. */
import type { SheetStep } from "../lab-file/schema.ts";
import type { LabRun, RequestRun } from "../run/lab-run.ts";
import { firstHeader } from "./exchange.ts";
import { flow, hanging, indent, padTo, timeText, widest, wrap } from "./layout.ts";
import type { Names } from "./names.ts";
import { packetKind } from "./packet-text.ts";
import { passagesOf } from "./passage.ts";
import { type Line, line, type Page, span } from "./styled.ts";
import { say } from "./texts.ts";
import { walkOf } from "./walk.ts";
import type { WalkRow } from "./walk-row.ts";

const NUMBER = 6;
const WHERE_MOST = 22;
const WHAT_MOST = 40;
const SHEET_INDENT = 4;
const REST_MOST = 24;
const SEPARATOR = " · ";

interface Columns {
  readonly time: number;
  readonly where: number;
  readonly what: number;
  /** Where effects begin. */
  readonly effects: number;
}

/** The walk of a request, the first unless said; no lines when there was none. */
export function walkLines(
  run: LabRun,
  names: Names,
  page: Page,
  request: RequestRun | undefined = run.requests[0],
): Line[] {
  if (request === undefined) return [];
  const { language } = page;
  const heading = headingLine(run, page);
  const walk = walkOf(run, request, names, page);
  if (walk.rows.length === 0)
    return [heading, line("  ", span(say(language, "noPacket", { host: request.from }), "bad"))];
  const columns = columnsFor(walk.rows, page);
  const sheet = placeSheet(run.definition.sheet, walk.rows);
  const lines: Line[] = [heading];
  let time = "";
  let frame = 0;
  walk.rows.forEach((row, i) => {
    const text = timeText(row.at);
    // a number holds until the next one
    const number = row.onWire || row.frame !== frame ? row.frame : 0;
    lines.push(...rowLines(row, number, text === time ? "" : text, columns, page));
    time = text;
    frame = row.frame;
    for (const placed of sheet.filter((one) => one.row === i))
      lines.push(...sheetLines(placed, page));
  });
  for (const placed of sheet.filter(({ row }) => row === -1))
    lines.push(...sheetLines(placed, page));
  return [...lines, ...restLines(run, walk.rest, names, page)];
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

/** What changed stands in its column, or right behind what happened, or below it: where it fits. */
function rowLines(
  row: WalkRow,
  number: number,
  time: string,
  columns: Columns,
  page: Page,
): Line[] {
  const isPacket = row.onWire || row.tone === "title";
  const head = [
    span(number === 0 ? indent(NUMBER) : padTo(page, `  #${number} `, NUMBER), "dim"),
    span(padTo(page, time, columns.time), "dim"),
    span(`${padTo(page, row.where, columns.where - 1)} `, isPacket ? "host" : "plain"),
  ];
  const start = page.widthOf(head.map(({ text }) => text).join(""));
  const what = span(row.what, row.tone === "plain" && row.onWire ? "title" : row.tone);
  const end = start + page.widthOf(row.what);
  const below = start + 2;
  const flowing = (parts: readonly string[]): Line[] =>
    flow(page, parts, SEPARATOR, page.columns - below).map((text) =>
      line(indent(below), span(text, "changed")),
    );
  const effects = row.effects.join(SEPARATOR);
  const gap = columns.effects - end;
  if (effects !== "" && gap >= 2 && columns.effects + page.widthOf(effects) <= page.columns)
    return [line(...head, what, indent(gap), span(effects, "changed")), ...flowing(row.under)];
  // of many, the last ones go behind
  let split = row.effects.length;
  const behind = (from: number): string =>
    row.effects
      .slice(from)
      .map((text) => SEPARATOR + text)
      .join("");
  while (split > 0 && end + page.widthOf(behind(split - 1)) <= page.columns) split--;
  return [
    line(...head, what, span(behind(split), "changed")),
    ...flowing([...row.under, ...row.effects.slice(0, split)]),
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
  if (step.differs === undefined || row === -1) return lines;
  const differs = say(language, "sheetDiffers", { how: step.differs[language] });
  return [
    ...lines,
    ...wrap(page, differs, room).map((text) => line(indent(start), span(text, "changed"))),
  ];
}

/** The further packets by their way through the hosts: what each is, and its payload. */
function restLines(run: LabRun, rest: readonly number[], names: Names, page: Page): Line[] {
  if (rest.length === 0) return [];
  const { language } = page;
  const shown = rest.slice(0, REST_MOST);
  const byWay = new Map<string, string[]>();
  for (const frame of shown) {
    const way = wayOf(run, frame, names);
    byWay.set(way, [...(byWay.get(way) ?? []), packetSummary(run, frame, page)]);
  }
  const start = 4 + widest(page, [...byWay.keys()], page.columns) + 2;
  const last = run.frames.story(rest.at(-1) ?? 0)[0]?.at ?? 0;
  const heading = say(language, "restHeading", { time: timeText(last) });
  const lines = [...byWay].flatMap(([way, packets]) =>
    hanging(
      page,
      span(indent(4) + way, "host"),
      flow(page, packets, SEPARATOR, page.columns - start),
      start,
    ),
  );
  const more = rest.length - shown.length;
  if (more > 0) lines.push(line("    ", span(say(language, "restMore", { count: more }), "dim")));
  return [line("  ", span(heading, "dim")), ...lines];
}

/** The hosts that the frame came by, as `client → a → c`. */
function wayOf(run: LabRun, frame: number, names: Names): string {
  const hosts: string[] = [];
  for (const passage of passagesOf(run.frames, frame, names))
    if (hosts.at(-1) !== passage.host) hosts.push(passage.host);
  return hosts.join(" → ");
}

/** `#13 PSH,ACK 78 B`. */
function packetSummary(run: LabRun, frame: number, page: Page): string {
  const header = firstHeader(run.frames, frame);
  const words = [`#${frame}`];
  if (header !== undefined) words.push(packetKind(header));
  const count = header?.payloadLength ?? 0;
  if (count > 0) words.push(say(page.language, "octets", { count }));
  const gone = run.frames.story(frame).find((event) => event.kind === "dropped");
  if (gone?.kind === "dropped")
    words.push(`✗ ${say(page.language, "dropped", { reason: gone.reason })}`);
  return words.join(" ");
}
