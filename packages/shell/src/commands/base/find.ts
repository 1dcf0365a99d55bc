/** find (findutils): -name, -iname, -path, -type, -empty, -newer, -maxdepth, -mindepth, -print, -print0, -delete, -exec; joined by and, or, not. */

import type { Command } from "../../command.ts";
import { FileError, fileErrorText } from "../../process/errno.ts";
import { compileGlob, matchesGlob } from "../../text/glob.ts";
import type { Node } from "../../vfs/node.ts";
import { basename } from "../../vfs/path.ts";
import { runChild } from "./run-child.ts";
import { type Job, type Run, wordTool } from "./tool.ts";
import { childOf, namesIn, sizeOf } from "./tree.ts";

interface Found {
  readonly path: string;
  readonly node: Node;
  readonly depth: number;
}

type Test = (found: Found) => Run<boolean>;

const TYPES: Readonly<Record<string, string>> = {
  f: "file",
  d: "directory",
  l: "link",
  c: "device",
};

class Expression {
  least = 0;
  most = Number.POSITIVE_INFINITY;
  /** Directories first are visited after what is in them. */
  depthFirst = false;
  acts = false;
  private readonly words: readonly string[];
  private readonly job: Job;
  private at = 0;

  constructor(job: Job, words: readonly string[]) {
    this.job = job;
    this.words = words;
  }

  read(): Test {
    const test = this.at < this.words.length ? this.either() : always;
    const here = this.words[this.at];
    if (here === ")") throw this.job.fail("invalid expression; you have too many ')'");
    if (here !== undefined) throw this.job.fail(`paths must precede expression: \`${here}'`);
    const { job } = this;
    if (this.acts) return test;
    return function* (found) {
      if (!(yield* test(found))) return false;
      yield* job.context.out(`${found.path}\n`);
      return true;
    };
  }

  private either(): Test {
    let left = this.all();
    while (this.words[this.at] === "-o" || this.words[this.at] === "-or") {
      this.at++;
      const [first, second] = [left, this.all()];
      left = function* (found) {
        return (yield* first(found)) || (yield* second(found));
      };
    }
    return left;
  }

  private all(): Test {
    let left = this.one();
    for (;;) {
      const word = this.words[this.at];
      if (word === undefined || word === ")" || word === "-o" || word === "-or") return left;
      if (word === "-a" || word === "-and") this.at++;
      const [first, second] = [left, this.one()];
      left = function* (found) {
        return (yield* first(found)) && (yield* second(found));
      };
    }
  }

  private one(): Test {
    const word = this.words[this.at++] ?? "";
    if (word === "!" || word === "-not") {
      const test = this.one();
      return function* (found) {
        return !(yield* test(found));
      };
    }
    if (word === "(") {
      const test = this.either();
      if (this.words[this.at++] !== ")")
        throw this.job.fail(
          "invalid expression; I was expecting to find a ')' somewhere but did not see one.",
        );
      return test;
    }
    return this.predicate(word);
  }

  private value(predicate: string): string {
    const word = this.words[this.at++];
    if (word === undefined) throw this.job.fail(`missing argument to \`${predicate}'`);
    return word;
  }

  private predicate(word: string): Test {
    switch (word) {
      case "-name":
      case "-iname": {
        const glob = compileGlob(this.value(word), word === "-iname");
        return plain(({ path }) => matchesGlob(basename(path), glob));
      }
      case "-path":
      case "-wholename": {
        const glob = compileGlob(this.value(word));
        return plain(({ path }) => matchesGlob(path, glob));
      }
      case "-type": {
        const letter = this.value(word);
        const kind = TYPES[letter];
        if (kind === undefined) throw this.job.fail(`Unknown argument to -type: ${letter}`);
        return plain(({ node }) => (node.kind === "synthetic" ? "file" : node.kind) === kind);
      }
      case "-empty":
        return plain(({ node }) =>
          node.kind === "directory" ? node.entries.size === 0 : sizeOf(node) === 0,
        );
      case "-newer":
        return this.newer(this.value(word));
      case "-maxdepth":
      case "-mindepth": {
        const text = this.value(word);
        if (!/^\d+$/.test(text))
          throw this.job.fail(
            `Expected a positive decimal integer argument to ${word}, but got ${this.job.quote.word(text)}`,
          );
        if (word === "-maxdepth") this.most = Number(text);
        else this.least = Number(text);
        return always;
      }
      case "-true":
        return always;
      case "-false":
        return plain(() => false);
      default:
        return this.action(word);
    }
  }

