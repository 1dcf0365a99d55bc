/** basename, dirname, readlink, realpath, mktemp (coreutils). */
import { flag, valued } from "../../options/getopt.ts";
import { FileError, fileErrorText } from "../../process/errno.ts";
import { canonical, type Existing } from "../../vfs/canonical.ts";
import { directory, regularFile } from "../../vfs/node.ts";
import * as paths from "../../vfs/path.ts";
import { type Job, plainTool, tool } from "./tool.ts";

export const basename = plainTool(
  "/usr/bin/basename",
  {
    options: [flag("a", "multiple", "a"), valued("s", "suffix", "s"), flag("z", "zero", "z")],
    stopsAtOperand: true,
  },
  (job) => {
    const { given, operands } = job;
    if (operands.length === 0) throw job.misused("missing operand");
    const many = given.has("a") || given.has("s");
    if (!many) job.noOperand(2);
    const suffix = given.value("s") ?? (many ? "" : (operands[1] ?? ""));
    return (many ? operands : operands.slice(0, 1))
      .map((name) => {
        const base = paths.basename(name);
        const cut = suffix !== "" && base !== suffix && base.endsWith(suffix);
        return `${cut ? base.slice(0, -suffix.length) : base}${given.has("z") ? "\0" : "\n"}`;
      })
      .join("");
  },
);

export const dirname = plainTool(
  "/usr/bin/dirname",
  { options: [flag("z", "zero", "z")] },
  (job) => {
    if (job.operands.length === 0) throw job.misused("missing operand");
    return job.operands
      .map((name) => `${paths.dirname(name)}${job.given.has("z") ? "\0" : "\n"}`)
      .join("");
  },
);

const CANONICAL = [
  flag("e", "canonicalize-existing", "e"),
  flag("f", "canonicalize", "f"),
  flag("m", "canonicalize-missing", "m"),
  flag("q", "quiet", "q"),
  flag("s", "silent", "q"),
  flag("z", "zero", "z"),
];

const existingOf = ({ given }: Job): Existing => {
  const last = given.last("e", "f", "m");
  return last === "e" ? "all" : last === "m" ? "none" : "all-but-last";
};

export const readlink = tool(
  "/usr/bin/readlink",
  { options: [...CANONICAL, flag("n", "no-newline", "n"), flag("v", "verbose", "v")] },
  function* (job) {
    const { context, given, operands } = job;
    if (operands.length === 0) throw job.misused("missing operand");
    const ending = given.has("n") ? "" : given.has("z") ? "\0" : "\n";
    for (const name of operands) {
      const node = context.machine.files.resolve(name, context.cwd, false, context.process);
      const resolves = given.last("e", "f", "m") !== undefined;
      const notLink = typeof node === "number" ? node : FileError.EINVAL;
      const target = resolves
        ? canonical(context.machine.files, name, context.cwd, context.process, existingOf(job))
        : typeof node !== "number" && node.kind === "link"
          ? node.target
          : notLink;
      if (typeof target !== "number") yield* context.out(target + ending);
      else if (given.has("v")) yield* job.complainOf(name, target);
      else job.status = 1;
    }
    return undefined;
  },
);

export const realpath = tool("/usr/bin/realpath", { options: CANONICAL }, function* (job) {
  const { context, given, operands } = job;
  if (operands.length === 0) throw job.misused("missing operand");
  for (const name of operands) {
    const target = canonical(
      context.machine.files,
      name,
      context.cwd,
      context.process,
      existingOf(job),
    );
    if (typeof target !== "number") yield* context.out(`${target}${given.has("z") ? "\0" : "\n"}`);
    else if (given.has("q")) job.status = 1;
    else yield* job.complainOf(name, target);
  }
  return undefined;
});

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ATTEMPTS_MAX = 100;

/** Names come from the machine's own stream of randomness, so a run repeats them. */
export const mktemp = plainTool(
  "/usr/bin/mktemp",
  {
    options: [
      flag("d", "directory", "d"),
      flag("q", "quiet", "q"),
      flag("u", "dry-run", "u"),
      valued("p", "", "p"),
      { short: "", long: "tmpdir", value: "optional", tag: "p" },
      valued("", "suffix", "suffix"),
      flag("t", "", "t"),
    ],
  },
  (job) => {
    const { context, given, operands, quote } = job;
    if (operands.length > 1) throw job.misused("too many templates");
    const { files, now, rng } = context.machine;
    const suffix = given.value("suffix") ?? "";
    const template = (operands[0] ?? "tmp.XXXXXXXXXX") + suffix;
    const xs = /(X{3,})([^X]*)$/.exec(template);
    if (xs === null) throw job.fail(`too few X's in template ${quote.word(template)}`);
    const folder = folderOf(job);
    const head = template.slice(0, xs.index);
    const full = folder === "" ? "" : `${folder}/`;
    const what = given.has("d") ? "directory" : "file";
    for (let i = 0; i < ATTEMPTS_MAX; i++) {
      const name = Array.from(xs[1] as string, () => LETTERS.charAt(rng.below(62))).join("");
      const path = `${full}${head}${name}${xs[2]}`;
      if (given.has("u")) return `${path}\n`;
      const node = given.has("d") ? directory(now, 0o700) : regularFile(now, "", 0o600);
      const errno = files.create(path, context.cwd, node);
      if (errno === 0) return `${path}\n`;
      if (errno === FileError.EEXIST) continue;
      if (given.has("q")) throw job.silent(1);
      const shown = quote.word(full + template);
      throw job.fail(`failed to create ${what} via template ${shown}: ${fileErrorText(errno)}`);
    }
    throw job.fail(
      `failed to create ${what} via template ${quote.word(full + template)}: File exists`,
    );
  },
);

/** The folder of a new name; "" when the template says it all. */
function folderOf({ given, operands, context }: Job): string {
  const asked = given.value("p");
  const own = context.env.get("TMPDIR") || "/tmp";
  if (asked !== undefined) return asked === "" ? own : asked;
  return given.has("t") || operands.length === 0 ? own : "";
}
