/**
 * df, du, mount, umount, free, sync, truncate, dd: a machine has one file system of 64 Mi characters, which stand for octets, and
 * as much memory as nobody uses up. Only tmpfs, bind mounts and the like are taken by mount, and do nothing.
 */
import type { Command } from "../../command.ts";
import { flag, valued } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import { utf8Length } from "../../text/utf8.ts";
import type { Node } from "../../vfs/node.ts";
import { parseCount } from "../base/head.ts";
import { type Job, plainTool, statusOnly, tool } from "../base/tool.ts";

/** Of the disk and of memory, in blocks of 1 KiB. */
const DISK = 20_510_332;
const DISK_USED = 1_836_276;
const MEMORY = 2_030_404;
const MEMORY_USED = 187_432;
const MEMORY_CACHE = 214_880;

/** Powers of 1024, rounded up, with one decimal below 10. */
function human(blocks: number): string {
  let value = blocks;
  let unit = 0;
  while (value >= 1024) {
    value /= 1024;
    unit++;
  }
  const text = value < 10 ? (Math.ceil(value * 10) / 10).toFixed(1) : String(Math.ceil(value));
  return blocks === 0 ? "0" : `${text}${"KMGT".charAt(unit)}`;
}

interface Mount {
  readonly source: string;
  readonly target: string;
  readonly type: string;
  readonly options: string;
  readonly size: number;
  readonly used: number;
}

const MOUNTS: readonly Mount[] = [
  {
    source: "sysfs",
    target: "/sys",
    type: "sysfs",
    options: "rw,nosuid,nodev,noexec,relatime",
    size: 0,
    used: 0,
  },
  {
    source: "proc",
    target: "/proc",
    type: "proc",
    options: "rw,nosuid,nodev,noexec,relatime",
    size: 0,
    used: 0,
  },
  {
    source: "udev",
    target: "/dev",
    type: "devtmpfs",
    options: "rw,nosuid,relatime,size=992136k,nr_inodes=248034,mode=755",
    size: 992_136,
    used: 0,
  },
  {
    source: "tmpfs",
    target: "/run",
    type: "tmpfs",
    options: "rw,nosuid,nodev,noexec,relatime,size=203044k,mode=755",
    size: 203_044,
    used: 516,
  },
  {
    source: "/dev/vda1",
    target: "/",
    type: "ext4",
    options: "rw,relatime,errors=remount-ro",
    size: DISK,
    used: DISK_USED,
  },
];

export const mountTable = (): string =>
  MOUNTS.map(
    ({ options, source, target, type }) => `${source} ${target} ${type} ${options} 0 0\n`,
  ).join("");

const df = plainTool(
  "/usr/bin/df",
  {
    options: [
      flag("h", "human-readable", "h"),
      flag("H", "si", "h"),
      flag("T", "print-type", "T"),
      flag("a", "all", "a"),
      flag("k", "", "k"),
      flag("m", "", "m"),
      flag("P", "portability", "P"),
      flag("i", "inodes", "i"),
      valued("t", "type", "t"),
      flag("l", "local", "l"),
    ],
  },
  (job) => {
    const { given, operands, context } = job;
    const asked = operands.map((name) => {
      const node = context.machine.files.resolve(name, context.cwd, true, context.process);
      if (typeof node === "number")
        throw job.fail(`${job.quote.plain(name)}: ${fileErrorText(node)}`);
      const path = name.startsWith("/") ? name : `${context.cwd}/${name}`;
      return (
        MOUNTS.findLast(({ target }) => target !== "/" && path.startsWith(target)) ??
        (MOUNTS[MOUNTS.length - 1] as Mount)
      );
    });
    const shown =
      asked.length > 0 ? asked : MOUNTS.filter(({ size }) => size > 0 || given.has("a"));
    const size = (blocks: number): string =>
      given.has("h") ? human(blocks) : String(given.has("m") ? Math.ceil(blocks / 1024) : blocks);
    const unit = given.has("h")
      ? "Size"
      : given.has("m")
        ? "1M-blocks"
        : given.has("P")
          ? "1024-blocks"
          : "1K-blocks";
    const head = [
      "Filesystem",
      ...(given.has("T") ? ["Type"] : []),
      unit,
      "Used",
      given.has("h") ? "Avail" : "Available",
      given.has("P") ? "Capacity" : "Use%",
      "Mounted on",
    ];
    const rows = shown.map((mount) => {
      const free = mount.size - mount.used;
      const percent = mount.size === 0 ? "-" : `${Math.ceil((mount.used * 100) / mount.size)}%`;
      return [
        mount.source,
        ...(given.has("T") ? [mount.type] : []),
        size(mount.size),
        size(mount.used),
        size(free),
        percent,
        mount.target,
      ];
    });
    return aligned([head, ...rows], given.has("T") ? 2 : 1);
  },
);

