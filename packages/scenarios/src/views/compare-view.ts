/** Where a recording of a real kernel and the simulation differ, the first difference explained. */

import type { FrameDifference } from "../compare/compare-frames.ts";
import {
  type Comparison,
  differenceCount,
  type TextDifference,
} from "../compare/compare-recordings.ts";
import { timeText, wrap } from "./layout.ts";
import { BLANK, type Line, line, type Page, span } from "./styled.ts";
import { say, type TextKey } from "./texts.ts";

/** Differences of one kind that are written out. */
const SHOWN_MAX = 20;

export function compareLines(comparison: Comparison, page: Page): Line[] {
  const { language } = page;
  const { by, compared, missing } = comparison;
  const count = differenceCount(comparison);
  const values = { by: by === "" ? "?" : by, count, compared };
  const head = say(language, count === 0 ? "compareSame" : "compareDiffers", values);
  const first = firstDifference(comparison, page);
  const kinds: readonly (readonly [TextKey & `compare${string}`, readonly Line[]])[] = [
    ["compareStarts", textLines(comparison.starts, page)],
    ["compareFrames", frameLines(comparison.frames, page)],
    ["compareRequests", textLines(comparison.requests, page)],
    ["compareTables", textLines(comparison.tables, page)],
    ["compareChecks", textLines(comparison.checks, page)],
  ];
  return [
    line(span(head, count === 0 ? "good" : "bad")),
    ...(missing.length === 0
      ? []
      : wrapped(say(language, "compareMissing", { paths: missing.join(", ") }), "", page, "dim")),
    ...first,
    ...kinds.flatMap(([heading, lines]) =>
      lines.length === 0
        ? []
        : [BLANK, line(span(say(language, heading as "compareStarts"), "title")), ...lines],
    ),
  ];
}

const wrapped = (
  text: string,
  indent: string,
  page: Page,
  tone: "plain" | "dim" | "host" | "changed" = "plain",
): Line[] =>
  wrap(page, text, page.columns - indent.length).map((words) => line(indent, span(words, tone)));

/** The earliest one that is not merely what another one leads to. */
function firstDifference(comparison: Comparison, page: Page): Line[] {
  const { language } = page;
  const [frame] = comparison.frames;
  const [start] = comparison.starts;
  const heading = BLANK;
  if (start !== undefined)
    return [
      heading,
      ...wrapped(say(language, "compareFirstStart", { what: start.what }), "", page),
    ];
  if (frame !== undefined) {
    const [host = "", device = ""] = frame.plug.split(".");
    const values = { ...frame, host, device, at: timeText(frame.at) };
    const key = frame.simulated > frame.recorded ? "compareFirstExtra" : "compareFirstLacking";
    const text = [
      say(language, key, values),
      frame.after === "" ? "" : say(language, "compareAfter", { after: frame.after }),
    ].join("");
    return [heading, ...wrapped(text, "", page)];
  }
  const [other] = [...comparison.requests, ...comparison.tables, ...comparison.checks];
  if (other === undefined) return [];
  return [heading, ...wrapped(say(language, "compareFirstOther", { what: other.what }), "", page)];
}

function frameLines(all: readonly FrameDifference[], page: Page): Line[] {
  return [
    ...all
      .slice(0, SHOWN_MAX)
      .flatMap(({ plug, text, simulated, recorded, at }) => [
        ...wrapped(`${timeText(at)} ${plug}: ${text}`, "  ", page, "host"),
        line("    ", say(page.language, "compareCounts", { simulated, recorded })),
      ]),
    ...more(all.length, page),
  ];
}

function textLines(all: readonly TextDifference[], page: Page): Line[] {
  return [
    ...all
      .slice(0, SHOWN_MAX)
      .flatMap(({ what, simulated, recorded }) => [
        ...wrapped(what, "  ", page, "host"),
        ...sideLines("-", simulated, page),
        ...sideLines("+", recorded, page),
      ]),
    ...more(all.length, page),
  ];
}

/** `-` the simulation has, `+` the recording has. */
const sideLines = (mark: string, texts: readonly string[], page: Page): Line[] =>
  texts
    .flatMap((text) => text.split("\n"))
    .slice(0, SHOWN_MAX)
    .flatMap((text) => wrapped(`${mark} ${text}`, "    ", page, "changed"));

const more = (count: number, { language }: Page): Line[] =>
  count > SHOWN_MAX
    ? [line("  ", span(say(language, "compareMore", { count: count - SHOWN_MAX }), "dim"))]
    : [];
