/** Matchers about a request: whom it reached, by which way, who answered, where it was lost. */
import { DROP_REASONS, type DropReason } from "@lvsim/core";
import { TestRequest } from "../lab/test-request.ts";
import type { Drop } from "../lab/way.ts";
import { checkHosts, seedOf, type Verdict, verdict, wrongSubject } from "./verdict.ts";

const requestOf = (received: unknown, matcher: string): TestRequest =>
  received instanceof TestRequest
    ? received
    : wrongSubject(matcher, "a request, as testLab(…).ask(…) gives it", received);

const arrows = (way: readonly string[]): string => way.join(" → ");

const dropText = ({ frame, reason, place, because }: Drop): string =>
  `#${frame} lost at ${place}: ${reason}${because === "" ? "" : ` (${because})`}`;

/** What was lost, but for ARP that hosts were not meant to answer. */
const losses = ({ drops }: TestRequest): readonly Drop[] =>
  drops.filter(({ reason }) => reason !== "arp-not-for-us" && reason !== "arp-ignored");

/** How it ended, in a few words. */
function endOf(request: TestRequest): string {
  const { way, server, outcome } = request;
  if (way.length === 0) return `${outcome.from} sent no packet of it`;
  const [first] = losses(request);
  if (server !== null) return `it came by ${arrows(way)}, and ${server} took it in`;
  return `it came by ${arrows(way)}${first === undefined ? "" : `, ${dropText(first)}`}`;
}

/** The walk, what was lost, how the command ended, the directors' tables. */
function evidenceOf(request: TestRequest): string[] {
  const { status, stderr } = request.outcome;
  const said = stderr.trimEnd();
  const ended = `status ${status}${said === "" ? "" : `: ${said}`}`;
  return [
    request.walk.text,
    [...losses(request).map(dropText), ended].join("\n"),
    ...request.tables.map(({ text }) => text),
  ];
}

const judged = (request: TestRequest, pass: boolean, wanted: string, found: string): Verdict =>
  verdict({
    pass,
    subject: request.toString(),
    wanted,
    found,
    evidence: () => evidenceOf(request),
    ...seedOf(request.run),
  });

/** Its first packets come to that host, whose transport takes them in. */
export function toReach(received: unknown, host: string): Verdict {
  const request = requestOf(received, "toReach");
  checkHosts(request.run, [host]);
  return judged(request, request.reached.includes(host), `to reach ${host}`, endOf(request));
}

/** Its first packet comes by exactly these hosts, in this order, its sender included. */
export function toTraverse(received: unknown, ...hosts: readonly string[]): Verdict {
  const request = requestOf(received, "toTraverse");
  checkHosts(request.run, hosts);
  const pass = arrows(request.way) === arrows(hosts);
  return judged(request, pass, `to traverse ${arrows(hosts)}`, endOf(request));
}

/** That host took it in, its answer came back, and the command ended well. */
export function toBeAnsweredBy(received: unknown, host: string): Verdict {
  const request = requestOf(received, "toBeAnsweredBy");
  checkHosts(request.run, [host]);
  const { server, outcome } = request;
  const well = outcome.status === 0;
  const found =
    well && server !== null ? `${server} answered` : `${endOf(request)}; status ${outcome.status}`;
  return judged(request, well && server === host, `to be answered by ${host}`, found);
}

/** A packet of it, of its answer or of the ARP that it needed was lost for that reason, at that host if one is named. */
export function toBeDroppedFor(received: unknown, reason: DropReason, host?: string): Verdict {
  const request = requestOf(received, "toBeDroppedFor");
  if (!DROP_REASONS.includes(reason)) throw new TypeError(`no packet is dropped for ${reason}`);
  if (host !== undefined) checkHosts(request.run, [host]);
  const all = request.drops.filter((drop) => host === undefined || drop.host === host);
  const found = losses(request).map(dropText);
  return judged(
    request,
    all.some((drop) => drop.reason === reason),
    `to be dropped for ${reason}${host === undefined ? "" : ` at ${host}`}`,
    found.length === 0 ? `nothing was lost; ${endOf(request)}` : found.join(", "),
  );
}