/** The first columns stand left, the rest but the last right; the first is at least 14 wide. */
function aligned(rows: readonly (readonly string[])[], lefts: number): string {
  const widths = (rows[0] ?? []).map((_, i) =>
    Math.max(i === 0 ? 14 : i >= lefts ? 5 : 0, ...rows.map((row) => (row[i] ?? "").length)),
  );
  return rows
    .map(
      (row) =>
        `${row.map((cell, i) => (i === row.length - 1 ? cell : i < lefts ? cell.padEnd(widths[i] as number) : cell.padStart(i === row.length - 2 ? Math.max(4, (widths[i] as number) - (widths[i] === 5 ? 1 : 0)) : (widths[i] as number)))).join(" ")}\n`,
    )
    .join("");
}

/** Blocks of 4 KiB that a file takes, in KiB; octets with -b. */
const du = tool(
  "/usr/bin/du",
  {
    options: [
      flag("s", "summarize", "s"),
      flag("h", "human-readable", "h"),
      flag("a", "all", "a"),
      flag("c", "total", "c"),
      flag("b", "bytes", "b"),
      flag("k", "", "k"),
      flag("m", "", "m"),
      valued("d", "max-depth", "d"),
    ],
  },
  function* (job) {
    const { context, given, operands } = job;
    const lines: string[] = [];
    const show = (size: number, path: string): void => {
      lines.push(
        `${given.has("h") ? human(size) : given.has("m") ? Math.ceil(size / 1024) : size}\t${path}\n`,
      );
    };
    const deepest = given.has("s") ? 0 : Number(given.value("d") ?? 1000);
    const measure = (node: Node, path: string, depth: number): number => {
      if (node.kind !== "directory") {
        const octets = node.kind === "file" ? utf8Length(node.content) : 0;
        const size = given.has("b") ? octets : Math.ceil(octets / 4096) * 4;
        if (depth === 0 || (given.has("a") && depth <= deepest)) show(size, path);
        return size;
      }
      let total = given.has("b") ? 4096 : 4;
      for (const [name, child] of node.provider === null ? node.entries : [])
        total += measure(child, `${path}/${name}`.replace("//", "/"), depth + 1);
      if (depth <= deepest) show(total, path);
      return total;
    };
    let sum = 0;
    for (const name of operands.length === 0 ? ["."] : operands) {
      const node = context.machine.files.resolve(name, context.cwd, false, context.process);
      if (typeof node === "number")
        yield* job.complain(`cannot access ${job.quote.file(name)}: ${fileErrorText(node)}`);
      else sum += measure(node, name, 0);
    }
    if (given.has("c")) show(sum, "total");
    yield* context.out(lines.join(""));
    return undefined;
  },
);

const mount = tool(
  "/usr/bin/mount",
  {
    options: [
      valued("t", "types", "t"),
      valued("o", "options", "o"),
      flag("a", "all", "a"),
      flag("", "bind", "bind"),
      flag("", "make-rprivate", "ignored"),
      flag("l", "", "l"),
    ],
    version: "util-linux) 2.38.1",
  },
  function* (job) {
    const { context, given, operands } = job;
    if (operands.length === 0) {
      const type = given.value("t");
      yield* context.out(
        MOUNTS.filter((one) => type === undefined || one.type === type)
          .map(
            ({ options, source, target, type: kind }) =>
              `${source} on ${target} type ${kind} (${options})\n`,
          )
          .join(""),
      );
      return 0;
    }
    const target = operands[operands.length - 1] as string;
    const node = context.machine.files.resolve(target, context.cwd, true, context.process);
    if (typeof node === "number")
      throw job.failBare(`mount: ${target}: mount point does not exist.`, 32);
    return 0;
  },
);

const umount = tool(
  "/usr/bin/umount",
  { options: [flag("l", "lazy", "l"), flag("f", "force", "f")], version: "util-linux) 2.38.1" },
  function* (job) {
    const [target] = job.operands;
    if (target === undefined)
      throw job.failBare("umount: bad usage\nTry 'umount --help' for more information.");
    const busy = MOUNTS.some((one) => one.target === target);
    yield* job.context.err(`umount: ${target}: ${busy ? "target is busy" : "not mounted"}.\n`);
    return 32;
  },
);

