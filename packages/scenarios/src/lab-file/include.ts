/**
 * Lab files made of several: `include` names fragments, each of them a part of a lab. Mappings are merged key by key, what
 * includes has the last word; any other value replaces the one before.
 */
import { LabFileError } from "./lab-file-error.ts";
import { readYaml, type YamlText } from "./yaml-text.ts";

/** The text of a fragment by its path, or of a topology that comes with lvsim by its name; undefined when there is none. */
export interface LabFiles {
  read(path: string): string | undefined;
  topology(name: string): string | undefined;
}

/** A file and all that it includes. */
export interface LabTexts {
  readonly value: unknown;
  /** `path:line:column` of the value at `at`, or of the nearest one around it. */
  where(at: readonly PropertyKey[]): string;
  /** The file and line on which the text at `at` begins; null where no text is. */
  textLine(at: readonly PropertyKey[]): { readonly path: string; readonly line: number } | null;
}

const FILES_MAX = 20;
/** A fragment lies beside the file that names it, or in a folder below. */
const FRAGMENT = /^(?:[\w-]+\/)*[\w-]+(?:\.lab)?\.ya?ml$/;
const TOPOLOGY = /^[a-z][a-z-]*$/;

/** Throws `LabFileError`. */
export function readWithIncludes(text: string, path: string, files: LabFiles): LabTexts {
  const reader = new IncludeReader(files);
  const value = reader.read(text, path, []);
  return { value, where: (at) => reader.where(at), textLine: (at) => reader.textLine(at) };
}

class IncludeReader {
  private readonly files: LabFiles;
  /** The first is the one that was asked for. */
  private readonly texts: YamlText[] = [];

  constructor(files: LabFiles) {
    this.files = files;
  }

  read(text: string, path: string, open: readonly string[]): unknown {
    const own = readYaml(text, path);
    this.texts.push(own);
    const { value } = own;
    if (!isMapping(value)) return value;
    const { include } = value;
    if (!Array.isArray(include)) return value;
    let merged: unknown = {};
    for (const [i, wanted] of include.entries()) {
      const refuse = (what: string): never => {
        throw new LabFileError(`${path}:${own.locate(["include", i]).place}: ${what}`);
      };
      if (typeof wanted !== "string") return refuse("include: a list of names");
      merged = merge(merged, this.included(wanted, path, [...open, path], refuse));
    }
    return merge(merged, value);
  }

  where(at: readonly PropertyKey[]): string {
    let best = { path: "", place: "1:1", depth: -1 };
    for (const { path, locate } of this.texts) {
      const { place, depth } = locate(at);
      if (depth > best.depth) best = { path, place, depth };
    }
    return `${best.path}:${best.place}`;
  }

  textLine(at: readonly PropertyKey[]): { path: string; line: number } | null {
    for (const { path, textLine } of this.texts) {
      const line = textLine(at);
      if (line !== null) return { path, line };
    }
    return null;
  }

  private included(
    wanted: string,
    from: string,
    open: readonly string[],
    refuse: (what: string) => never,
  ): unknown {
    if (this.texts.length >= FILES_MAX) refuse(`more than ${FILES_MAX} files in one lab`);
    const isTopology = TOPOLOGY.test(wanted);
    if (!isTopology && !FRAGMENT.test(wanted))
      refuse(
        `include "${wanted}": name a .yml file beside this one or below it, or a topology of lvsim`,
      );
    const path = isTopology ? wanted : from.slice(0, from.lastIndexOf("/") + 1) + wanted;
    if (open.includes(path))
      refuse(`include "${wanted}" goes in a circle: ${[...open, path].join(" → ")}`);
    const text = isTopology ? this.files.topology(wanted) : this.textOf(path, wanted, refuse);
    return text === undefined
      ? refuse(`there is no ${isTopology ? "topology" : "file"} "${wanted}" to include`)
      : this.read(text, path, open);
  }

  /** Whoever reads files says why one cannot be read; a file that is no text has a place of its own. */
  private textOf(
    path: string,
    wanted: string,
    refuse: (what: string) => never,
  ): string | undefined {
    try {
      return this.files.read(path);
    } catch (error) {
      if (error instanceof LabFileError) throw error;
      return refuse(`include "${wanted}": ${(error as Error).message}`);
    }
  }
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `over` on top of `under`. */
function merge(under: unknown, over: unknown): unknown {
  if (!isMapping(under) || !isMapping(over)) return over;
  const merged = new Map(Object.entries(under));
  for (const [key, value] of Object.entries(over))
    merged.set(key, merged.has(key) ? merge(merged.get(key), value) : value);
  return Object.fromEntries(merged);
}
