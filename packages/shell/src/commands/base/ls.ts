/** ls (coreutils) in the C locale: names, long listings, several operands. Columns only on a terminal of 80. */
import { flag, valued } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import type { Directory, Node } from "../../vfs/node.ts";
import { inColumns, longLines, type Shown } from "./ls-format.ts";
import { type Job, type Run, tool } from "./tool.ts";
import { childOf, modeOf, namesIn } from "./tree.ts";

const LINE_WIDTH = 80;

export const ls = tool(
  "/usr/bin/ls",
  {
    options: [
      flag("a", "all", "a"),
      flag("A", "almost-all", "A"),
      flag("d", "directory", "d"),
      flag("F", "classify", "F"),
      flag("h", "human-readable", "h"),
      flag("i", "inode", "i"),
      flag("l", "", "l"),
      flag("g", "", "g"),
      flag("n", "numeric-uid-gid", "n"),
      flag("o", "", "o"),
      flag("p", "", "p"),
      flag("r", "reverse", "r"),
      flag("R", "recursive", "R"),
      flag("S", "", "S"),
      flag("t", "", "t"),
      flag("U", "", "U"),
      flag("v", "", "v"),
      flag("1", "", "1"),
      flag("C", "", "C"),
      flag("H", "", "H"),
      flag("L", "dereference", "L"),
      flag("Z", "context", "Z"),
      { short: "", long: "color", value: "optional", tag: "color" },
      valued("", "time-style", "time-style"),
    ],
    usageStatus: 2,
  },
  function* (job) {
    const { context, given } = job;
    const operands = job.operands.length === 0 ? ["."] : job.operands;
    const followsLinks = !given.has("d") && !isLong(job) && !given.has("F");
    const plain: Shown[] = [];
    const folders: Shown[] = [];
    for (const name of operands) {
      const { files } = context.machine;
      const own = files.resolve(name, context.cwd, false, context.process);
      const target = files.resolve(name, context.cwd, true, context.process);
      const follow =
        (followsLinks || given.has("L") || given.has("H")) && typeof target !== "number";
      const node = follow ? target : own;
      if (typeof node === "number") {
        const shown = job.quote.file(name);
        yield* job.complain(`cannot access ${shown}: ${fileErrorText(node)}`, 2);
      } else if (node.kind === "directory" && !given.has("d")) folders.push({ name, node });
      else plain.push({ name, node });
    }
    yield* list(job, sorted(job, plain), false);
    const titled = operands.length > 1 || given.has("R");
    let isFirst = plain.length === 0;
    for (const folder of sorted(job, folders)) {
      yield* listFolder(job, folder, titled, isFirst);
      isFirst = false;
    }
    return undefined;
  },
);

const isLong = ({ given }: Job): boolean => ["l", "g", "n", "o"].some((tag) => given.has(tag));

function sorted({ given }: Job, entries: readonly Shown[]): Shown[] {
  if (given.has("U")) return entries.slice();
  const byName = (a: Shown, b: Shown): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const all = entries.slice().sort(byName);
  if (given.last("S", "t") === "t") all.sort((a, b) => b.node.modified - a.node.modified);
  if (given.has("r")) all.reverse();
  return all;
}

function* listFolder(
  job: Job,
  { name, node }: Shown,
  titled: boolean,
  isFirst: boolean,
): Run<void> {
  const { context, given } = job;
  const folder = node as Directory;
  const entries = entriesOf(job, name, folder);
  if (titled) yield* context.out(`${isFirst ? "" : "\n"}${name}:\n`);
  yield* list(job, sorted(job, entries), true);
  if (!given.has("R")) return;
  for (const entry of sorted(job, entries)) {
    if (entry.node.kind !== "directory" || entry.name === "." || entry.name === "..") continue;
    const below = name.endsWith("/") ? name + entry.name : `${name}/${entry.name}`;
    yield* listFolder(job, { name: below, node: entry.node }, true, false);
  }
}

function entriesOf({ context, given }: Job, name: string, folder: Directory): Shown[] {
  const entries: Shown[] = [];
  if (given.has("a")) {
    entries.push({ name: ".", node: folder });
    const above = context.machine.files.resolve(`${name}/..`, context.cwd);
    entries.push({ name: "..", node: typeof above === "number" ? folder : above });
  }
  for (const child of namesIn(folder, context.process)) {
    if (child.startsWith(".") && !given.has("a") && !given.has("A")) continue;
    const node = childOf(folder, child, context.process);
    if (node !== undefined) entries.push({ name: child, node });
  }
  return entries;
}

function* list(job: Job, entries: readonly Shown[], withTotal: boolean): Run<void> {
  const { context, given } = job;
  if (isLong(job)) {
    yield* context.out(longLines(job, entries, withTotal));
    return;
  }
  const names = entries.map(({ name, node }) => name + mark(job, node));
  const columns = given.has("C") || (context.stdout?.isTerminal === true && !given.has("1"));
  yield* context.out(
    columns ? inColumns(names, LINE_WIDTH) : names.map((name) => `${name}\n`).join(""),
  );
}

/** What `-F` and `-p` put behind a name. */
function mark({ given }: Job, node: Node): string {
  if (node.kind === "directory") return given.has("F") || given.has("p") ? "/" : "";
  if (!given.has("F")) return "";
  if (node.kind === "link") return "@";
  return node.kind !== "device" && (modeOf(node) & 0o111) !== 0 ? "*" : "";
}
