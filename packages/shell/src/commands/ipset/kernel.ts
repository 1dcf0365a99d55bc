/** What ipset needs of the kernel of its namespace. */
import type {
  ElementConfig,
  ElementError,
  ListPlace,
  LiveElement,
  SetConfig,
  SetError,
  SetSpec,
} from "@lvsim/core";

/** One element to add or to delete. */
export interface ElementEdit {
  readonly element: ElementConfig;
  readonly place: ListPlace | null;
}

export interface IpsetKernel {
  /** In the order of the kernel's indices. */
  readonly sets: readonly SetConfig[];
  create(spec: SetSpec, exist: boolean): SetError | null;
  /** One set, or all for null. */
  destroy(name: string | null, isUsed: (name: string) => boolean): SetError | null;
  rename(name: string, newName: string, isUsed: (name: string) => boolean): SetError | null;
  swap(name: string, other: string): SetError | null;
  /** Whether rules or lists name the set, and how often. */
  references(name: string): number;
  /** Members whose time has not come. */
  elements(name: string): readonly LiveElement[];
  /** Seconds that a member has left; 0 for ever. */
  secondsLeft(element: LiveElement): number;
  /** Adds one after another until one fails; those before it stay. `exist` lets one that is there be taken anew. */
  add(name: string, edits: Iterable<ElementEdit>, exist: boolean): ElementError | null;
  delete(name: string, edits: Iterable<ElementEdit>, exist: boolean): ElementError | null;
  contains(name: string, edit: ElementEdit): boolean;
  /** One set, or all for null. */
  flush(name: string | null): void;
  drawInitialValue(): number;
}
