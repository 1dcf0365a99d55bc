/** The requests: which real server answered each, whether the shares equal the weights, and why one had no answer. */
import type { DroppedEvent, SchedulerName, VirtualServiceConfig } from "@lvsim/core";
import type { LabRun, RequestRun } from "../run/lab-run.ts";
import { flow, hanging, wrap } from "./layout.ts";
import type { Names } from "./names.ts";
import { type Line, line, type Page, span } from "./styled.ts";
import { listOf, say } from "./texts.ts";

/** Schedulers that look at weights. */
const WEIGHTED: readonly SchedulerName[] = ["wrr", "wlc", "sed", "nq", "mh", "sh", "twos"];
const BODY_MOST = 24;
/** So many requests are shown with the numbers of their packets. */
const NUMBERED_MOST = 12;

/** Requests that followed from one entry of the traffic. */
interface Group {
  readonly requests: readonly RequestRun[];
  /** The lab's own words about it; "" for none. */
  readonly note: string;
}

export function requestLines(run: LabRun, names: Names, page: Page): Line[] {
  return groupsOf(run, page).flatMap((group) =>
    group.requests.length > 1
      ? seriesLines(run, group, names, page)
      : singleLines(run, group, names, page),
  );
}

function groupsOf(run: LabRun, { language }: Page): Group[] {
  let at = 0;
  // the lab's words are about the lab as it should be
  const asItShouldBe = run.starts.every(({ asExpected }) => asExpected);
  return run.definition.traffic.flatMap(({ times, note }) => {
    const requests = run.requests.slice(at, at + times);
    at += times;
    return requests.length === 0
      ? []
      : [{ requests, note: asItShouldBe ? (note?.[language] ?? "") : "" }];
  });
}

const answered = ({ status, server }: RequestRun): boolean => status === 0 && server !== null;

function seriesLines(run: LabRun, group: Group, names: Names, page: Page): Line[] {
  const { language } = page;
  const { requests } = group;
  const [first] = requests;
  const count = requests.length;
  const good = requests.filter(answered).length;
  const tone = good === count ? "good" : "bad";
  const outcome =
    good === count
      ? say(language, "allAnswered")
      : say(language, "someAnswered", { answered: good, count });
  const label = `${say(language, "requestsHeading", { count })}   `;
  const command = `  ${first?.from}# ${first?.command}   `;
  const numbered = count <= NUMBERED_MOST;
  const servers = requests.map((request) => whereTo(request, numbered));
  const parts = numbered ? servers : [servers.join(" ")];
  const beside = (heading: string, texts: readonly string[]): string[] =>
    flow(page, texts, " · ", page.columns - page.widthOf(heading));
  const notes = beside(command, [...fairness(run, requests, names, page), ...bodiesOf(requests)]);
  return [
    ...hanging(
      page,
      span(label, "title"),
      beside(label, [...parts, outcome]),
      page.widthOf(label),
      tone,
    ),
    ...(notes.length === 0
      ? [line(command.trimEnd())]
      : hanging(page, span(command), notes, page.widthOf(command))),
    ...requests
      .filter((request) => !answered(request))
      .slice(0, 1)
      .flatMap((request) => failureLines(run, request, group.note, names, page)),
  ];
}

/** `#4 c`: the packet that opened the request, and who took it in. */
function whereTo(request: RequestRun, numbered: boolean): string {
  const server = answered(request) ? (request.server ?? "") : "✗";
  return numbered && request.frame !== 0 ? `#${request.frame} ${server}` : server;
}

function singleLines(run: LabRun, group: Group, names: Names, page: Page): Line[] {
  const [request] = group.requests as [RequestRun];
  const { from, command, stdout } = request;
  if (!answered(request)) return failureLines(run, request, group.note, names, page);
  const note = group.note === "" ? [] : [line("    ", group.note)];
  const body = firstLine(stdout);
  const server = say(page.language, "reached", {
    frame: request.frame,
    host: request.server ?? "",
  });
  return [
    line(span("✓ ", "good"), `${from}# ${command}   ${body}   `, span(server, "dim")),
    ...note,
  ];
}

