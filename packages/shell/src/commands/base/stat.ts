/** stat (coreutils): one file's facts, or a format of them. Inode numbers and devices are made up, but stay the same. */
import { flag, valued } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import { momentOf } from "../../time/moment.ts";
import { strftime } from "../../time/strftime.ts";
import type { Node } from "../../vfs/node.ts";
import { normalise } from "../../vfs/path.ts";
import { type Job, tool } from "./tool.ts";
import { linksOf, modeOf, modeText, sizeOf } from "./tree.ts";

const TIME = "%Y-%m-%d %H:%M:%S.%N %z";

export const stat = tool(
  "/usr/bin/stat",
  {
    options: [
      valued("c", "format", "c"),
      valued("", "printf", "printf"),
      flag("L", "dereference", "L"),
      flag("f", "file-system", "f"),
      flag("t", "terse", "t"),
    ],
  },
  function* (job) {
    const { context, given, operands, quote } = job;
    if (operands.length === 0) throw job.misused("missing operand");
    for (const name of operands) {
      const { files } = context.machine;
      const node = files.resolve(name, context.cwd, given.has("L"), context.process);
      if (typeof node === "number") {
        yield* job.complain(`cannot statx ${quote.file(name)}: ${fileErrorText(node)}`);
        continue;
      }
      const format = given.value("c");
      const printed = given.value("printf");
      if (format !== undefined) yield* context.out(`${filled(job, format, name, node)}\n`);
      else if (printed !== undefined)
        yield* context.out(
          filled(job, printed.replaceAll("\\n", "\n").replaceAll("\\t", "\t"), name, node),
        );
      else yield* context.out(whole(job, name, node));
    }
    return undefined;
  },
);

function typeOf(node: Node): string {
  if (node.kind === "directory") return "directory";
  if (node.kind === "link") return "symbolic link";
  if (node.kind === "device") return "character special file";
  return sizeOf(node) === 0 ? "regular empty file" : "regular file";
}

/** A number that hangs on the path alone. */
function inodeOf({ context }: Job, name: string): number {
  let hash = 17;
  for (const character of normalise(name, context.cwd))
    hash = (Math.imul(hash, 31) + character.charCodeAt(0)) & 0xfffff;
  return 131_072 + hash;
}

const octal = (node: Node): string => modeOf(node).toString(8);

function filled(job: Job, format: string, name: string, node: Node): string {
  const moment = momentOf(node.modified);
  const values: Readonly<Record<string, string>> = {
    n: name,
    N: node.kind === "link" ? `'${name}' -> '${node.target}'` : `'${name}'`,
    s: String(sizeOf(node)),
    a: octal(node),
    A: modeText(node),
    F: typeOf(node),
    U: "root",
    G: "root",
    u: "0",
    g: "0",
    h: String(linksOf(node)),
    i: String(inodeOf(job, name)),
    b: String(Math.ceil(sizeOf(node) / 4096) * 8),
    B: "512",
    o: "4096",
    d: "65025",
    D: "fe01",
    f: fullMode(node).toString(16),
    ...Object.fromEntries(["x", "y", "z", "w"].map((letter) => [letter, strftime(TIME, moment)])),
    ...Object.fromEntries(["X", "Y", "Z", "W"].map((letter) => [letter, String(moment.seconds)])),
    "%": "%",
  };
  return format.replace(/%([A-Za-z%])/g, (unknown, letter: string) => values[letter] ?? unknown);
}

const TYPE_BITS = {
  directory: 0o40000,
  file: 0o100000,
  synthetic: 0o100000,
  link: 0o120000,
  device: 0o20000,
};
const fullMode = (node: Node): number => TYPE_BITS[node.kind] | modeOf(node);

function whole(job: Job, name: string, node: Node): string {
  const size = sizeOf(node);
  const link = node.kind === "link" ? ` -> ${node.target}` : "";
  const blocks = String(Math.ceil(size / 4096) * 8);
  const time = strftime(TIME, momentOf(node.modified));
  const owner = "Uid: (    0/    root)   Gid: (    0/    root)";
  return [
    `  File: ${name}${link}`,
    `  Size: ${String(size).padEnd(10)}\tBlocks: ${blocks.padEnd(10)} IO Block: 4096   ${typeOf(node)}`,
    `Device: 254,1\tInode: ${String(inodeOf(job, name)).padEnd(11)} Links: ${linksOf(node)}`,
    `Access: (${octal(node).padStart(4, "0")}/${modeText(node)})  ${owner}`,
    `Access: ${time}`,
    `Modify: ${time}`,
    `Change: ${time}`,
    ` Birth: ${time}`,
    "",
  ].join("\n");
}
