/** A ladder as text, as a Mermaid sequence diagram and as SVG. */
import type { Ladder, Rung } from "./ladder.ts";
import { padTo, timeText, wrap } from "./layout.ts";
import { type Line, line, type Page, span } from "./styled.ts";
import { arrow, LINE, picture, straight, text, widthOf } from "./svg.ts";
import { say } from "./texts.ts";

const GAP = 3;
const COLUMN_MIN = 9;

/** Lifelines side by side, an arrow for each message, its words behind. */
export function ladderLines(ladder: Ladder, page: Page): Line[] {
  const { hosts, rungs } = ladder;
  const width = Math.max(COLUMN_MIN, ...hosts.map((host) => page.widthOf(host) + GAP));
  const times = Math.max(8, ...rungs.map(({ at }) => timeText(at).length));
  const margin = " ".repeat(times + 2);
  const start = margin.length + hosts.length * width;
  const rest = Math.max(page.columns - start, 24);
  const heads = hosts.map((host) => padTo(page, host, width)).join("");
  const empty = hosts.map(() => padTo(page, "│", width)).join("");
  const lines: Line[] = [line(margin, span(heads.trimEnd(), "host"))];
  for (const rung of rungs) {
    const words = wrap(page, `#${rung.frame} ${rung.text}`, rest);
    const tone = rung.kind === "note" ? (rung.bad ? "bad" : "changed") : "plain";
    words.forEach((text, i) => {
      const left = i === 0 ? `${timeText(rung.at).padStart(times)}  ` : margin;
      const bars = i === 0 ? drawn(rung, hosts, width, page) : empty;
      lines.push(
        line(span(left, "dim"), span(bars, tone === "bad" ? "bad" : "plain"), span(text, tone)),
      );
    });
  }
  if (ladder.more > 0)
    lines.push(line(margin, span(say(page.language, "restMore", { count: ladder.more }), "dim")));
  return lines;
}

/** The lifelines with one rung on them. */
function drawn(rung: Rung, hosts: readonly string[], width: number, page: Page): string {
  const cells = [...padTo(page, "", hosts.length * width)];
  const at = (host: string): number => hosts.indexOf(host) * width;
  for (const host of hosts) cells[at(host)] = "│";
  if (rung.kind === "note") cells[at(rung.host)] = rung.bad ? "✗" : "●";
  else {
    const from = at(rung.from);
    const to = at(rung.to);
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    for (let i = low + 1; i < high; i++) cells[i] = cells[i] === "│" ? "┼" : "─";
    cells[from] = to > from ? "├" : "┤";
    if (to !== from) cells[to] = to > from ? "▶" : "◀";
  }
  return cells.join("");
}

/** `#` and `;` have a meaning of their own in Mermaid. */
const mermaid = (words: string): string =>
  words.replaceAll("#", "#35;").replaceAll(";", "#59;").replaceAll("#35#59;", "#35;");

export function ladderMermaid({ hosts, rungs }: Ladder, { language }: Page): string {
  const id = (host: string): string => `h${hosts.indexOf(host)}`;
  const lines = rungs.map((rung) => {
    const words = mermaid(`#${rung.frame} ${rung.text}`);
    if (rung.kind === "note") return `    Note over ${id(rung.host)}: ${words}`;
    const all = rung.isBroadcast ? ` (${say(language, "everyone")})` : "";
    return `    ${id(rung.from)}->>${id(rung.to)}: ${words}${all}`;
  });
  return [
    "sequenceDiagram",
    ...hosts.map((host) => `    participant ${id(host)} as ${host}`),
    ...lines,
    "",
  ].join("\n");
}

const TOP = 40;
const LEFT = 90;

export function ladderSvg({ hosts, rungs }: Ladder, title: string, page: Page): string {
  const words = rungs.map((rung) => `#${rung.frame} ${rung.text}`);
  const spacing = Math.max(230, ...hosts.map((host) => widthOf(page, host) + 30));
  const x = (host: string): number => LEFT + 40 + Math.max(hosts.indexOf(host), 0) * spacing;
  const row = 2 * LINE;
  const bottom = TOP + rungs.length * row + LINE;
  const lifelines = hosts.flatMap((host) => [
    text(x(host), TOP - 18, host, { "text-anchor": "middle", "font-weight": "bold" }),
    straight(x(host), TOP - 8, x(host), bottom, { stroke: "#a0aec0" }),
  ]);
  const parts = rungs.flatMap((rung, i) => {
    const y = TOP + i * row + row - 8;
    const label = words[i] ?? "";
    const time = text(8, y, timeText(rung.at), { fill: "#718096" });
    if (rung.kind === "note") {
      const colour = rung.bad ? "#c53030" : "#2f855a";
      return [time, text(x(rung.host) + 6, y, label, { fill: colour })];
    }
    const from = x(rung.from);
    const to = x(rung.to) + (rung.to === rung.from ? 40 : 0);
    return [time, arrow(from, to, y, "#2b6cb0"), text(Math.min(from, to) + 6, y - 5, label)];
  });
  const right = rungs.map((rung, i) => {
    const at = rung.kind === "note" ? x(rung.host) : Math.min(x(rung.from), x(rung.to));
    return at + 12 + widthOf(page, words[i] ?? "");
  });
  const width = Math.max(...hosts.map((host) => x(host) + spacing / 2), ...right) + 10;
  return picture(width, bottom + 10, title, [...lifelines, ...parts]);
}
