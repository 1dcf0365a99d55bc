/**
 * ipset's commands carried out one after another. In restore mode elements of one set wait until another command
 * comes (libipset gathers them into one message): a mistake in a later line leaves out what waits.
 */
import type { ElementError, SetConfig, SetError } from "@lvsim/core";
import { readAddOptions } from "./add-options.ts";
import type { CommandLine } from "./command-line.ts";
import { checkSetName, readCreateOptions, readType } from "./create-options.ts";
import { type ElementSpec, readElement, spanBounds, specText } from "./element-text.ts";
import { expand } from "./expand.ts";
import type { ElementEdit, IpsetKernel } from "./kernel.ts";
import { listSets } from "./list.ts";
import type { Names } from "./names.ts";
import { misused, Refusal, refuse } from "./problem.ts";
import { ELEMENT_TEXTS, NO_NEIGHBOUR_SET, SET_TEXTS } from "./texts.ts";
import { Words } from "./words.ts";

interface Waiting {
  readonly name: string;
  readonly isAdd: boolean;
  readonly exist: boolean;
  readonly edits: Iterable<ElementEdit>;
  /** What the kernel says of it as a whole; "" when it takes it. */
  readonly complaint: string;
  readonly line: number;
}

/** "before" and "after" may be told where they may not stand: ranges of elements that only `add` and `del` take. */
function checkTestable(spec: ElementSpec, { type, family }: SetConfig): void {
  const kind = `in command test with set type ${type} and family`;
  const isRange = (form: string): boolean => form === "range";
  if (type === "bitmap:port" || spec.ports.first !== spec.ports.last) {
    if (spec.ports.first !== spec.ports.last)
      refuse(
        `FROM-TO port range is not allowed ${kind} ${type === "bitmap:port" ? "unspec" : family}`,
      );
    return;
  }
  // hash:ip and bitmap:ip look at the first address
  if (type === "hash:ip" || type === "bitmap:ip") return;
  if (isRange(spec.address.form) || isRange(spec.second.form))
    refuse(`FROM-TO IP range is not allowed ${kind} ${family}`);
  if (spec.address.form === "network" && type.startsWith("hash:ip"))
    refuse(`IP/CIDR range is not allowed ${kind} ${family}`);
}

/** A bitmap takes a range as a whole or not at all. */
function bitmapComplaint(spec: ElementSpec, { type, first, last }: SetConfig): string {
  if (!type.startsWith("bitmap:")) return "";
  const { ports } = spec;
  const [from, to] = type === "bitmap:port" ? [ports.first, ports.last] : spanBounds(spec.address);
  return from < first || to > last ? ELEMENT_TEXTS["out-of-range"] : "";
}

export class Session {
  stdout = "";
  stderr = "";
  private readonly kernel: IpsetKernel;
  private readonly names: Names;
  private readonly restores: boolean;
  private waiting: Waiting[] = [];

  constructor(kernel: IpsetKernel, names: Names, restores: boolean) {
    this.kernel = kernel;
    this.names = names;
    this.restores = restores;
  }

  /** Carries the command out; the exit status of one that is no mistake. `line` is 0 outside restore. */
  run(command: CommandLine, line: number): number {
    const { words } = command;
    const [name = "", second = ""] = words;
    checkSetName(name);
    switch (command.command) {
      case "create":
        this.flushWaiting();
        this.create(name, second, words.slice(2), command.exist);
        return 0;
      case "add":
      case "del":
        this.edit(command, line);
        return 0;
      case "test":
        this.flushWaiting();
        return this.test(name, second, words.slice(2), command.quiet);
      default:
        this.flushWaiting();
        this.runOnSets(command);
        return 0;
    }
  }

