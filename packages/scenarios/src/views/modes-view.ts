/** Runs of several forwarding modes side by side: what each does to one request, read from the trace of its run. */
import { type FrameHeader, formatIpv4Address, Method, type TraceEvent } from "@lvsim/core";
import type { LabRun } from "../run/lab-run.ts";
import { exchangeOf } from "./exchange.ts";
import { padTo, wrap } from "./layout.ts";
import { Names } from "./names.ts";
import { methodName } from "./packet-text.ts";
import { type Line, line, type Page, span } from "./styled.ts";
import { say, type TextKey } from "./texts.ts";

/** What is said of one mode, row by row. */
type ModeFacts = Readonly<Record<RowKey, string>>;

const ROWS = [
  "modeForwarding",
  "modeRequestWay",
  "modeReplyWay",
  "modeAtServer",
  "modeTtl",
  "modeChanged",
  "modeThroughDirector",
  "modeVipOnServer",
  "modeGateway",
] as const satisfies readonly TextKey[];
type RowKey = (typeof ROWS)[number];

export function modesLines(runs: readonly LabRun[], page: Page): Line[] {
  const { language } = page;
  const columns = runs.map((run) => ({ name: run.name, facts: factsOf(run, page) }));
  const label = 2 + Math.max(...ROWS.map((key) => page.widthOf(say(language, key))));
  const width = Math.max(14, Math.floor((page.columns - label) / Math.max(runs.length, 1)));
  const row = (left: string, cells: readonly string[], tone: "plain" | "title"): Line[] => {
    const wrapped = cells.map((cell) => wrap(page, cell, width - 2));
    const height = Math.max(1, ...wrapped.map(({ length }) => length));
    return Array.from({ length: height }, (_unused, i) =>
      line(
        span(padTo(page, i === 0 ? left : "", label), "title"),
        span(
          wrapped
            .map((texts) => padTo(page, texts[i] ?? "", width))
            .join("")
            .trimEnd(),
          tone,
        ),
      ),
    );
  };
  return [
    ...row(
      "",
      columns.map(({ name }) => name),
      "title",
    ),
    ...ROWS.flatMap((key) =>
      row(
        say(language, key),
        columns.map(({ facts }) => facts[key]),
        "plain",
      ),
    ),
  ];
}

function factsOf(run: LabRun, page: Page): ModeFacts {
  const names = new Names(run, page);
  const { language } = page;
  const director = run.hosts.find(({ after }) => after.ipvs.services.length > 0);
  const request = run.requests.find(
    ({ from, server }) => server !== null && from !== director?.name,
  );
  const none = Object.fromEntries(ROWS.map((key) => [key, "–"])) as ModeFacts;
  if (director === undefined || request === undefined) return none;
  const { request: asked, reply } = exchangeOf(run, request);
  const yes = (is: boolean): string => say(language, is ? "modeYes" : "modeNo");
  const delivered = eventsOf(run, asked).findLast((event) => event.kind === "delivered");
  const server = run.hosts.find(({ name }) => name === request.server);
  const header = delivered?.kind === "delivered" ? delivered.header : null;
  const replyWay = wayOf(run, reply, names);
  const method = forwardingOf(run, asked);
  const gateway = server?.after.routes.find(({ prefixLength }) => prefixLength === 0)?.gateway ?? 0;
  const holder = gateway === 0 ? "–" : names.hostAt(gateway);
  return {
    modeForwarding: method === null ? "–" : methodName(method),
    modeRequestWay: wayOf(run, asked, names).join(" → "),
    modeReplyWay: replyWay.join(" → "),
    modeAtServer:
      header === null
        ? "–"
        : `${formatIpv4Address(header.source)} → ${formatIpv4Address(header.destination)}`,
    modeTtl: header === null ? "–" : String(header.ttl),
    modeChanged: changed(run, asked, director.name, names, page),
    modeThroughDirector: yes(replyWay.includes(director.name)),
    modeVipOnServer: yes(
      server?.after.devices.some(({ addresses }) =>
        addresses.some(({ local }) => names.vips.includes(local)),
      ) === true,
    ),
    modeGateway: holder === director.name ? say(language, "modeDirector") : holder,
  };
}

const eventsOf = (run: LabRun, frames: ReadonlySet<number>): TraceEvent[] =>
  [...frames].flatMap((frame) => run.frames.story(frame)).sort((a, b) => a.index - b.index);

/** The machines that sent it, and the one that took it in. */
function wayOf(run: LabRun, frames: ReadonlySet<number>, names: Names): string[] {
  const way: string[] = [];
  for (const { kind, place } of eventsOf(run, frames)) {
    const host = names.hostOf(place);
    if (host !== "" && (kind === "sent" || kind === "delivered") && way.at(-1) !== host)
      way.push(host);
  }
  return way;
}

function forwardingOf(run: LabRun, frames: ReadonlySet<number>): number | null {
  const note = eventsOf(run, frames).find((event) => event.kind === "forwarded");
  return note?.kind === "forwarded" ? note.forwardingMethod : null;
}

/** What the director rewrote between taking the request in and sending it out. */
function changed(
  run: LabRun,
  frames: ReadonlySet<number>,
  director: string,
  names: Names,
  { language }: Page,
): string {
  const here = eventsOf(run, frames).filter(({ place }) => names.hostOf(place) === director);
  const received = here.find((event) => event.kind === "received");
  const sent = here.findLast((event) => event.kind === "sent");
  if (received?.kind !== "received" || sent?.kind !== "sent") return "–";
  const [before, after]: [FrameHeader, FrameHeader] = [received.header, sent.header];
  if (forwardingOf(run, frames) === Method.tunnelling) return say(language, "modeOuter");
  if (before.source !== after.source) return say(language, "modeBoth");
  return say(language, before.destination === after.destination ? "modeMac" : "modeDestination");
}
