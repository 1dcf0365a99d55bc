/** One change of a lab as it is written, which can be taken back exactly. */
import type { LabSource } from "../lab-file/schema.ts";

/** A start-up line of a machine that comes, goes or becomes another. */
export interface LineEdit {
  readonly on: string;
  /** Null where a line comes in. */
  readonly was: string | null;
  /** Null where a line goes. */
  readonly is: string | null;
  /** The line before it, where one comes or goes; null for none. */
  readonly after: string | null;
}

/** Any other value: of a device, a gateway, a file. */
interface ValueEdit {
  readonly at: readonly string[];
  /** Null for no value. */
  readonly was: string | null;
  readonly is: string | null;
}

export type Edit = LineEdit | ValueEdit;

export const isLineEdit = (edit: Edit): edit is LineEdit => "on" in edit;

/** What takes an edit back. */
export const inverse = (edit: Edit): Edit => ({ ...edit, was: edit.is, is: edit.was });

/** The lab with all edits made, in order; null when one of them has nothing to change. The one given stays as it is. */
export function edited(lab: LabSource, edits: readonly Edit[]): LabSource | null {
  const copy = structuredClone(lab);
  return edits.every((edit) => (isLineEdit(edit) ? editLine(copy, edit) : editValue(copy, edit)))
    ? copy
    : null;
}

export const linesOf = (lab: LabSource, host: string): string[] =>
  (lab.hosts[host]?.start ?? "").split("\n").filter((line) => line !== "");

function editLine(lab: LabSource, { on, was, is, after }: LineEdit): boolean {
  const host = lab.hosts[on];
  if (host === undefined) return false;
  const lines = linesOf(lab, on);
  const at = was === null ? lines.indexOf(after ?? "") + 1 : lines.indexOf(was);
  const isFound = was === null ? after === null || at > 0 : at >= 0;
  // a line that is there already could not be told from this one
  if (!isFound || (is !== null && lines.includes(is))) return false;
  lines.splice(at, was === null ? 0 : 1, ...(is === null ? [] : [is]));
  if (lines.length === 0) delete host.start;
  else host.start = lines.map((line) => `${line}\n`).join("");
  return true;
}

function editValue(lab: LabSource, { at, was, is }: ValueEdit): boolean {
  let place: Record<string, unknown> = lab;
  for (const key of at.slice(0, -1)) {
    const inner = place[key];
    if (typeof inner !== "object" || inner === null) return false;
    place = inner as Record<string, unknown>;
  }
  const last = at.at(-1) ?? "";
  if ((place[last] ?? null) !== was) return false;
  if (is === null) delete place[last];
  else place[last] = is;
  return true;
}