  private newer(name: string): Test {
    const { context, quote } = this.job;
    const node = context.machine.files.resolve(name, context.cwd);
    if (typeof node === "number")
      throw this.job.fail(`${quote.word(name)}: ${fileErrorText(node)}`);
    const { modified } = node;
    return plain((found) => found.node.modified > modified);
  }

  private action(word: string): Test {
    const { job } = this;
    this.acts = true;
    if (word === "-print" || word === "-print0") {
      const end = word === "-print" ? "\n" : "\0";
      return function* ({ path }) {
        yield* job.context.out(path + end);
        return true;
      };
    }
    if (word === "-delete") {
      this.depthFirst = true;
      return function* ({ path, node }) {
        if (path === ".") return true;
        const { machine, cwd } = job.context;
        const errno =
          node.kind === "directory"
            ? machine.files.rmdir(path, cwd)
            : machine.files.unlink(path, cwd);
        if (errno !== 0)
          yield* job.complain(`cannot delete ${job.quote.word(path)}: ${fileErrorText(errno)}`);
        return errno === 0;
      };
    }
    if (word !== "-exec") throw job.fail(`unknown predicate \`${word}'`);
    return this.exec();
  }

  /** `{} +` runs the command once for each file too, which shows the same for commands that take files one by one. */
  private exec(): Test {
    const { job } = this;
    const argv: string[] = [];
    for (;;) {
      const word = this.words[this.at++];
      if (word === undefined) throw job.fail("missing argument to `-exec'");
      if (word === ";" || (word === "+" && argv[argv.length - 1] === "{}")) break;
      argv.push(word);
    }
    return function* ({ path }) {
      const words = argv.map((word) => word.replaceAll("{}", path));
      const status = yield* runChild(job.context, words);
      if (typeof status === "number") return status === 0;
      yield* job.complain(`${job.quote.word(words[0] ?? "")}: ${fileErrorText(status.errno)}`);
      return false;
    };
  }
}

const plain = (test: (found: Found) => boolean): Test =>
  // biome-ignore lint/correctness/useYield: a test that never waits
  function* (found) {
    return test(found);
  };
const always: Test = plain(() => true);

export const find: Command = wordTool("/usr/bin/find", function* (job) {
  const { context } = job;
  const { argv } = context;
  const first = argv.findIndex((word, i) => i > 0 && /^(-.|[!(])/.test(word));
  const roots = argv.slice(1, first < 0 ? argv.length : first);
  const expression = new Expression(job, first < 0 ? [] : argv.slice(first));
  const test = expression.read();
  for (const root of roots.length === 0 ? ["."] : roots) {
    const node = context.machine.files.resolve(root, context.cwd, false, context.process);
    if (typeof node === "number")
      yield* job.complain(`${job.quote.word(root)}: ${fileErrorText(node)}`);
    else yield* visit(job, expression, test, { path: root, node, depth: 0 });
  }
  return job.status;
});

const DEPTH_MAX = 200;

function* visit(job: Job, expression: Expression, test: Test, found: Found): Run<void> {
  const { path, node, depth } = found;
  const { process } = job.context;
  if (depth > DEPTH_MAX) return yield* job.complainOf(path, FileError.ENAMETOOLONG);
  const shown = depth >= expression.least;
  if (shown && !expression.depthFirst) yield* test(found);
  if (node.kind === "directory" && depth < expression.most) {
    for (const name of namesIn(node, process)) {
      const child = childOf(node, name, process);
      const below = path.endsWith("/") ? path + name : `${path}/${name}`;
      if (child !== undefined)
        yield* visit(job, expression, test, { path: below, node: child, depth: depth + 1 });
    }
  }
  if (shown && expression.depthFirst) yield* test(found);
}
