/** Fairness as text and as SVG. */
import type { Fairness } from "./fairness.ts";
import { padTo, widest } from "./layout.ts";
import { type Line, line, type Page, span } from "./styled.ts";
import { colourOf, LINE, picture, shape, straight, text, widthOf } from "./svg.ts";
import { say } from "./texts.ts";

const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
const BAR = 30;

function heading({ director, service, scheduler, count }: Fairness, { language }: Page): string {
  return say(language, "fairnessHeading", { director, service, scheduler, count });
}

const verdict = ({ deviation, jain, burst }: Fairness, { language }: Page): string =>
  say(language, "fairnessVerdict", {
    deviation: percent(deviation),
    jain: jain.toFixed(4),
    burst,
  });

export function fairnessLines(fairness: Fairness, page: Page): Line[] {
  const { language } = page;
  const { servers } = fairness;
  const title = say(language, "fairnessServer");
  const names = widest(page, [title, ...servers.map(({ server }) => server)], 30) + 2;
  const head = [padTo(page, title, names), say(language, "fairnessColumns")].join("");
  return [
    line(span(heading(fairness, page), "title")),
    line("  ", span(head, "dim")),
    ...servers.map(({ server, weight, count, share, due, burst, lag }) => {
      const bar = "█".repeat(Math.round(share * BAR)).padEnd(BAR, "░");
      const numbers = [
        String(weight).padStart(6),
        String(count).padStart(7),
        percent(share).padStart(9),
        percent(due).padStart(9),
        String(burst).padStart(6),
        lag.toFixed(1).padStart(6),
      ].join("");
      return line("  ", span(padTo(page, server, names), "host"), `${numbers}  ${bar}`);
    }),
    line("  ", verdict(fairness, page)),
  ];
}

const SCALE = 420;

/** A bar for each server's share, a mark where its weight says it should end. */
export function fairnessSvg(fairness: Fairness, page: Page): string {
  const title = heading(fairness, page);
  const left = 20 + Math.max(80, ...fairness.servers.map(({ server }) => widthOf(page, server)));
  const parts = fairness.servers.flatMap(({ server, weight, count, share, due }, i) => {
    const y = 44 + i * 1.8 * LINE;
    const mark = left + due * SCALE;
    return [
      text(10, y + 14, server),
      shape("rect", { x: left, y, width: SCALE, height: LINE, fill: "#edf2f7" }),
      shape("rect", { x: left, y, width: share * SCALE, height: LINE, fill: colourOf(i) }),
      straight(mark, y - 4, mark, y + LINE + 4, { stroke: "#1a202c", "stroke-width": 2 }),
      text(
        left + SCALE + 10,
        y + 14,
        `${count} = ${percent(share)} (w ${weight}: ${percent(due)})`,
      ),
    ];
  });
  const bottom = 44 + fairness.servers.length * 1.8 * LINE;
  const end = text(10, bottom + 14, verdict(fairness, page), { fill: "#4a5568" });
  const width = Math.max(left + SCALE + 270, widthOf(page, title) + 30);
  return picture(width, bottom + 28, title, [
    text(10, 22, title, { "font-weight": "bold" }),
    ...parts,
    end,
  ]);
}
