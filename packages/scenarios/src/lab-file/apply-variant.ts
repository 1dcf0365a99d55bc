/** A lab with the changes of one of its variants made: the values of the file, before they are checked. */
import type { LabFault } from "./lab-file-error.ts";
import { type Mapping, own, type Value } from "./values.ts";
import type { Change, Variant } from "./variant-schema.ts";

/** The values with `changes` made and the variant's own checks; or what is wrong with a change, by its keys. */
export function applyVariant(
  values: unknown,
  name: string,
  variant: Variant,
): { readonly values: unknown; readonly faults: readonly LabFault[] } {
  const lab = structuredClone(values) as Mapping;
  const faults: LabFault[] = [];
  variant.change.forEach((change, i) => {
    const fault = apply(lab, change);
    if (fault !== null) faults.push({ at: ["variants", name, "change", i], message: fault });
    const strange = strangeTo(variant.knob, change);
    if (strange !== null)
      faults.push({
        at: ["variants", name, "change", i],
        message: `"${strange}" has nothing of the knob "${variant.knob}"`,
      });
  });
  const written = (lab.variants as Mapping)[name] as Mapping;
  lab.validate = written.validate ?? [];
  delete lab.variants;
  return { values: lab, faults };
}

/** What a change says that the knob does not name; null when all of it is about the knob. */
function strangeTo(knob: string, { line, add, at, to }: Change): string | null {
  const texts = at === undefined ? [line, add, to] : [`${at.join(".")} ${JSON.stringify(to)}`];
  for (const text of texts) if (typeof text === "string" && !text.includes(knob)) return text;
  return null;
}

function apply(lab: Mapping, { on, line, add, after, at, to }: Change): string | null {
  if (at !== undefined)
    return on || line || add || after ? FORMS : set(lab, at, to as Value | undefined);
  if (on === undefined || (line === undefined) === (add === undefined)) return FORMS;
  if (to !== undefined && typeof to !== "string") return FORMS;
  const hosts = lab.hosts as Mapping;
  for (const name of on) {
    const host = own(hosts, name) as Mapping | undefined;
    if (host === undefined) return `there is no host "${name}"`;
    const start = typeof host.start === "string" ? host.start : "";
    const edited =
      line === undefined ? withLine(start, add ?? "", after) : withoutLine(start, line, to);
    if (edited === null)
      return `the start of "${name}" has not exactly one line "${line ?? after}"`;
    host.start = edited;
  }
  return null;
}

const FORMS =
  "a change is { on, line, to }, { on, add, after } or { at, to }; without `to` the line or value goes";

function withoutLine(start: string, line: string, to: string | undefined): string | null {
  const lines = start.split("\n");
  const at = onlyPlace(lines, line);
  if (at === null) return null;
  lines.splice(at, 1, ...(to === undefined ? [] : [to]));
  return lines.join("\n");
}

function withLine(start: string, add: string, after: string | undefined): string | null {
  if (after === undefined) return `${start.replace(/\n*$/, start === "" ? "" : "\n")}${add}\n`;
  const lines = start.split("\n");
  const at = onlyPlace(lines, after);
  if (at === null) return null;
  lines.splice(at + 1, 0, add);
  return lines.join("\n");
}

function onlyPlace(lines: readonly string[], wanted: string): number | null {
  const at = lines.findIndex((line) => line.trim() === wanted);
  return at < 0 || lines.some((line, i) => i > at && line.trim() === wanted) ? null : at;
}

function set(lab: Mapping, at: Change["at"] & {}, to: Value | undefined): string | null {
  let place: Value | undefined = lab;
  for (const key of at.slice(0, -1))
    place = typeof place === "object" && place !== null ? own(place as Mapping, key) : undefined;
  const last = at.at(-1) ?? "";
  if (typeof place !== "object" || place === null || last === "__proto__")
    return `there is nothing at ${at.join(".")}`;
  if (to === undefined) delete (place as Mapping)[last];
  else (place as Mapping)[last] = to;
  return null;
}
