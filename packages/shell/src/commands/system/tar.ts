/**
 * tar (GNU 1.34): c, x and t of ustar archives (POSIX.1-1988) with v, f, C, O, --strip-components, --exclude. With z, j or J the archive
 * is the same: nothing here compresses. Owners are root; devices and links to other files are left out.
 */
import type { Command, CommandContext } from "../../command.ts";
import type { CommandFailure } from "../../options/failure.ts";
import { fileErrorText } from "../../process/errno.ts";
import { compileGlob, matchesGlob } from "../../text/glob.ts";
import { decodeUtf8, encodeUtf8 } from "../../text/utf8.ts";
import { momentOf } from "../../time/moment.ts";
import { strftime } from "../../time/strftime.ts";
import { directory, type Node, regularFile } from "../../vfs/node.ts";
import { slurp } from "../base/input.ts";
import { type Job, type Run, wordTool } from "../base/tool.ts";

const BLOCK = 512;
/** GNU tar writes twenty blocks at a time. */
const RECORD = 20 * BLOCK;

interface Wish {
  mode: "c" | "x" | "t" | null;
  verbose: boolean;
  file: string;
  folder: string;
  toOutput: boolean;
  strip: number;
  excluded: string[];
  names: string[];
}

const misused = (job: Job, text: string, status: number): CommandFailure =>
  job.failBare(`tar: ${text}\nTry 'tar --help' or 'tar --usage' for more information.`, status);

function readWish(job: Job): Wish {
  const wish: Wish = {
    mode: null,
    verbose: false,
    file: "-",
    folder: "",
    toOutput: false,
    strip: 0,
    excluded: [],
    names: [],
  };
  const words = [...job.context.argv.slice(1)];
  if (words[0] !== undefined && !words[0].startsWith("-")) words[0] = `-${words[0]}`;
  const value = (): string => {
    const word = words.shift();
    if (word === undefined) throw misused(job, "option requires an argument", 64);
    return word;
  };
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word.startsWith("--")) longOption(job, wish, word);
    else if (word.startsWith("-") && word !== "-")
      for (const letter of word.slice(1)) shortOption(job, wish, letter, value);
    else wish.names.push(word);
  }
  return wish;
}

function longOption(job: Job, wish: Wish, word: string): void {
  const [name = "", text = ""] = word.split(/=(.*)/s);
  const modes: Readonly<Record<string, Wish["mode"]>> = {
    "--create": "c",
    "--extract": "x",
    "--get": "x",
    "--list": "t",
  };
  if (modes[name] !== undefined) wish.mode = modes[name];
  else if (name === "--verbose") wish.verbose = true;
  else if (name === "--file") wish.file = text;
  else if (name === "--directory") wish.folder = text;
  else if (name === "--strip-components") wish.strip = Number(text);
  else if (name === "--exclude") wish.excluded.push(text);
  else if (
    !/^--(gzip|gunzip|bzip2|xz|to-stdout|no-same-owner|preserve-permissions|numeric-owner|overwrite)$/.test(
      name,
    )
  )
    throw misused(job, `unrecognized option '${name}'`, 64);
}

function shortOption(job: Job, wish: Wish, letter: string, value: () => string): void {
  if (letter === "c" || letter === "x" || letter === "t") wish.mode = letter;
  else if (letter === "v") wish.verbose = true;
  else if (letter === "f") wish.file = value();
  else if (letter === "C") wish.folder = value();
  else if (letter === "O") wish.toOutput = true;
  else if (!/[zjJpPhk]/.test(letter)) throw misused(job, `invalid option -- '${letter}'`, 64);
}

export const tar: Command = wordTool("/usr/bin/tar", function* (job) {
  const wish = readWish(job);
  if (job.context.argv.includes("--version")) {
    yield* job.context.out("tar (GNU tar) 1.34\n");
    return 0;
  }
  if (wish.mode === null)
    throw misused(
      job,
      "You must specify one of the '-Acdtrux', '--delete' or '--test-label' options",
      2,
    );
  if (wish.mode === "c") return yield* create(job, wish);
  return yield* extract(job, wish);
});

