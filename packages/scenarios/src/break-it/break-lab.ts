/**
 * The break-it generator: from a seed and a level a lab that works, and the same lab with faults in it, each with the change
 * that takes it back. Both are played: what is planted must show, each fault by itself.
 */
import { AssertionError, assert, createRng } from "@lvsim/core";
import type { Lab } from "../lab/lab.ts";
import type { Wish } from "../lab/replay-stage.ts";
import { labOf } from "../lab-file/read.ts";
import type { LabDefinition, LabSource } from "../lab-file/schema.ts";
import { Draw } from "./draw.ts";
import { edited } from "./edit.ts";
import type { Fault, FaultKind } from "./fault-kind.ts";
import { FAULT_KINDS } from "./kinds/index.ts";
import type { Site } from "./places.ts";
import { drawPlan } from "./plan.ts";
import { SHAPES, type Shape } from "./shapes.ts";
import { buildSite } from "./site.ts";
import { type Behaviour, behaviourOf, type Symptom, wellBeing } from "./symptom.ts";

/** From 1, an easy fault, to 5, three of any kind. */
export const LEVELS = 5;

export interface BreakOptions {
  /** A whole number as text; another one makes another lab. */
  readonly seed: string;
  /** 1: one that everybody looks at first; 2: one of any kind; 3 and 4: two; 5: three. */
  readonly level: number;
  /** Topologies to choose from, by name; all unless said. */
  readonly shapes?: readonly string[];
  /** Kinds of faults to choose from, by name; all unless said. */
  readonly kinds?: readonly string[];
}

export interface BrokenLab {
  readonly shape: string;
  readonly healthy: LabDefinition;
  /** As it is written, with the faults in it and no word about them. */
  readonly source: LabSource;
  readonly broken: LabDefinition;
  /** The answer. */
  readonly faults: readonly Fault[];
  readonly symptoms: readonly Symptom[];
  /** Whether all that the lab's users wish for holds: requests that are well, real servers that get some. */
  readonly wish: Wish<Lab>;
}

const FAULTS_BY_LEVEL = [0, 1, 1, 2, 2, 3];
const LABS_MAX = 20;
const TRIES_PER_FAULT = 60;

export const faultKindNames = (): string[] => FAULT_KINDS.map(({ name }) => name);
export const shapeNames = (): string[] => SHAPES.map(({ name }) => name);

/** The seed with which made labs are played. */
const PLAY_SEED = "1";

export function breakLab(options: BreakOptions): BrokenLab {
  const { seed, level, shapes, kinds } = options;
  assert(level >= 1 && level <= LEVELS, `level: 1 to ${LEVELS}`);
  const places = SHAPES.filter(({ name }) => shapes?.includes(name) ?? true);
  const usable = FAULT_KINDS.filter(
    ({ name, isEasy }) => (kinds?.includes(name) ?? true) && (level > 1 || isEasy),
  );
  assert(places.length > 0 && usable.length > 0, "a topology and a kind of fault");
  const draw = new Draw(createRng(seed).stream("break-it").stream(`level ${level}`));
  for (let i = 0; i < LABS_MAX; i++) {
    const made = new Breaker(draw.of(`lab ${i}`), places, usable).break(
      FAULTS_BY_LEVEL[level] ?? 1,
    );
    if (made !== null) return made;
  }
  throw new AssertionError(`seed ${seed} makes no lab that these faults break`);
}

class Breaker {
  private readonly draw: Draw;
  private readonly site: Site;
  private readonly kinds: readonly FaultKind[];

  constructor(draw: Draw, shapes: readonly Shape[], kinds: readonly FaultKind[]) {
    this.draw = draw;
    this.kinds = kinds;
    this.site = buildSite(drawPlan(draw.of("plan"), draw.one(shapes) ?? null));
  }

  break(wanted: number): BrokenLab | null {
    const { site, draw } = this;
    const healthy = labOf(site.source);
    const well = behaviourOf(site, healthy, PLAY_SEED, null);
    if (!well.isStarted || well.symptoms.length > 0) return null;
    const faults: Fault[] = [];
    for (let i = 0; i < TRIES_PER_FAULT * wanted && faults.length < wanted; i++) {
      const kind = draw.one(this.kinds);
      if (kind === undefined || faults.some((one) => one.kind === kind.name)) continue;
      const planted = kind.plant(site, draw.of(`fault ${i}`));
      const next = planted === null ? null : { ...planted, kind: kind.name };
      if (next !== null && this.shows(next, well) && this.fits([...faults, next], well))
        faults.push(next);
    }
    if (faults.length < wanted) return null;
    const source = titled(
      edited(
        site.source,
        faults.flatMap(({ edits }) => [...edits]),
      ),
    );
    const { symptoms } = this.seen(faults, well) ?? { symptoms: [] };
    return {
      shape: site.plan.shape.name,
      healthy,
      source,
      broken: labOf(source),
      faults,
      symptoms,
      wish: wellBeing(site, well.serving),
    };
  }

  /** Whether the fault alone is seen by somebody. */
  private shows(fault: Fault, well: Behaviour): boolean {
    const seen = this.seen([fault], well);
    return seen?.isStarted === true && seen.symptoms.length > 0;
  }

  /** Whether the faults can stand together. */
  private fits(faults: readonly Fault[], well: Behaviour): boolean {
    if (faults.length === 1) return true;
    const seen = this.seen(faults, well);
    return seen?.isStarted === true && seen.symptoms.length > 0;
  }

  private seen(faults: readonly Fault[], { serving }: Behaviour): Behaviour | null {
    const source = edited(
      this.site.source,
      faults.flatMap(({ edits }) => [...edits]),
    );
    return source === null ? null : behaviourOf(this.site, labOf(source), PLAY_SEED, serving);
  }
}

function titled(source: LabSource | null): LabSource {
  assert(source !== null, "edits that fitted");
  return {
    ...source,
    title: { en: "Something is wrong here", zh: "这里有问题" },
    about: {
      en: "Clients ask, and not all is as it should be. Find out why, and mend it.",
      zh: "客户端发出请求,但结果并不都正常。找出原因并修复。",
    },
  };
}
