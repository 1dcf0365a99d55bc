/** `lvsim import FILE|FOLDER`: makes a lab file of what there is, and says what it could not carry over. */
import { lstatSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  ImportError,
  type ImportFile,
  type ImportResult,
  importFiles,
  type LabDefinition,
  type Language,
  labOf,
  labText,
} from "@lvsim/scenarios";
import type { Environment } from "../environment.ts";
import { UsageError, unreadable, unwritable } from "../usage-error.ts";

export interface ImportOptions {
  readonly language: Language;
  /** Where the lab goes; null for standard output. */
  readonly out: string | null;
  readonly json: boolean;
}

const FILES_MAX = 2000;
const OCTETS_MAX = 1 << 24;
const DEPTH_MAX = 8;

export function importCommand(
  path: string,
  options: ImportOptions,
  environment: Environment,
): number {
  const result = imported(path);
  const text = labText(result, path);
  if (options.json)
    environment.out(
      `${JSON.stringify({ kind: result.kind, notes: result.notes, lab: result.source })}\n`,
    );
  else if (options.out === null) environment.out(text);
  if (options.out !== null) {
    try {
      writeFileSync(options.out, text);
    } catch (error) {
      throw unwritable(options.out, error);
    }
  }
  if (!options.json) environment.err(summary(result, options));
  return 0;
}

/** The lab that an import of `path` makes. */
export const importedLab = (path: string): LabDefinition => labOf(imported(path).source);

function imported(path: string): ImportResult {
  try {
    return importFiles(requestFor(path));
  } catch (error) {
    if (error instanceof ImportError) throw new UsageError(error.message);
    throw error;
  }
}

function requestFor(path: string): Parameters<typeof importFiles>[0] {
  try {
    const stat = statSync(path);
    if (!stat.isDirectory() && !stat.isFile())
      throw new UsageError(`cannot read ${path}: it is no regular file`);
    if (stat.isFile() && stat.size > OCTETS_MAX)
      throw new UsageError(`${path} is too large: more than ${OCTETS_MAX} octets`);
    if (stat.isDirectory())
      return { path: path.endsWith("/") ? path : `${path}/`, files: filesBelow(path), beside: [] };
    const text = readText(path);
    if (text === undefined) throw new UsageError(`${path} is no text: it holds binary data`);
    const name = basename(path);
    const folder = dirname(path);
    const needsMore = /lab\.conf$|\.ya?ml$|\.conf$/.test(name);
    return { path, files: [{ path: name, text }], beside: needsMore ? filesBelow(folder) : [] };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw unreadable(path, error);
  }
}

/** Text files below a folder by their path there; what is too much, hidden, linked or binary is left out. */
function filesBelow(folder: string): ImportFile[] {
  const files: ImportFile[] = [];
  let octetsLeft = OCTETS_MAX;
  const visit = (at: string, below: string, depth: number): void => {
    for (const name of readdirSync(at).sort()) {
      const path = join(at, name);
      const stat = lstatSync(path);
      if (name.startsWith(".") || name === "node_modules" || files.length >= FILES_MAX) continue;
      if (stat.isDirectory() && depth < DEPTH_MAX) visit(path, `${below}${name}/`, depth + 1);
      if (!stat.isFile() || stat.size > octetsLeft) continue;
      octetsLeft -= stat.size;
      const text = readText(path);
      if (text !== undefined) files.push({ path: `${below}${name}`, text });
    }
  };
  visit(folder, "", 0);
  return files;
}

/** Undefined for a binary file. */
function readText(path: string): string | undefined {
  const octets = readFileSync(path);
  return octets.includes(0) ? undefined : new TextDecoder().decode(octets);
}

const WORDS = {
  en: { made: "made of", hosts: "hosts", left: "Not carried over, or added:", next: "Next" },
  zh: { made: "来源", hosts: "台主机", left: "未采用或额外添加的内容:", next: "接下来" },
} as const;

function summary({ kind, notes, source }: ImportResult, { language, out }: ImportOptions): string {
  const words = WORDS[language];
  const lines = notes.map(
    (note) => `  ${note.path}${note.line === 0 ? "" : `:${note.line}`}: ${note[language]}`,
  );
  const count = Object.keys(source.hosts).length;
  return [
    `${out ?? source.title[language]}: ${words.made} ${kind}, ${count} ${words.hosts}`,
    ...(lines.length === 0 ? [] : [words.left, ...lines]),
    ...(out === null
      ? []
      : [`${words.next}: lvsim check ${out} · lvsim run ${out} · lvsim lab ${out}`]),
    "",
  ].join("\n");
}
