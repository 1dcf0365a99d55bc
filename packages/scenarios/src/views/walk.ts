/** The walk of a request and its first answer: every hop in the order in which it happened. */
import { type FrameHeader, HookPoint } from "@lvsim/core";
import type { LabRun, RequestRun } from "../run/lab-run.ts";
import { arpRows } from "./arp-rows.ts";
import { type Exchange, exchangeOf, firstHeader } from "./exchange.ts";
import type { Names } from "./names.ts";
import { departure, drops, headerIn, type Passage, passagesOf, verdicts } from "./passage.ts";
import { passageRows } from "./passage-rows.ts";
import type { Page } from "./styled.ts";
import type { Side, WalkRow } from "./walk-row.ts";

/** Rows of the walk, and the frames that follow when the request and its first answer are through. */
export interface Walk {
  readonly rows: readonly WalkRow[];
  readonly rest: readonly number[];
}

export function walkOf(run: LabRun, request: RequestRun, names: Names, page: Page): Walk {
  if (request.frame === 0) return { rows: [], rest: [] };
  const exchange = exchangeOf(run, request);
  const rows = [
    ...sideRows(run, exchange.request, "request", names, page),
    ...sideRows(run, exchange.reply, "reply", names, page),
    ...arpRows(run, exchange.arp, "request", names, page),
  ].sort((a, b) => a.index - b.index);
  return { rows, rest: restOf(run, exchange) };
}

function restOf(run: LabRun, { rest }: Exchange): number[] {
  return rest.filter((frame) => firstHeader(run.frames, frame)?.inner === null);
}

function sideRows(
  run: LabRun,
  frames: ReadonlySet<number>,
  side: Side,
  names: Names,
  page: Page,
): WalkRow[] {
  const passages = [...frames]
    .flatMap((frame) => passagesOf(run.frames, frame, names))
    .filter((passage) => !isBystander(passage));
  return passages.flatMap((passage) => {
    const entered = headerIn(passage) ?? carriedInto(passages, passage, run);
    const left = departure(passage)?.header ?? departureOfCarrier(passages, passage, run);
    return passageRows({ run, names, page, side, passage, entered, left });
  });
}

/** A host that heard a flooded frame for somebody else. */
const isBystander = (passage: Passage): boolean =>
  verdicts(passage).length === 0 && drops(passage).some(({ reason }) => reason === "other-host");

/** For a tunnel packet that this host made: the header with which the packet inside had come in. */
function carriedInto(
  passages: readonly Passage[],
  { frame, host }: Passage,
  run: LabRun,
): FrameHeader | null {
  const parent = run.frames.parentOf(frame)?.parent ?? 0;
  const inside = passages.find((other) => other.host === host && other.frame === parent);
  return inside === undefined ? null : headerIn(inside);
}

/** For a packet that left inside another: that one's header as it left. */
function departureOfCarrier(
  passages: readonly Passage[],
  { frame, host }: Passage,
  run: LabRun,
): FrameHeader | null {
  const carrier = passages.find(
    (other) =>
      other.host === host &&
      run.frames.parentOf(other.frame)?.parent === frame &&
      verdicts(other).some(({ hook }) => hook === HookPoint.localOut),
  );
  return carrier === undefined ? null : (departure(carrier)?.header ?? null);
}
