/** Pathname expansion: the files that a pattern names, sorted as in the C locale. */
import { SHELL_LIMITS } from "../kernel/limits.ts";
import type { Shell } from "../shell/shell.ts";
import { compileGlob, hasMagic, matchesGlob } from "../text/glob.ts";
import type { Node } from "../vfs/node.ts";

/** Paths that match; empty when none does. */
export function globPaths(shell: Shell, pattern: string): string[] {
  const isAbsolute = pattern.startsWith("/");
  const parts = pattern.split("/").filter((part) => part !== "");
  let paths = [isAbsolute ? "/" : ""];
  parts.forEach((part, i) => {
    const isLast = i === parts.length - 1;
    paths = paths.flatMap((base) => step(shell, base, part, isLast));
    if (paths.length > SHELL_LIMITS.wordsMax) paths.length = SHELL_LIMITS.wordsMax;
  });
  const wantsDirectory = pattern.endsWith("/");
  if (parts[parts.length - 1] === "**" && shell.options.shopt("globstar"))
    paths = paths.filter((path) => path !== "");
  const found = paths.filter(
    (path) => !wantsDirectory || nodeAt(shell, path)?.kind === "directory",
  );
  return found.map((path) => (wantsDirectory ? `${path}/` : path)).sort(byCode);
}

const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const nodeAt = (shell: Shell, path: string): Node | undefined => {
  const node = shell.kernel.files.resolve(
    path === "" ? "." : path,
    shell.process.cwd,
    true,
    shell.process,
  );
  return typeof node === "number" ? undefined : node;
};

function step(shell: Shell, base: string, part: string, isLast: boolean): string[] {
  const join = (name: string): string =>
    base === "" || base.endsWith("/") ? base + name : `${base}/${name}`;
  if (!hasMagic(part)) {
    const path = join(part.replace(/\\(.)/gs, "$1"));
    return nodeAt(shell, path) === undefined ? [] : [path];
  }
  if (part === "**" && shell.options.shopt("globstar")) return everythingBelow(shell, base, isLast);
  const node = nodeAt(shell, base);
  if (node?.kind !== "directory") return [];
  const names =
    node.provider === null ? Array.from(node.entries.keys()) : node.provider.names(shell.process);
  const glob = compileGlob(part, shell.options.shopt("nocaseglob"));
  const showsHidden =
    part.startsWith(".") || part.startsWith("\\.") || shell.options.shopt("dotglob");
  return names
    .filter((name) => (showsHidden || !name.startsWith(".")) && matchesGlob(name, glob))
    .map(join)
    .filter((path) => isLast || nodeAt(shell, path)?.kind === "directory");
}

/** `**`: a directory itself and everything below it; only directories when more parts follow. */
function everythingBelow(shell: Shell, base: string, isLast: boolean): string[] {
  const paths = isLast && base !== "" ? [`${base}/`] : [base];
  const pending = [base];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const node = nodeAt(shell, at);
    if (node?.kind !== "directory" || node.provider !== null) continue;
    for (const [name, entry] of node.entries) {
      if (name.startsWith(".") && !shell.options.shopt("dotglob")) continue;
      const path = at === "" || at.endsWith("/") ? at + name : `${at}/${name}`;
      if (entry.kind === "directory") pending.push(path);
      if (isLast || entry.kind === "directory") paths.push(path);
      if (paths.length > SHELL_LIMITS.wordsMax) return paths;
    }
  }
  return paths;
}
