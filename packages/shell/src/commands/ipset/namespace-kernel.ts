/** One namespace as ipset sees it: live sets do the work, and the configuration is told what they hold then. */
import {
  type ChangeOrigin,
  createSet,
  destroySet,
  type ElementError,
  type IpsetDraft,
  type LiveElement,
  type LiveSet,
  type NetworkNamespace,
  recordElements,
  renameSet,
  type SetConfig,
  type SetError,
  type SetSpec,
  setReferences,
  swapSets,
  tickOf,
} from "@lvsim/core";
import type { ElementEdit, IpsetKernel } from "./kernel.ts";

type Edit = (set: LiveSet, edit: ElementEdit) => ElementError | null;

export class NamespaceKernel implements IpsetKernel {
  private readonly namespace: NetworkNamespace;
  private readonly origin: ChangeOrigin;

  constructor(namespace: NetworkNamespace, origin: ChangeOrigin) {
    this.namespace = namespace;
    this.origin = origin;
  }

  get sets(): readonly SetConfig[] {
    return this.namespace.config.ipset.sets;
  }

  create(spec: SetSpec, exist: boolean): SetError | null {
    return this.change((draft) => createSet(draft, spec, exist));
  }

  destroy(name: string | null, isUsed: (name: string) => boolean): SetError | null {
    return this.change((draft) => destroySet(draft, name, isUsed));
  }

  rename(name: string, newName: string, isUsed: (name: string) => boolean): SetError | null {
    return this.change((draft) => renameSet(draft, name, newName, isUsed));
  }

  swap(name: string, other: string): SetError | null {
    return this.change((draft) => swapSets(draft, name, other));
  }

  references(name: string): number {
    const { netfilter, ipset } = this.namespace.config;
    return setReferences(netfilter, ipset, name);
  }

  elements(name: string): readonly LiveElement[] {
    return this.live(name)?.elements() ?? [];
  }

  secondsLeft(element: LiveElement): number {
    return element.secondsLeft(tickOf(this.namespace.engine.now));
  }

  add(name: string, edits: Iterable<ElementEdit>, exist: boolean): ElementError | null {
    return this.edit(name, edits, (set, { element, place }) => set.add(element, exist, place));
  }

  delete(name: string, edits: Iterable<ElementEdit>, exist: boolean): ElementError | null {
    return this.edit(name, edits, (set, { element, place }) => {
      const error = set.delete(element, place);
      return error === "no-element" && exist ? null : error;
    });
  }

  contains(name: string, { element, place }: ElementEdit): boolean {
    return this.live(name)?.contains(element, place) === true;
  }

  flush(name: string | null): void {
    for (const set of this.sets)
      if (name === null || set.name === name) {
        this.live(set.name)?.flush();
        this.record(set.name);
      }
  }

  drawInitialValue(): number {
    return this.namespace.netfilter.sets.drawInitialValue();
  }

  private live(name: string): LiveSet | undefined {
    return this.namespace.netfilter.sets.find(name);
  }

  private edit(name: string, edits: Iterable<ElementEdit>, edit: Edit): ElementError | null {
    const set = this.live(name);
    if (set === undefined) return null;
    let error: ElementError | null = null;
    for (const each of edits) {
      error = edit(set, each);
      if (error !== null) break;
    }
    this.record(name);
    return error;
  }

  private record(name: string): void {
    const elements = this.elements(name).map(({ config }) => config);
    const before = this.sets.find((set) => set.name === name)?.elements ?? [];
    const isSame =
      elements.length === before.length && elements.every((config, i) => config === before[i]);
    if (isSame) return;
    this.change((draft) => {
      recordElements(draft, name, elements);
      return null;
    });
  }

  private change(edit: (draft: IpsetDraft) => SetError | null): SetError | null {
    let error: SetError | null = null;
    this.namespace.change(this.origin, (draft) => {
      error = edit(draft.ipset as IpsetDraft);
      return error === null ? 0 : 1;
    });
    return error;
  }
}
