/** Tables: for every row the same actions, with the row's inputs filled in, and what they made the network show. */
import { act } from "./actions.ts";
import { fillIn } from "./placeholders.ts";
import type { Json, JsonObject, Recording } from "./recording.ts";
import type { Sockets } from "./sockets.ts";
import type { SeenFrame, Stage } from "./stage.ts";

interface Observe {
  readonly frame: {
    readonly ns: string;
    readonly if?: string;
    readonly op?: string;
    readonly pick: string;
  };
  readonly columns: Readonly<
    Record<string, string | { readonly ns: string; readonly cmd: string }>
  >;
}

/** One row as an object by column; absent trailing values are null. */
function rowObject(columns: readonly string[], row: readonly Json[]): JsonObject {
  return Object.fromEntries(columns.map((column, i) => [column, row[i] ?? null]));
}

export interface PlayedRow {
  readonly expected: JsonObject;
  readonly got: JsonObject;
}

/** Plays row `index` and shows its observed columns on both sides. */
export function playRow(
  recording: Recording,
  row: readonly Json[],
  stage: Stage,
  sockets: Sockets,
): PlayedRow {
  const columns = recording.columns as readonly string[];
  const observedColumns = recording.observed as readonly string[];
  const values = rowObject(columns, row);
  const scope = { ...(recording as unknown as JsonObject), ...values };
  const begin = stage.nowMs;
  stage.clear();
  let error: string | null = null;
  for (const item of fillIn(recording.each_row as Json, scope) as readonly JsonObject[]) {
    const outcome = act(item, stage, sockets);
    error = outcome.error ?? error;
  }
  const got = observe(recording.observe as unknown as Observe, stage, begin, error);
  for (const item of fillIn(recording.reset as Json, scope) as readonly JsonObject[])
    act(item, stage, sockets);
  const pick = (from: JsonObject): JsonObject =>
    Object.fromEntries(observedColumns.map((column) => [column, from[column] ?? null]));
  return { expected: pick(values), got: pick(got) };
}

function observe(spec: Observe, stage: Stage, begin: number, error: string | null): JsonObject {
  const frame = pickFrame(spec.frame, stage.frames);
  return Object.fromEntries(
    Object.entries(spec.columns).map(([column, what]) => [
      column,
      typeof what === "string"
        ? fieldOf(what, frame, stage, begin, error)
        : stage.exec(what.ns, what.cmd).stdout.trim(),
    ]),
  );
}

function pickFrame(spec: Observe["frame"], frames: readonly SeenFrame[]): SeenFrame | undefined {
  const matching = frames.filter((frame) => {
    const arp = frame.content.arp as JsonObject | undefined;
    if (arp === undefined || frame.ns !== spec.ns || frame.dir !== "in") return false;
    if (spec.if !== undefined && frame.if !== spec.if) return false;
    return spec.op === undefined || arp.op === spec.op;
  });
  return spec.pick === "first" ? matching[0] : matching.at(-1);
}

function fieldOf(
  what: string,
  frame: SeenFrame | undefined,
  stage: Stage,
  begin: number,
  error: string | null,
): Json {
  if (what === "exists") return frame !== undefined;
  if (what === "error") return error;
  if (frame === undefined) return null;
  if (what === "if") return frame.if;
  if (what === "delay_ms") return Math.round(frame.at / 1e6 - stage.originMs - begin);
  const [layer, field] = what.split(".") as [string, string];
  return (frame.content[layer] as JsonObject | undefined)?.[field] ?? null;
}