const pathIn = (wish: Wish, name: string): string =>
  wish.folder === "" || name.startsWith("/") ? name : `${wish.folder}/${name}`;
const isExcluded = ({ excluded }: Wish, name: string): boolean =>
  excluded.some((pattern) =>
    name
      .split("/")
      .some((_, i, parts) => matchesGlob(parts.slice(i).join("/"), compileGlob(pattern))),
  );

function* create(job: Job, wish: Wish): Run<number> {
  const { context } = job;
  if (wish.names.length === 0)
    throw misused(job, "Cowardly refusing to create an empty archive", 2);
  const parts: Uint8Array[] = [];
  let failed = false;
  const shown: string[] = [];
  const add = (node: Node, name: string): void => {
    if (isExcluded(wish, name) || node.kind === "device" || node.kind === "synthetic") return;
    const isFolder = node.kind === "directory";
    const stored = isFolder && !name.endsWith("/") ? `${name}/` : name;
    if (wish.verbose) shown.push(`${stored}\n`);
    const content = node.kind === "file" ? encodeUtf8(node.content) : new Uint8Array(0);
    parts.push(
      header(stored.replace(/^\/+/, ""), node, content.length),
      content,
      new Uint8Array((BLOCK - (content.length % BLOCK)) % BLOCK),
    );
    if (isFolder && node.provider === null)
      for (const [child, below] of node.entries) add(below, `${stored}${child}`);
  };
  for (const name of wish.names) {
    const node = context.machine.files.resolve(
      pathIn(wish, name),
      context.cwd,
      false,
      context.process,
    );
    if (typeof node === "number") {
      yield* context.err(`tar: ${name}: Cannot stat: ${fileErrorText(node)}\n`);
      failed = true;
      continue;
    }
    if (name.startsWith("/")) yield* context.err("tar: Removing leading `/' from member names\n");
    add(node, name.replace(/(.)\/+$/, "$1"));
  }
  const size = parts.reduce((sum, { length }) => sum + length, 0) + 2 * BLOCK;
  const archive = new Uint8Array(Math.ceil(size / RECORD) * RECORD);
  let at = 0;
  for (const part of parts) {
    archive.set(part, at);
    at += part.length;
  }
  const text = decodeUtf8(archive);
  if (wish.file === "-") yield* context.out(text);
  else {
    const file = context.machine.files.open(context.process, wish.file, {
      read: false,
      write: true,
      create: true,
      truncate: true,
    });
    if (typeof file === "number")
      throw job.failBare(
        `tar: ${wish.file}: Cannot open: ${fileErrorText(file)}\ntar: Error is not recoverable: exiting now`,
        2,
      );
    file.write(text);
    file.release();
  }
  yield* wish.file === "-" ? context.err(shown.join("")) : context.out(shown.join(""));
  if (failed) yield* context.err("tar: Exiting with failure status due to previous errors\n");
  return failed ? 2 : 0;
}