const free = plainTool(
  "/usr/bin/free",
  {
    options: [
      flag("h", "human", "h"),
      flag("b", "bytes", "b"),
      flag("k", "kibi", "k"),
      flag("m", "mebi", "m"),
      flag("g", "gibi", "g"),
      flag("w", "wide", "w"),
      flag("t", "total", "t"),
    ],
    version: "procps-ng) 4.0.2",
  },
  ({ given }) => {
    const shown = (blocks: number): string => {
      if (given.has("h")) return blocks === 0 ? "0B" : human(blocks).replace(/([KMGT])$/, "$1i");
      const unit = given.last("b", "k", "m", "g") ?? "k";
      return String(
        unit === "b"
          ? blocks * 1024
          : Math.floor(blocks / { k: 1, m: 1024, g: 1 << 20 }[unit as "k" | "m" | "g"]),
      );
    };
    const row = (title: string, values: readonly number[]): string =>
      `${title.padEnd(8)}${values.map((value) => shown(value).padStart(12)).join("")}\n`;
    const unused = MEMORY - MEMORY_USED - MEMORY_CACHE;
    const head = ["total", "used", "free", "shared", "buff/cache", "available"]
      .map((word) => word.padStart(12))
      .join("");
    return (
      `${" ".repeat(8)}${head}\n` +
      row("Mem:", [MEMORY, MEMORY_USED, unused, 516, MEMORY_CACHE, MEMORY - MEMORY_USED - 12_000]) +
      row("Swap:", [0, 0, 0])
    );
  },
);

export const memoryTable = (): string =>
  [
    ["MemTotal", MEMORY],
    ["MemFree", MEMORY - MEMORY_USED - MEMORY_CACHE],
    ["MemAvailable", MEMORY - MEMORY_USED - 12_000],
    ["Buffers", 12_000],
    ["Cached", MEMORY_CACHE - 12_000],
    ["SwapTotal", 0],
    ["SwapFree", 0],
  ]
    .map(([name, size]) => `${`${name}:`.padEnd(16)}${String(size).padStart(8)} kB\n`)
    .join("");

function sizeOf(job: Job, text: string): { readonly sign: string; readonly size: number } {
  const [, sign = "", digits = ""] = /^([-+<>/%]?)(\w+)$/.exec(text) ?? [];
  const size = parseCount(digits);
  if (size === undefined) throw job.fail(`Invalid number: ${job.quote.word(text)}`);
  return { sign, size };
}

const truncate = tool(
  "/usr/bin/truncate",
  {
    options: [
      flag("c", "no-create", "c"),
      valued("s", "size", "s"),
      valued("r", "reference", "r"),
      flag("o", "io-blocks", "o"),
    ],
  },
  function* (job) {
    const { context, given, operands } = job;
    const text = given.value("s");
    if (text === undefined)
      throw job.misused(
        "you must specify either ‘--size’ or ‘--reference’".replace(/[‘’]/g, (mark) =>
          job.quote.word("").startsWith("‘") ? mark : "'",
        ),
      );
    const { sign, size } = sizeOf(job, text);
    if (operands.length === 0) throw job.misused("missing file operand");
    for (const name of operands) {
      const known = context.machine.files.resolve(name, context.cwd, true, context.process);
      if (typeof known === "number" && given.has("c")) continue;
      const before = typeof known !== "number" && known.kind === "file" ? known.content : "";
      const wanted =
        sign === "+"
          ? before.length + size
          : sign === "-"
            ? Math.max(0, before.length - size)
            : sign === "<"
              ? Math.min(before.length, size)
              : sign === ">"
                ? Math.max(before.length, size)
                : size;
      const file = context.machine.files.open(context.process, name, {
        read: false,
        write: true,
        create: true,
        truncate: true,
      });
      if (typeof file === "number") {
        yield* job.complain(
          `cannot open ${job.quote.file(name)} for writing: ${fileErrorText(file)}`,
        );
        continue;
      }
      const content = wanted > FILE_MAX ? null : before.slice(0, wanted).padEnd(wanted, "\0");
      const count = content === null ? -27 : file.write(content);
      file.release();
      if (count < 0) {
        yield* job.complain(
          `failed to truncate ${job.quote.file(name)} at ${wanted} bytes: ${fileErrorText(-count)}`,
        );
      }
    }
    return undefined;
  },
);

/** More than a file can hold. */
const FILE_MAX = 1 << 26;

export const STORAGE_COMMANDS: readonly Command[] = [
  df,
  du,
  free,
  mount,
  statusOnly("/usr/bin/sync", 0),
  truncate,
  umount,
];
