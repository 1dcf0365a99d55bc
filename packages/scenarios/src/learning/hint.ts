/** One hint: where the walk of a request first leaves the way that it takes in the reference run. */
import { formatIpv4Address, type Ipv4Address } from "@lvsim/core";
import type { Expectation } from "../lab-file/step-schema.ts";
import type { Bilingual } from "../lab-file/words.ts";
import type { LabRun, RequestRun } from "../run/lab-run.ts";
import { exchangeOf } from "../views/exchange.ts";
import { ownershipOf } from "../views/ownership.ts";
import { chosenServer, Owners, partingOf, type Station, stationsOf, type Way } from "./stations.ts";

/** Whom a host took for the owner of an address when it sent there. */
interface Belief {
  readonly host: string;
  readonly address: string;
  readonly owner: string;
}

export type Hint =
  | {
      readonly kind: "parting";
      /** Number of the request, from 1. */
      readonly request: number;
      /** What was on its way: the request, its answer, or what followed. */
      readonly side: "request" | "reply" | "rest";
      /** The last station that both runs have; null when there is none. */
      readonly after: Station | null;
      /** Null when the way ends here. */
      readonly expected: Station | null;
      readonly actual: Station | null;
      readonly belief: Belief | null;
    }
  | {
      readonly kind: "shares";
      readonly from: string;
      readonly command: string;
      /** `rs1 3, rs2 1`. */
      readonly expected: string;
      readonly actual: string;
    }
  | { readonly kind: "author"; readonly text: Bilingual };

/** What to look at first, of a check that does not hold; null when nothing can be said. */
export function hintFor(failed: Expectation, expected: LabRun | null, actual: LabRun): Hint | null {
  const found = expected === null ? null : compared(failed, expected, actual);
  if (found !== null) return found;
  return failed.hint === undefined ? null : { kind: "author", text: failed.hint };
}

function compared(failed: Expectation, expected: LabRun, actual: LabRun): Hint | null {
  const runs = { expected: new Owners(expected), actual: new Owners(actual) };
  for (const [i, request] of actual.requests.entries()) {
    const model = expected.requests[i];
    if (model === undefined || !concerns(failed, request)) continue;
    const parting = partingIn(expected, model, actual, request, runs);
    if (parting !== null) return { ...parting, kind: "parting", request: i + 1 };
  }
  return sharesHint(failed, expected, actual);
}

const concerns = ({ requests }: Expectation, { from, command }: RequestRun): boolean =>
  requests === undefined ||
  ((requests.from === undefined || requests.from === from) &&
    (requests.run === undefined || command.includes(requests.run)));

type Parting = Omit<Hint & { readonly kind: "parting" }, "kind" | "request">;

function partingIn(
  expected: LabRun,
  model: RequestRun,
  actual: LabRun,
  request: RequestRun,
  owners: { readonly expected: Owners; readonly actual: Owners },
): Parting | null {
  if (model.frame === 0) return null;
  const ways = [
    waysOf(expected, model, owners.expected),
    waysOf(actual, request, owners.actual),
  ] as const;
  for (const side of ["request", "reply"] as const) {
    const [should, does] = [ways[0][side], ways[1][side]];
    const at = partingOf(should, does);
    if (at < 0) continue;
    const here = does.stations[at] ?? null;
    return {
      side,
      after: does.stations[at - 1] ?? null,
      expected: should.stations[at] ?? null,
      actual: here,
      belief: here?.kind === "sent" ? beliefOf(actual, here, owners.actual) : null,
    };
  }
  const lost = (run: LabRun, rest: readonly number[], of: Owners): Station | undefined =>
    stationsOf(run.frames, new Set(rest), of).find(({ kind }) => kind === "dropped");
  const end = lost(actual, ways[1].rest, owners.actual);
  if (end === undefined || lost(expected, ways[0].rest, owners.expected) !== undefined) return null;
  return { side: "rest", after: null, expected: null, actual: end, belief: null };
}

function waysOf(
  run: LabRun,
  of: RequestRun,
  owners: Owners,
): { readonly request: Way; readonly reply: Way; readonly rest: readonly number[] } {
  const { request, reply, rest } = exchangeOf(run, of);
  const forth = stationsOf(run.frames, request, owners);
  const server = chosenServer(forth);
  return {
    request: { stations: forth, server, owners },
    reply: { stations: stationsOf(run.frames, reply, owners), server, owners },
    rest,
  };
}

/** Who said that the address of the packet's next hop is there; null for a hop by way of a gateway. */
function beliefOf(
  run: LabRun,
  { host, header, to, index }: Station & { readonly kind: "sent" },
  owners: Owners,
): Belief | null {
  const address = header.destination as Ipv4Address;
  const before = run.events.filter((event) => event.index <= index);
  const { beliefs } = ownershipOf({ events: before }, address);
  const held = beliefs.find((belief) => belief.host === host);
  if (held === undefined || owners.ofMac(held.owner) !== to) return null;
  return { host, address: formatIpv4Address(address), owner: to };
}

/** Requests of one kind that servers share otherwise than they should. */
function sharesHint(failed: Expectation, expected: LabRun, actual: LabRun): Hint | null {
  const should = sharesOf(expected);
  const namesServers = failed.requests?.server !== undefined || failed.trace?.address !== undefined;
  for (const { from, command, counts } of sharesOf(actual)) {
    const model = should.find((one) => one.from === from && one.command === command);
    if (model === undefined) continue;
    const differs =
      sizes(counts) !== sizes(model.counts) ||
      (namesServers && listed(counts) !== listed(model.counts));
    if (differs)
      return {
        kind: "shares",
        from,
        command,
        expected: listed(model.counts),
        actual: listed(counts),
      };
  }
  return null;
}

interface Shares {
  readonly from: string;
  readonly command: string;
  readonly counts: Map<string, number>;
}

function sharesOf({ requests }: LabRun): Shares[] {
  const all: Shares[] = [];
  for (const { from, command, server } of requests) {
    let shares = all.find((one) => one.from === from && one.command === command);
    if (shares === undefined) {
      shares = { from, command, counts: new Map() };
      all.push(shares);
    }
    const name = server ?? "–";
    shares.counts.set(name, (shares.counts.get(name) ?? 0) + 1);
  }
  return all;
}

const sizes = (counts: ReadonlyMap<string, number>): string =>
  [...counts.values()].sort((a, b) => a - b).join();

const listed = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
