/** What ipset does to the sets themselves, on a draft of the configuration: all of it, or an error and nothing. */
import type { NetfilterConfig } from "../config.ts";
import type { ElementConfig, IpsetConfig, SetConfig } from "./config.ts";

export interface IpsetDraft {
  nextId: number;
  sets: SetConfig[];
}

export type SetError =
  | "no-set"
  | "set-exists"
  | "set-in-use"
  | "renamed-in-use"
  | "new-name-exists"
  | "no-second-set"
  | "type-mismatch"
  /** A bitmap larger than the kernel allows. */
  | "range-too-large";

/** How a new set is described. */
export type SetSpec = Omit<SetConfig, "id" | "slot" | "elements">;

const indexOf = (draft: { readonly sets: readonly SetConfig[] }, name: string): number =>
  draft.sets.findIndex((set) => set.name === name);

/** IPSET_BITMAP_MAX_RANGE. */
const BITMAP_MAX = 0xffff;

/** Addresses of a bitmap count as networks of its netmask. */
export const bitmapPlaces = ({ type, first, last, netmask }: SetSpec): number =>
  type === "bitmap:ip" ? Math.floor((last - first) / 2 ** (32 - netmask)) + 1 : last - first + 1;

/** Whether `-exist` may take `spec` for the set that is there. */
export const isSameSet = (set: SetConfig, spec: SetSpec): boolean =>
  set.type === spec.type && set.family === spec.family;

/** `exist` lets a set of the same kind stand. */
export function createSet(draft: IpsetDraft, spec: SetSpec, exist: boolean): SetError | null {
  const old = draft.sets[indexOf(draft, spec.name)];
  if (old !== undefined) return exist && isSameSet(old, spec) ? null : "set-exists";
  if (spec.type === "bitmap:ip" && bitmapPlaces(spec) > BITMAP_MAX + 1) return "range-too-large";
  const free = draft.sets.findIndex(({ slot }, index) => slot !== index);
  const slot = free < 0 ? draft.sets.length : free;
  draft.sets.splice(slot, 0, { ...spec, id: draft.nextId++, slot, elements: [] });
  return null;
}

/** How many rules and lists name the set. */
export function setReferences(
  netfilter: NetfilterConfig,
  ipset: IpsetConfig,
  name: string,
): number {
  let count = 0;
  for (const { elements, type } of ipset.sets)
    if (type === "list:set") count += elements.filter((element) => element.set === name).length;
  for (const table of Object.values(netfilter.tables))
    for (const { rules } of table.chains)
      for (const { matches, target, targetOptions } of rules) {
        for (const match of matches)
          if (match.name === "set") count += namesIn(match.options, name);
        if (target === "SET") count += namesIn(targetOptions, name);
      }
  return count;
}

const namesIn = (options: Readonly<Record<string, string>>, name: string): number =>
  Object.keys(options).filter(
    (key) => key.endsWith("-set") && (options[key] as string).startsWith(`${name} `),
  ).length;

/** One set, or all for null: then none goes if one must stay. `isUsed` tells of references. */
export function destroySet(
  draft: IpsetDraft,
  name: string | null,
  isUsed: (name: string) => boolean,
): SetError | null {
  if (name === null) {
    if (draft.sets.some((set) => isUsed(set.name))) return "set-in-use";
    draft.sets = [];
    return null;
  }
  const at = indexOf(draft, name);
  if (at < 0) return "no-set";
  if (isUsed(name)) return "set-in-use";
  draft.sets.splice(at, 1);
  return null;
}

export function renameSet(
  draft: IpsetDraft,
  name: string,
  newName: string,
  isUsed: (name: string) => boolean,
): SetError | null {
  const at = indexOf(draft, name);
  const set = draft.sets[at];
  if (set === undefined) return "no-set";
  if (isUsed(name)) return "renamed-in-use";
  if (indexOf(draft, newName) >= 0) return "new-name-exists";
  draft.sets[at] = { ...set, name: newName };
  return null;
}

/** The two change names, so that rules see the other's content; each stays where it is listed under its name. */
export function swapSets(draft: IpsetDraft, name: string, other: string): SetError | null {
  const first = indexOf(draft, name);
  const set = draft.sets[first];
  if (set === undefined) return "no-set";
  const second = indexOf(draft, other);
  const otherSet = draft.sets[second];
  if (otherSet === undefined) return "no-second-set";
  if (set.type !== otherSet.type || set.family !== otherSet.family) return "type-mismatch";
  draft.sets[first] = { ...otherSet, name, slot: set.slot };
  draft.sets[second] = { ...set, name: other, slot: otherSet.slot };
  return null;
}

/** What the live set holds becomes what is configured. */
export function recordElements(
  draft: IpsetDraft,
  name: string,
  elements: readonly ElementConfig[],
): void {
  const at = indexOf(draft, name);
  const set = draft.sets[at];
  if (set !== undefined) draft.sets[at] = { ...set, elements };
}
