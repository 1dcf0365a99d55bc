/** A kind of fault, and one that was planted. */
import type { Bilingual } from "../lab-file/words.ts";
import type { Draw } from "./draw.ts";
import type { Edit } from "./edit.ts";
import type { Place, Site } from "./places.ts";

export interface Fault {
  /** Name of its kind. */
  readonly kind: string;
  /** The machine that has it, or the first of several. */
  readonly at: string;
  readonly says: Bilingual;
  readonly edits: readonly Edit[];
}

export interface FaultKind {
  /** Words with hyphens between. */
  readonly name: string;
  /** Whether it stands in what everybody looks at first. */
  readonly isEasy: boolean;
  /** Null where the lab has nothing to be broken so. */
  plant(site: Site, draw: Draw): Omit<Fault, "kind"> | null;
}

export const fault = (
  { name }: Place,
  en: string,
  zh: string,
  ...edits: readonly Edit[]
): Omit<Fault, "kind"> => ({ at: name, says: { en, zh }, edits });

export const lineComes = ({ name }: Place, is: string, after: string | null = null): Edit => ({
  on: name,
  was: null,
  is,
  after,
});

export const lineBecomes = ({ name }: Place, was: string, is: string): Edit => ({
  on: name,
  was,
  is,
  after: null,
});
