/**
 * A run as one HTML file that opens anywhere: nothing is fetched, nothing runs. The report's own lines stand in it beside
 * pictures of topology, ladder, owners and shares; every event of the trace can be unfolded.
 */
import type { LabRun } from "../run/lab-run.ts";
import { disruptionsOf } from "./disruption.ts";
import { disruptionLines, disruptionSvg } from "./disruption-views.ts";
import { eventLines } from "./event-text.ts";
import { fairnessOf } from "./fairness.ts";
import { fairnessSvg } from "./fairness-views.ts";
import { ladderOf } from "./ladder.ts";
import { ladderSvg } from "./ladder-views.ts";
import { Names } from "./names.ts";
import { timelineOf, timelineSvg } from "./owner-timeline.ts";
import { requestLines } from "./requests-view.ts";
import { startLines } from "./starts-view.ts";
import type { Line, Page, Tone } from "./styled.ts";
import { escapeXml } from "./svg.ts";
import { say } from "./texts.ts";
import { topologySvg } from "./topology-views.ts";
import { walkLines } from "./walk-view.ts";

const STYLE = `body{font-family:system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1a202c}
pre{font-family:ui-monospace,"DejaVu Sans Mono","Noto Sans Mono CJK SC",monospace;font-size:13px;line-height:1.35;overflow-x:auto;background:#f7fafc;padding:.8rem;border-radius:4px}
svg{max-width:100%;height:auto}figure{margin:1rem 0;overflow-x:auto}
.title{font-weight:bold}.dim{color:#718096}.host{color:#2c5282}.changed{color:#975a16}.good{color:#276749}.bad{color:#c53030}.sheet{color:#805ad5}`;

/** Events that are written out; the rest is counted. */
const EVENTS_MAX = 2000;

export function htmlReport(run: LabRun, page: Page): string {
  const { language } = page;
  const names = new Names(run, page);
  const title = run.definition.title[language];
  const [request] = run.requests.filter(({ frame }) => frame !== 0);
  const ladder =
    request === undefined ? "" : ladderSvg(ladderOf(run, request, names, page), title, page);
  const owners = names.vips.map((vip) => timelineSvg(timelineOf(run, vip, names), page));
  const shares = fairnessOf(run).map((fairness) => fairnessSvg(fairness, page));
  const disruptions = disruptionsOf(run);
  const events = run.events.slice(0, EVENTS_MAX);
  const lang = language === "zh" ? "zh-CN" : "en";
  const { seed, fingerprint } = run;
  return [
    `<!doctype html><html lang="${lang}"><head><meta charset="utf-8">`,
    `<meta name="viewport" content="width=device-width"><title>${escapeXml(title)}</title><style>${STYLE}</style></head><body>`,
    `<h1>${escapeXml(title)}</h1>`,
    `<p>${escapeXml(run.definition.about[language])}</p>`,
    `<p class="dim">${escapeXml(say(language, "htmlRun", { name: run.name, seed, fingerprint }))}</p>`,
    figure(topologySvg(run, names, page)),
    block(startLines(run, names, page)),
    block(walkLines(run, names, page)),
    figure(ladder),
    block(requestLines(run, names, page)),
    ...shares.map(figure),
    disruptions.length === 0 ? "" : figure(disruptionSvg(run, disruptions, page)),
    disruptions.length === 0 ? "" : block(disruptionLines(disruptions, page)),
    ...run.listings.map(
      ({ host, command, output }) =>
        `<pre><span class="host">${escapeXml(`${host}# ${command}`)}</span>\n${escapeXml(output)}</pre>`,
    ),
    ...owners.map(figure),
    `<details><summary>${escapeXml(say(language, "eventsHeading", { count: run.eventCount }))}</summary>`,
    block(eventLines(events, names, page)),
    "</details></body></html>",
    "",
  ]
    .filter((part) => part !== "")
    .join("\n");
}

const figure = (svg: string): string => (svg === "" ? "" : `<figure>${svg.trimEnd()}</figure>`);

const block = (lines: readonly Line[]): string =>
  lines.length === 0 ? "" : `<pre>${lines.map(lineHtml).join("\n")}</pre>`;

const lineHtml = (spans: Line): string =>
  spans.map(({ text, tone }) => spanHtml(text, tone)).join("");

const spanHtml = (words: string, tone: Tone): string =>
  tone === "plain" ? escapeXml(words) : `<span class="${tone}">${escapeXml(words)}</span>`;
