/** cat and tee (coreutils): text from inputs to outputs as it comes. */

import { flag } from "../../options/getopt.ts";
import type { OpenFile } from "../../process/open-file.ts";
import { readSome, writeAll } from "../../process/transfer.ts";
import { encodeUtf8 } from "../../text/utf8.ts";
import { inputsOf, openInput } from "./input.ts";
import { type Job, tool } from "./tool.ts";

/** How cat changes what it copies. */
interface CatState {
  line: number;
  atLineStart: boolean;
  blankLines: number;
}

export const cat = tool(
  "/usr/bin/cat",
  {
    options: [
      flag("A", "show-all", "A"),
      flag("b", "number-nonblank", "b"),
      flag("e", "", "e"),
      flag("E", "show-ends", "E"),
      flag("n", "number", "n"),
      flag("s", "squeeze-blank", "s"),
      flag("t", "", "t"),
      flag("T", "show-tabs", "T"),
      flag("u", "", "u"),
      flag("v", "show-nonprinting", "v"),
    ],
  },
  function* (job) {
    const state: CatState = { line: 0, atLineStart: true, blankLines: 0 };
    const changes = job.given.options.some(({ tag }) => tag !== "u");
    for (const name of inputsOf(job)) {
      const file = openInput(job.context, name);
      if (typeof file === "number") {
        yield* job.complainOf(name, file);
        continue;
      }
      try {
        for (;;) {
          const got = yield* readSome(file);
          if (got === "") break;
          if (typeof got === "number") {
            yield* job.complainOf(name, got);
            break;
          }
          yield* job.context.out(changes ? changed(job, state, got) : got);
        }
      } finally {
        file.release();
      }
    }
    return undefined;
  },
);

function changed({ given }: Job, state: CatState, text: string): string {
  const any = (...tags: string[]): boolean => tags.some((tag) => given.has(tag));
  let out = "";
  for (const line of text.match(/[^\n]*\n|[^\n]+/g) ?? []) {
    const blank = line === "\n" && state.atLineStart;
    state.blankLines = blank ? state.blankLines + 1 : 0;
    if (any("s") && state.blankLines > 1) continue;
    if (state.atLineStart && (any("b") ? !blank : any("n")))
      out += `${String(++state.line).padStart(6)}\t`;
    let body = line.endsWith("\n") ? line.slice(0, -1) : line;
    if (any("A", "T", "t")) body = body.replaceAll("\t", "^I");
    if (any("A", "v", "e", "t")) body = visible(body);
    state.atLineStart = line.endsWith("\n");
    out += body + (state.atLineStart ? (any("A", "E", "e") ? "$\n" : "\n") : "");
  }
  return out;
}

/** Octets that a terminal would not show: `^X` for control characters, `M-` before those above 127; tabs stay. */
function visible(text: string): string {
  if (/^[\t -~]*$/.test(text)) return text;
  let out = "";
  for (const octet of encodeUtf8(text)) {
    const low = octet & 0x7f;
    if (octet === 9) out += "\t";
    else
      out +=
        (octet > 0x7f ? "M-" : "") +
        (low < 32
          ? `^${String.fromCharCode(low + 64)}`
          : low === 127
            ? "^?"
            : String.fromCharCode(low));
  }
  return out;
}

export const tee = tool(
  "/usr/bin/tee",
  {
    options: [flag("a", "append", "a"), flag("i", "ignore-interrupts", "i"), flag("p", "", "p")],
  },
  function* (job) {
    const { context } = job;
    const { files } = context.machine;
    const append = job.given.has("a");
    const outputs: [string, OpenFile][] = [];
    try {
      for (const name of job.operands) {
        const mode = { read: false, write: true, create: true, append, truncate: !append };
        const file = files.open(context.process, name, mode);
        if (typeof file === "number") yield* job.complainOf(name, file);
        else outputs.push([name, file]);
      }
      for (let text = yield* context.read(); text !== ""; text = yield* context.read()) {
        yield* context.out(text);
        for (const [name, file] of outputs) {
          const errno = yield* writeAll(context.process, file, text);
          if (errno !== 0) yield* job.complainOf(name, errno);
        }
      }
    } finally {
      for (const [, file] of outputs) file.release();
    }
    return undefined;
  },
);