function header(name: string, node: Node, size: number): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (at: number, text: string): void => block.set(encodeUtf8(text), at);
  const octal = (value: number, digits: number): string =>
    `${value.toString(8).padStart(digits, "0")}\0`;
  put(0, name.slice(0, 100));
  put(
    100,
    octal(node.mode & 0o7777, 7) +
      octal(0, 7) +
      octal(0, 7) +
      octal(size, 11) +
      octal(momentOf(node.modified).seconds, 11),
  );
  put(148, "        ");
  put(156, node.kind === "directory" ? "5" : node.kind === "link" ? "2" : "0");
  if (node.kind === "link") put(157, node.target.slice(0, 100));
  put(257, "ustar  \0root");
  put(297, "root");
  put(
    148,
    `${block
      .reduce((sum, octet) => sum + octet, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
  );
  return block;
}

interface Member {
  readonly name: string;
  readonly mode: number;
  readonly type: string;
  readonly target: string;
  readonly seconds: number;
  readonly content: string;
}

function* members(archive: Uint8Array): Generator<Member | null, void, void> {
  const field = (at: number, size: number): string =>
    decodeUtf8(archive.subarray(at, at + size)).split("\0")[0] ?? "";
  if (archive.length > 0 && archive.length < BLOCK) yield null;
  for (let at = 0; at + BLOCK <= archive.length && archive[at] !== 0; ) {
    if (!field(at + 257, 5).startsWith("ustar")) {
      yield null;
      return;
    }
    const number = (from: number, size: number): number =>
      Number.parseInt(field(at + from, size).trim() || "0", 8);
    const size = number(124, 12);
    const start = at + BLOCK;
    yield {
      name: field(at, 100),
      mode: number(100, 8),
      type: field(at + 156, 1) || "0",
      target: field(at + 157, 100),
      seconds: number(136, 12),
      content: decodeUtf8(archive.subarray(start, start + size)),
    };
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
}

const NO_ARCHIVE =
  "tar: This does not look like a tar archive\ntar: Exiting with failure status due to previous errors\n";

function* extract(job: Job, wish: Wish): Run<number> {
  const { context } = job;
  const text = yield* slurp(context, wish.file);
  if (typeof text === "number")
    throw job.failBare(
      `tar: ${wish.file}: Cannot open: ${fileErrorText(text)}\ntar: Error is not recoverable: exiting now`,
      2,
    );
  const wanted = new Set(wish.names);
  const found = new Set<string>();
  for (const member of members(encodeUtf8(text))) {
    if (member === null) {
      yield* context.err(NO_ARCHIVE);
      return 2;
    }
    const asked = wish.names.find(
      (name) =>
        member.name === name || member.name === `${name}/` || member.name.startsWith(`${name}/`),
    );
    if (
      (wanted.size > 0 && asked === undefined) ||
      isExcluded(wish, member.name.replace(/\/$/, ""))
    )
      continue;
    if (asked !== undefined) found.add(asked);
    if (wish.mode === "t") yield* context.out(listing(wish, member));
    else yield* unpack(job, wish, member);
  }
  const missing = wish.names.filter((name) => !found.has(name));
  for (const name of missing) yield* context.err(`tar: ${name}: Not found in archive\n`);
  if (missing.length > 0)
    yield* context.err("tar: Exiting with failure status due to previous errors\n");
  return missing.length > 0 ? 2 : 0;
}

function listing(
  { verbose }: Wish,
  { content, mode, name, seconds, target, type }: Member,
): string {
  if (!verbose) return `${name}\n`;
  const letters = Array.from("rwxrwxrwx", (letter, i) =>
    (mode >> (8 - i)) & 1 ? letter : "-",
  ).join("");
  const kind = type === "5" ? "d" : type === "2" ? "l" : "-";
  const date = strftime("%Y-%m-%d %H:%M", { seconds, nanoseconds: 0 });
  const size = String(encodeUtf8(content).length).padStart(10);
  return `${kind}${letters} root/root${size} ${date} ${name}${type === "2" ? ` -> ${target}` : ""}\n`;
}

function* unpack({ context }: Job, wish: Wish, member: Member): Run<void> {
  const kept = member.name.split("/").slice(wish.strip).join("/");
  if (kept === "") return;
  if (wish.verbose) yield* context.out(`${member.name}\n`);
  if (wish.toOutput) {
    yield* context.out(member.content);
    return;
  }
  place(context, pathIn(wish, kept).replace(/\/$/, ""), member);
}

function place(
  { cwd, machine }: CommandContext,
  path: string,
  { content, mode, target, type }: Member,
): void {
  const { files, now } = machine;
  const whole = path.startsWith("/") ? path : `${cwd}/${path}`;
  files.makeDirectories(whole.slice(0, whole.lastIndexOf("/")) || "/");
  const before = files.resolve(whole, "/", false);
  if (type === "5") {
    if (typeof before === "number") files.create(whole, "/", directory(now, mode));
    return;
  }
  if (typeof before !== "number") files.unlink(whole, "/");
  files.create(
    whole,
    "/",
    type === "2"
      ? { kind: "link", mode: 0o777, modified: now, target }
      : regularFile(now, content, mode),
  );
}