  /** Sends what waits to the kernel. */
  flushWaiting(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const { name, isAdd, edits, exist, complaint, line } of waiting) {
      if (complaint !== "") throw new LineRefusal(complaint, line);
      const { kernel } = this;
      const error = isAdd ? kernel.add(name, edits, exist) : kernel.delete(name, edits, exist);
      if (error !== null) throw new LineRefusal(elementText(error), line);
    }
  }

  private runOnSets(command: CommandLine): void {
    const { kernel } = this;
    const [name, second = ""] = command.words;
    const isUsed = (set: string): boolean => kernel.references(set) > 0;
    switch (command.command) {
      case "destroy":
        return this.must(kernel.destroy(name ?? null, isUsed));
      case "flush":
        if (name !== undefined) this.setNamed(name);
        return kernel.flush(name ?? null);
      case "rename":
        checkSetName(second);
        return this.must(kernel.rename(name ?? "", second, isUsed));
      case "swap":
        checkSetName(second);
        return this.must(kernel.swap(name ?? "", second));
      case "list":
      case "save":
        this.list(command);
    }
  }

  private must(error: SetError | null): void {
    if (error !== null) refuse(SET_TEXTS[error]);
  }

  private isSet(name: string): boolean {
    return this.kernel.sets.some((set) => set.name === name);
  }

  private setNamed(name: string): SetConfig {
    const found = this.kernel.sets.find((set) => set.name === name);
    return found ?? refuse(SET_TEXTS["no-set"]);
  }

  private create(name: string, typeName: string, words: readonly string[], exist: boolean): void {
    const { kernel, names } = this;
    const type = readType(typeName);
    const spec = readCreateOptions(name, type, new Words(words), names, kernel.drawInitialValue());
    this.must(kernel.create(spec, exist));
  }

  private edit({ command, words, exist }: CommandLine, line: number): void {
    const [name = "", text = "", ...rest] = words;
    const set = this.setNamed(name);
    const isAdd = command === "add";
    const spec = readElement(text, set.type, this.names);
    const { place, unsupported, ...options } = readAddOptions(
      set,
      new Words(rest),
      isAdd ? "add" : "del",
    );
    if (place !== null) {
      if (!this.isSet(spec.set)) refuse(ELEMENT_TEXTS["no-member"]);
      if (!this.isSet(place.set)) refuse(NO_NEIGHBOUR_SET);
    }
    const complaint = unsupported !== "" ? unsupported : bitmapComplaint(spec, set);
    const timeout = options.timeout ?? set.timeout ?? 0;
    function* edits(): Generator<ElementEdit> {
      for (const element of expand(spec, set))
        yield { element: { ...element, ...options, timeout }, place };
    }
    const [latest] = this.waiting;
    if (latest !== undefined && (latest.name !== name || latest.isAdd !== isAdd))
      this.flushWaiting();
    this.waiting.push({ name, isAdd, exist, edits: edits(), complaint, line });
    if (!this.restores) this.flushWaiting();
  }

  private test(name: string, text: string, words: readonly string[], quiet: boolean): number {
    const set = this.setNamed(name);
    const spec = readElement(text, set.type, this.names);
    const { place } = readAddOptions(set, new Words(words), "test");
    checkTestable(spec, set);
    const [element] = expand(spec, set);
    const found = element !== undefined && this.kernel.contains(name, { element, place });
    // whichever was asked, ipset 7.17 says "after"
    const beside = place === null ? "" : ` after ${place.set}`;
    const what = `${specText(spec, set.type)}${beside}`;
    if (!quiet)
      this.stderr += found
        ? `Warning: ${what} is in set ${name}.\n`
        : `${what} is NOT in set ${name}.\n`;
    return found ? 0 : 1;
  }

  private list({ command, words, mode, sorted, namesOnly, terse }: CommandLine): void {
    const { kernel } = this;
    const [name] = words;
    const sets = name === undefined ? kernel.sets : [this.setNamed(name)];
    const style = {
      mode: mode ?? (command === "save" ? "save" : "plain"),
      sorted,
      namesOnly: namesOnly && command === "list",
      terse: terse && command === "list",
    } as const;
    this.stdout += listSets(sets, kernel, style);
  }
}

/** A refusal about an earlier line, which waited. */
export class LineRefusal extends Refusal {
  readonly line: number;

  constructor(text: string, line: number) {
    super(text);
    this.line = line;
  }
}

const elementText = (error: ElementError): string => ELEMENT_TEXTS[error];

/** Commands that make no sense among others in a file. */
export const refuseInRestore = (name: string): never =>
  misused(`Command \`${name}' is invalid in restore mode.`);
