/** What changes of services disturbed, as text and as a picture: requests over time by server, a line where something was changed. */
import type { LabRun, RequestRun } from "../run/lab-run.ts";
import type { Disruption } from "./disruption.ts";
import { timeText, wrap } from "./layout.ts";
import { type Line, line, type Page, span } from "./styled.ts";
import { colourOf, LINE, picture, shape, straight, text, widthOf } from "./svg.ts";
import { say } from "./texts.ts";

const commandOf = ({ director, command }: Disruption): string =>
  `${director}# ${command.split("\n")[0] ?? ""}`;

/** "" when no client came before and after. */
function clientsText({ clients, moved, needless }: Disruption, { language }: Page): string {
  if (clients === 0) return "";
  const key = needless > 0 ? "disruptionNeedless" : "disruptionClients";
  return say(language, key, { clients, moved, needless });
}

const requestsText = ({ requests, failed }: Disruption, { language }: Page): string =>
  say(language, "disruptionRequests", { requests, failed });

export function disruptionLines(all: readonly Disruption[], page: Page): Line[] {
  const { language } = page;
  if (all.length === 0) return [line(span(say(language, "disruptionNone"), "dim"))];
  return [
    line(span(say(language, "disruptionHeading"), "title")),
    ...all.flatMap((one) => [
      ...wrap(page, `${timeText(one.at)} ${commandOf(one)}`, page.columns - 2).map((words) =>
        line("  ", span(words, "host")),
      ),
      line(
        "    ",
        span(requestsText(one, page), one.failed > 0 ? "bad" : "good"),
        span(one.clients === 0 ? "" : ` · ${clientsText(one, page)}`),
      ),
    ]),
  ];
}

const WIDTH = 560;
const ROW = 1.6 * LINE;
const TOP = 52;
const BAD = "#c53030";

/** A row for each server with a mark for each request that it took in; a cross is one that failed. */
export function disruptionSvg(run: LabRun, all: readonly Disruption[], page: Page): string {
  const { language } = page;
  const title = say(language, "disruptionHeading");
  const { requests } = run;
  const nobody = say(language, "noServer");
  const rowOf = ({ server }: RequestRun): string => server ?? nobody;
  const rows = [...new Set(requests.map(rowOf))].sort();
  const left = 20 + Math.max(80, ...rows.map((row) => widthOf(page, row)));
  const begin = requests[0]?.beganAt ?? 0;
  const end = Math.max(run.endedAt, begin + 1);
  const x = (at: number): number => left + (Math.max(at - begin, 0) / (end - begin)) * WIDTH;
  const bottom = TOP + rows.length * ROW;
  const names = rows.flatMap((row, i) => [
    text(10, TOP + i * ROW + 13, row),
    straight(left, TOP + i * ROW + 9, left + WIDTH, TOP + i * ROW + 9, { stroke: "#e2e8f0" }),
  ]);
  const marks = requests.map((request) => {
    const row = rows.indexOf(rowOf(request));
    return mark(x(request.beganAt), TOP + row * ROW + 9, row, request.status !== 0);
  });
  const lines = all.flatMap(({ at }, i) => [
    straight(x(at), TOP - 8, x(at), bottom, { stroke: BAD, "stroke-dasharray": "4 3" }),
    text(x(at) + 3, TOP - 10, String(i + 1), { fill: BAD }),
  ]);
  const legend = legendOf(all, page);
  const below = bottom + 44;
  const words = legend.map((words, i) => text(10, below + i * LINE, words));
  const width = Math.max(left + WIDTH + 20, ...legend.map((words) => widthOf(page, words) + 30));
  return picture(width, below + legend.length * LINE, title, [
    text(10, 22, title, { "font-weight": "bold" }),
    ...names,
    ...marks.flat(),
    ...lines,
    straight(left, bottom + 4, left + WIDTH, bottom + 4),
    text(left, bottom + 20, `${timeText(begin)} s`),
    text(left + WIDTH, bottom + 20, `${timeText(end)} s`, { "text-anchor": "end" }),
    ...words,
  ]);
}

/** One request; colour is not all that tells a failed one. */
const mark = (x: number, y: number, row: number, failed: boolean): string[] =>
  failed
    ? [
        straight(x - 4, y - 4, x + 4, y + 4, { stroke: BAD, "stroke-width": 2 }),
        straight(x - 4, y + 4, x + 4, y - 4, { stroke: BAD, "stroke-width": 2 }),
      ]
    : [shape("circle", { cx: x, cy: y, r: 4, fill: colourOf(row) })];

function legendOf(all: readonly Disruption[], page: Page): string[] {
  const failed = `× ${say(page.language, "disruptionFailed")}`;
  if (all.length === 0) return [failed, say(page.language, "disruptionNone")];
  return [
    failed,
    ...all.flatMap((one, i) => [
      `${i + 1}  ${timeText(one.at)} ${commandOf(one)}`,
      `   ${[requestsText(one, page), clientsText(one, page)].filter((words) => words !== "").join(" · ")}`,
    ]),
  ];
}
