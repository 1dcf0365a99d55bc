/** The project's own sources as the house rules see them: files, syntax trees, imports. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

export interface SourceFile {
  /** From the repository's root. */
  readonly path: string;
  readonly text: string;
}

/** A node of the syntax tree: its type, its place, and whatever fields that type has. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** Every TypeScript source below `folder`, without tests. */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.endsWith(".test.ts") && !path.includes("node_modules"))
    .map((path) => ({ path: relative(ROOT, path), text: readFileSync(path, "utf8") }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The syntax tree; a file that does not parse is an error of the test. */
export function parse(file: SourceFile): Node {
  const { program, errors } = parseSync(file.path, file.text, { lang: "ts" });
  if (errors.length > 0) throw new Error(`${file.path}: ${errors[0]?.message}`);
  return program as unknown as Node;
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";

/** Calls `visit` for every node, with its parent, outermost first. */
export function walk(node: Node, visit: (node: Node, parent: Node | null) => void): void {
  const step = (current: Node, parent: Node | null): void => {
    visit(current, parent);
    for (const value of Object.values(current)) {
      if (Array.isArray(value)) {
        for (const item of value) if (isNode(item)) step(item, current);
      } else if (isNode(value)) step(value, current);
    }
  };
  step(node, null);
}

/** What a file imports or re-exports, types included: relative targets as paths from the root, others as written. */
export function importsOf(file: SourceFile): string[] {
  const targets: string[] = [];
  walk(parse(file), (node) => {
    const { source } = node;
    if (!isNode(source) || typeof source.value !== "string") return;
    const target = source.value;
    targets.push(
      target.startsWith(".") ? relative(ROOT, resolve(ROOT, dirname(file.path), target)) : target,
    );
  });
  return targets;
}

/** 1-based line of an offset. */
export const lineOf = (file: SourceFile, offset: number): number =>
  file.text.slice(0, offset).split("\n").length;
