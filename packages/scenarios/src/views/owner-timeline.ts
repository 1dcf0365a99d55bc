/** Who owned a virtual address in the eyes of each host, as stretches of time; as text and as SVG. */
import {
  formatIpv4Address,
  type Instant,
  type Ipv4Address,
  type MacAddress,
  VALID,
} from "@lvsim/core";
import type { LabRun } from "../run/lab-run.ts";
import { padTo, widest } from "./layout.ts";
import type { Names } from "./names.ts";
import { BLANK, type Line, line, type Page, span } from "./styled.ts";
import { colourOf, LINE, picture, shape, straight, text, widthOf } from "./svg.ts";
import { say } from "./texts.ts";

/** A stretch in which a host believed one owner. */
interface Stretch {
  readonly owner: string;
  readonly from: Instant;
  readonly to: Instant;
  /** The frame that told it; 0 for none. */
  readonly frame: number;
}

export interface Timeline {
  readonly address: Ipv4Address;
  readonly begin: Instant;
  readonly end: Instant;
  readonly rows: readonly { readonly host: string; readonly stretches: readonly Stretch[] }[];
}

export function timelineOf(run: LabRun, address: Ipv4Address, names: Names): Timeline {
  const rows = new Map<string, Stretch[]>();
  const open = new Map<string, Omit<Stretch, "to">>();
  const close = (host: string, to: Instant): void => {
    const stretch = open.get(host);
    if (stretch === undefined) return;
    rows.set(host, [...(rows.get(host) ?? []), { ...stretch, to }]);
    open.delete(host);
  };
  for (const event of run.events) {
    if (event.kind !== "neighbour" || event.address !== address) continue;
    const host = event.place;
    const owner = (event.to & VALID) === 0 ? "" : names.mac(event.linkAddress as MacAddress);
    if (open.get(host)?.owner === owner) continue;
    close(host, event.at);
    if (owner !== "") open.set(host, { owner, from: event.at, frame: event.frame });
  }
  for (const host of [...open.keys()]) close(host, run.endedAt);
  const begin = run.events[0]?.at ?? run.endedAt;
  return {
    address,
    begin,
    end: run.endedAt,
    rows: [...rows].map(([host, stretches]) => ({ host, stretches })),
  };
}

const seconds = (at: number): string => (at / 1e9).toFixed(3);

/** A bar for each host; a letter for each owner. */
export function timelineLines({ address, begin, end, rows }: Timeline, page: Page): Line[] {
  const { language } = page;
  const heading = span(
    say(language, "ownersHeading", { address: formatIpv4Address(address) }),
    "title",
  );
  if (rows.length === 0) return [line(heading, ` ${say(language, "nobodyAsked")}`)];
  const label =
    widest(
      page,
      rows.map(({ host }) => host),
      24,
    ) + 2;
  const width = Math.max(20, page.columns - label - 2);
  const owners = [...new Set(rows.flatMap(({ stretches }) => stretches.map(({ owner }) => owner)))];
  const letter = (owner: string): string => String.fromCharCode(65 + (owners.indexOf(owner) % 26));
  const column = (at: number): number =>
    end === begin ? 0 : Math.min(width - 1, Math.floor(((at - begin) / (end - begin)) * width));
  const bars = rows.map(({ host, stretches }) => {
    const cells = Array.from({ length: width }, () => "·");
    for (const { owner, from, to } of stretches)
      for (let i = column(from); i <= Math.max(column(from), column(to) - 1); i++)
        cells[i] = letter(owner);
    return line(span(padTo(page, host, label), "host"), cells.join(""));
  });
  const scale = `${seconds(begin)} s`;
  const last = `${seconds(end)} s`;
  return [
    line(heading),
    ...bars,
    line(" ".repeat(label), span(scale + last.padStart(width - scale.length), "dim")),
    ...owners.map((owner) => line(" ".repeat(label), `${letter(owner)} = ${owner}`)),
    BLANK,
    ...rows.flatMap(({ host, stretches }) =>
      stretches.map(({ owner, from, to, frame }) =>
        line(
          say(language, "ownedFor", { host, owner, from: seconds(from), to: seconds(to) }),
          frame === 0 ? "" : ` (#${frame})`,
        ),
      ),
    ),
  ];
}

const BAR = 620;
/** Pixels of a stretch that is too short to be seen. */
const BAR_MIN = 4;

export function timelineSvg({ address, begin, end, rows }: Timeline, page: Page): string {
  const title = say(page.language, "ownersHeading", { address: formatIpv4Address(address) });
  const left = 20 + Math.max(60, ...rows.map(({ host }) => widthOf(page, host)));
  const owners = [...new Set(rows.flatMap(({ stretches }) => stretches.map(({ owner }) => owner)))];
  const x = (at: number): number =>
    left + (end === begin ? 0 : ((at - begin) / (end - begin)) * BAR);
  const stretchParts = ({ owner, from, to }: Stretch, y: number): string[] => {
    const width = Math.max(BAR_MIN, x(to) - x(from));
    const fill = colourOf(owners.indexOf(owner));
    const bar = shape("rect", { x: x(from), y, width, height: LINE, fill });
    const fits = width > widthOf(page, owner) + 8;
    return fits ? [bar, text(x(from) + 6, y + 13, owner, { fill: "#ffffff" })] : [bar];
  };
  const parts = rows.flatMap(({ host, stretches }, i) => {
    const y = 44 + i * 1.6 * LINE;
    return [
      text(10, y + 13, host),
      straight(left, y + 9, left + BAR, y + 9, { stroke: "#e2e8f0" }),
      // short stretches last, so that long ones do not cover them
      ...[...stretches]
        .sort((a, b) => b.to - b.from - (a.to - a.from))
        .flatMap((stretch) => stretchParts(stretch, y)),
    ];
  });
  const bottom = 44 + rows.length * 1.6 * LINE;
  const scale = [
    straight(left, bottom + 4, left + BAR, bottom + 4),
    text(left, bottom + 20, `${seconds(begin)} s`),
    text(left + BAR, bottom + 20, `${seconds(end)} s`, { "text-anchor": "end" }),
  ];
  const legend = owners.flatMap((owner, i) => [
    shape("rect", { x: left, y: bottom + 32 + i * LINE, width: 10, height: 10, fill: colourOf(i) }),
    text(left + 16, bottom + 41 + i * LINE, owner),
  ]);
  const heading = text(10, 22, title, { "font-weight": "bold" });
  const all = [heading, ...parts, ...scale, ...legend];
  return picture(left + BAR + 20, bottom + 40 + owners.length * LINE, title, all);
}