/** A request without an answer: what the command said, and where its packets ended. */
function failureLines(
  run: LabRun,
  request: RequestRun,
  note: string,
  names: Names,
  page: Page,
): Line[] {
  const { language } = page;
  const { from, command, stderr, status } = request;
  const words = firstLine(stderr);
  const seconds = ((request.endedAt - request.beganAt) / 1e9).toFixed(3);
  const outcome = say(language, "noAnswer", { status, seconds });
  const because = lastDrop(run, request);
  const lines = [
    line(span("✗ ", "bad"), `${from}# ${command}   `, span(outcome, "bad")),
    ...(words === "" ? [] : [line("    ", words)]),
  ];
  if (because !== undefined)
    for (const text of wrap(page, dropText(because, names, page), page.columns - 4))
      lines.push(line("    ", span(text, "bad")));
  if (note !== "")
    for (const text of wrap(page, note, page.columns - 4)) lines.push(line("    ", text));
  return lines;
}

/** Who dropped what, and why. */
function dropText(
  { place, frame, reason, decider, header }: DroppedEvent,
  names: Names,
  page: Page,
) {
  const { language } = page;
  const host = names.hostOf(place) || place;
  const owns = names.ownersOf(header.source).some((owner) => owner.host === host);
  if (reason === "ip-martian-source" && owns)
    return say(language, "ownSource", {
      host,
      frame,
      reason,
      address: names.address(header.source),
    });
  const why = decider === null ? "" : ` (${decider.describe()})`;
  return `${say(language, "droppedAt", { host, frame, reason })}${why}`;
}

const firstLine = (text: string): string => text.trim().split("\n")[0] ?? "";

/** Where a packet of the exchange ended last; nothing counts that only overheard it. */
function lastDrop(run: LabRun, request: RequestRun): DroppedEvent | undefined {
  const family = request.frame === 0 ? [] : run.frames.family(request.frame);
  return family.findLast(
    (event): event is DroppedEvent =>
      event.kind === "dropped" &&
      event.at <= request.endedAt &&
      !["other-host", "arp-not-for-us", "arp-ignored"].includes(event.reason),
  );
}

/** What each server says, once; nothing when they only say their names. */
function bodiesOf(requests: readonly RequestRun[]): string[] {
  const bodies = new Map<string, string>();
  for (const request of requests) {
    const body = firstLine(request.stdout);
    if (answered(request) && body.length <= BODY_MOST && body !== request.server)
      bodies.set(request.server ?? "", body);
  }
  return [...bodies].map(([server, body]) => `${server}: "${body}"`);
}

/** `b 3/6, c 3/6` and whether that is what the weights ask for; nothing when there is nothing to share. */
function fairness(
  run: LabRun,
  requests: readonly RequestRun[],
  names: Names,
  page: Page,
): string[] {
  const { language } = page;
  const served = requests.filter(answered);
  const shares = sharesOf(run, served, names);
  if (served.length === 0 || shares.length < 2) return [];
  const deviation = Math.max(
    ...shares.map(({ count, due }) => Math.abs(count / served.length - due)),
  );
  const verdict =
    deviation < 1e-9
      ? say(language, "shareEquals")
      : say(language, "shareDiffers", { deviation: (deviation * 100).toFixed(1) });
  const said = shares.map(({ host, count }) => `${host} ${count}/${served.length}`);
  return [listOf(language, said), verdict];
}

interface Share {
  readonly host: string;
  readonly count: number;
  /** The part that its weight asks for, of 1. */
  readonly due: number;
}

/** Of the first virtual service whose real servers answered. */
function sharesOf(run: LabRun, served: readonly RequestRun[], names: Names): Share[] {
  const services = run.hosts.flatMap(({ after }) => after.ipvs.services);
  const hostsOf = ({ realServers }: VirtualServiceConfig): string[] =>
    realServers.map(({ address }) => names.hostAt(address));
  const service = services.find((one) =>
    hostsOf(one).some((host) => served.some(({ server }) => server === host)),
  );
  if (service === undefined) return [];
  const weightOf = (weight: number): number =>
    WEIGHTED.includes(service.scheduler) ? weight : Math.min(weight, 1);
  const total = service.realServers.reduce((sum, { weight }) => sum + weightOf(weight), 0);
  return service.realServers
    .map(({ address, weight }) => {
      const host = names.hostAt(address);
      const count = served.filter(({ server }) => server === host).length;
      return { host, count, due: total === 0 ? 0 : weightOf(weight) / total };
    })
    .reverse();
}
