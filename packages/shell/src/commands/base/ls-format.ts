/** How ls lays out what it lists. */

import { momentOf } from "../../time/moment.ts";
import { strftime } from "../../time/strftime.ts";
import type { Node } from "../../vfs/node.ts";
import type { Job } from "./tool.ts";
import { linksOf, modeText, sizeOf } from "./tree.ts";

export interface Shown {
  readonly name: string;
  readonly node: Node;
}

/** Half a year: what is older, or lies ahead, shows its year instead of its time. */
const RECENT_SECONDS = 31_556_952 / 2;

/** Blocks of 1 KiB, in steps of 4 KiB as most file systems allocate. */
const blocksOf = (node: Node): number =>
  node.kind === "link" ? 0 : Math.ceil(sizeOf(node) / 4096) * 4;

export function longLines(job: Job, entries: readonly Shown[], withTotal: boolean): string {
  const { given } = job;
  const rows = entries.map(({ name, node }) => ({
    mode: modeText(node),
    links: String(linksOf(node)),
    size: given.has("h") ? humanSize(sizeOf(node)) : String(sizeOf(node)),
    time: timeText(job, node),
    name: node.kind === "link" ? `${name} -> ${node.target}` : name + suffix(job, node),
  }));
  const links = Math.max(0, ...rows.map((row) => row.links.length));
  const sizes = Math.max(0, ...rows.map((row) => row.size.length));
  const owner = given.has("n") ? "0 0" : "root root";
  const shownOwner = given.has("g") || given.has("o") ? (owner.split(" ")[0] as string) : owner;
  const blocks = entries.reduce((sum, { node }) => sum + blocksOf(node), 0);
  const total = withTotal ? `total ${given.has("h") ? humanSize(blocks * 1024) : blocks}\n` : "";
  return (
    total +
    rows
      .map(
        ({ mode, links: count, size, time, name }) =>
          `${mode} ${count.padStart(links)} ${shownOwner} ${size.padStart(sizes)} ${time} ${name}\n`,
      )
      .join("")
  );
}

function suffix({ given }: Job, node: Node): string {
  if (node.kind === "directory") return given.has("F") || given.has("p") ? "/" : "";
  return given.has("F") && node.kind === "file" && (node.mode & 0o111) !== 0 ? "*" : "";
}

function timeText({ context, given }: Job, node: Node): string {
  const moment = momentOf(node.modified);
  if (given.value("time-style") === "full-iso") return strftime("%Y-%m-%d %H:%M:%S.%N %z", moment);
  const age = context.machine.wallSeconds - moment.seconds;
  const isRecent = age >= 0 && age < RECENT_SECONDS;
  return strftime(isRecent ? "%b %e %H:%M" : "%b %e  %Y", moment);
}

/** As `1.5K`: one digit after the point below ten, rounded up. */
function humanSize(octets: number): string {
  const units = ["", "K", "M", "G", "T"];
  let value = octets;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  if (unit === 0) return String(octets);
  const tenths = Math.ceil(value * 10);
  const digits = tenths < 100 ? (tenths / 10).toFixed(1) : String(Math.ceil(value));
  return digits + (units[unit] as string);
}

/** Names from top to bottom, then from left to right, in as many columns as fit. */
export function inColumns(names: readonly string[], width: number): string {
  if (names.length === 0) return "";
  for (let rows = 1; ; rows++) {
    const columns: string[][] = [];
    for (let i = 0; i < names.length; i += rows) columns.push(names.slice(i, i + rows));
    const widths = columns.map((column) => Math.max(...column.map((name) => name.length)));
    const total = widths.reduce((sum, own) => sum + own + 2, -2);
    if (total > width && rows < names.length) continue;
    const lines = Array.from({ length: rows }, (_, row) =>
      columns
        .map((column, i) => (column[row] ?? "").padEnd((widths[i] as number) + 2))
        .join("")
        .trimEnd(),
    );
    return lines.map((line) => `${line}\n`).join("");
  }
}
