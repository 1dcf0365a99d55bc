/** Which folder may import which: the floors of ARCHITECTURE.md as a table, and what breaks them. */
import { importsOf, type SourceFile } from "./source.ts";

interface Floor {
  /** Folder from the root; the longest match names a file's floor. */
  readonly folder: string;
  readonly level: number;
}

const core = (name: string, level: number): Floor => ({
  folder: `packages/core/src/${name}`,
  level,
});

/** Lowest first. Folders of one level do not import each other. */
const FLOORS: readonly Floor[] = [
  core("base", 0),
  core("time", 1),
  core("rng", 1),
  core("packet", 2),
  core("trace", 3),
  core("wire", 3),
  core("link", 4),
  core("host/sysctl", 5),
  core("host/device", 6),
  core("host/conntrack", 6),
  core("host/neigh", 7),
  core("host/route", 7),
  core("host/addressing", 8),
  core("host/netfilter", 7),
  core("host/ip", 8),
  core("host/tunnel", 9),
  core("host/transport", 9),
  core("host/ipvs", 9),
  core("host", 10),
  core("apps", 11),
  core("sim", 12),
  core("testing", 13),
  { folder: "packages/core/src", level: 14 },
  { folder: "packages/shell/src", level: 20 },
  { folder: "packages/scenarios/src", level: 30 },
  { folder: "packages/testing/src", level: 40 },
  { folder: "packages/cli/src", level: 40 },
];

/** Plain configuration values that rooms beside each other may know. */
const SHARED_VALUES = /^packages\/core\/src\/host\/(?:\w+\/config|namespace-config)\.ts$/;
/** This floor is for tests, and for the package that helps people to write them. */
const TESTING = "packages/core/src/testing";

const PACKAGES: Readonly<Record<string, string>> = {
  "@lvsim/core": "packages/core/src/index.ts",
  "@lvsim/core/testing": "packages/core/src/testing/index.ts",
  "@lvsim/shell": "packages/shell/src/index.ts",
  "@lvsim/scenarios": "packages/scenarios/src/index.ts",
  "@lvsim/testing": "packages/testing/src/index.ts",
};

function floorOf(path: string): Floor | undefined {
  let best: Floor | undefined;
  for (const floor of FLOORS)
    if (path.startsWith(`${floor.folder}/`) && floor.folder.length > (best?.folder.length ?? 0))
      best = floor;
  return best;
}

/** Every import that goes sideways or up. */
export function floorViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const from = floorOf(file.path);
    if (from === undefined) return [`${file.path} stands on no floor`];
    return importsOf(file)
      .map((target) => PACKAGES[target] ?? target)
      .filter((target) => target.startsWith("packages/"))
      .filter((target) => !mayImport(from, target))
      .map((target) => `${file.path} imports ${target}`);
  });
}

function mayImport(from: Floor, target: string): boolean {
  const to = floorOf(target);
  if (to === undefined) return false;
  if (to === from || SHARED_VALUES.test(target)) return true;
  if (to.folder === TESTING && from.folder !== "packages/testing/src") return false;
  return to.level < from.level;
}

/** Each circle of imports, types included, as `a → b → a`. */
export function cycles(files: readonly SourceFile[]): string[] {
  const graph = new Map(files.map((file) => [file.path, importsOf(file)]));
  const state = new Map<string, "open" | "done">();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === "done") return;
    if (state.get(path) === "open") {
      found.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
      return;
    }
    state.set(path, "open");
    for (const target of graph.get(path) ?? [])
      if (graph.has(target)) visit(target, [...trail, path]);
    state.set(path, "done");
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}
