/** The walk of a request and its first answer: every hop in the order in which it happened. */
import { type FrameHeader, HookPoint } from "@lvsim/core";
import type { LabRun, RequestRun } from "../run/lab-run.ts";
import { type ArpBeside, arpKey, arpOf } from "./arp-rows.ts";
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
  const arp = arpOf(run, exchange.arp, names, page);
  const context = { run, names, page, arp: arp.beside, opening: request.frame };
  const rows = [
    ...sideRows(context, exchange.request, "request"),
    ...sideRows(context, exchange.reply, "reply"),
    ...arp.rows,
  ].sort((a, b) => a.index - b.index);
  return { rows, rest: restOf(run, exchange) };
}

function restOf(run: LabRun, { rest }: Exchange): number[] {
  return rest.filter((frame) => firstHeader(run.frames, frame)?.inner === null);
}

interface SideContext {
  readonly run: LabRun;
  readonly names: Names;
  readonly page: Page;
  readonly arp: ArpBeside;
  /** The frame that the walk begins with. */
  readonly opening: number;
}

function sideRows(context: SideContext, frames: ReadonlySet<number>, side: Side): WalkRow[] {
  const { run, names, page, arp, opening } = context;
  const passages = [...frames]
    .flatMap((frame) => passagesOf(run.frames, frame, names))
    .filter((passage) => !isBystander(passage));
  return passages.flatMap((passage) => {
    const entered = headerIn(passage) ?? carriedInto(passages, passage, run);
    const carrier = carrierOf(passages, passage, run);
    const leaving = departure(passage) ?? (carrier === undefined ? undefined : departure(carrier));
    return passageRows({
      run,
      names,
      page,
      side,
      passage,
      entered,
      left: leaving?.header ?? null,
      arp: arp.get(arpKey(passage.host, passage.frame)) ?? [],
      opens: passage.frame === opening && entered === null,
    });
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

/** For a packet that left inside another: that one's passage. */
function carrierOf(
  passages: readonly Passage[],
  { frame, host }: Passage,
  run: LabRun,
): Passage | undefined {
  return passages.find(
    (other) =>
      other.host === host &&
      run.frames.parentOf(other.frame)?.parent === frame &&
      verdicts(other).some(({ hook }) => hook === HookPoint.localOut),
  );
}
