/**
 * dd (coreutils): blocks from one file to another, with what it tells in the end. Time is simulated, so a copy mostly takes
 * none. Left out: cbs, conversions but notrunc, noerror, sync, ucase, lcase and fsync; flags but append and fullblock.
 */
import { nanoseconds } from "@lvsim/core";
import type { CommandContext } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import { fileErrorText } from "../../process/errno.ts";
import type { OpenFile } from "../../process/open-file.ts";
import { readSome, writeAll } from "../../process/transfer.ts";

import { decodeUtf8, encodeUtf8 } from "../../text/utf8.ts";
import { parseCount } from "./head.ts";
import { Quoting } from "./quoting.ts";
import { type Run, wordTool } from "./tool.ts";

const OPERANDS = new Set("if of bs ibs obs count skip seek conv status iflag oflag cbs".split(" "));
const NUMBERS = new Set("bs ibs obs count skip seek cbs".split(" "));
const CONVERSIONS = new Set(
  "notrunc noerror sync ucase lcase fsync fdatasync excl nocreat".split(" "),
);
const BLOCK = 512;

/** The operands by name, numbers among them checked. */
function readOperands(context: CommandContext): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const fail = (text: string, hint = true): CommandFailure =>
    new CommandFailure(1, `dd: ${text}\n${hint ? "Try 'dd --help' for more information.\n" : ""}`);
  const quote = new Quoting(context);
  for (const word of context.argv.slice(1)) {
    const equals = word.indexOf("=");
    const name = word.slice(0, Math.max(0, equals));
    const value = word.slice(equals + 1);
    if (word === "--") continue;
    if (equals < 0 || !OPERANDS.has(name)) throw fail(`unrecognized operand ${quote.word(word)}`);
    if (NUMBERS.has(name) && parseCount(value) === undefined)
      throw fail(`invalid number: ${quote.word(value)}`, false);
    const isSize = name === "bs" || name === "ibs" || name === "obs";
    if (isSize && parseCount(value) === 0)
      throw fail(`invalid number: ${quote.word(value)}`, false);
    const wrong =
      name === "conv" ? value.split(",").find((one) => !CONVERSIONS.has(one)) : undefined;
    if (wrong !== undefined) throw fail(`invalid conversion: ${quote.word(wrong)}`);
    if (name === "status" && !/^(none|noxfer|progress)$/.test(value))
      throw fail(`invalid status level: ${quote.word(value)}`);
    values.set(name, value);
  }
  return values;
}

/** Records as dd counts them: whole ones and shorter ones. */
interface Tally {
  whole: number;
  partial: number;
}

const count = (tally: Tally, octets: number, size: number): void => {
  if (octets === size) tally.whole++;
  else tally.partial++;
};

export const dd = wordTool("/usr/bin/dd", function* ({ context }) {
  const values = readOperands(context);
  const number = (name: string, otherwise: number): number =>
    parseCount(values.get(name) ?? "") ?? otherwise;
  const inputSize = number("bs", number("ibs", BLOCK));
  const outputSize = number("bs", number("obs", BLOCK));
  const conversions = new Set((values.get("conv") ?? "").split(","));
  const startedAt = context.machine.now;
  const input = openEnd(context, values.get("if"), 0);
  const seek = number("seek", 0) * outputSize;
  const keeps = seek > 0 || conversions.has("notrunc");
  const path = values.get("of");
  const before = keeps && path !== undefined ? contentOf(context, path) : new Uint8Array(0);
  const output = openEnd(context, path, 1, values.get("oflag") === "append");
  const source = new Source(input, inputSize, values.get("iflag")?.includes("fullblock") === true);
  const read: Tally = { whole: 0, partial: 0 };
  const written: Tally = { whole: 0, partial: 0 };
  let octets = 0;
  let status = 0;
  try {
    for (let skipped = number("skip", 0); skipped > 0; skipped--)
      if ((yield* source.next()).length === 0) break;
    if (keeps) yield* put(context, output, sized(before, seek));
    const limit = number("count", Number.POSITIVE_INFINITY);
    for (let records = 0; records < limit; records++) {
      const record = converted(yield* source.next(), conversions, inputSize);
      if (record.length === 0) break;
      count(read, source.lastRead, inputSize);
      const errno = yield* put(context, output, record);
      if (errno !== 0) {
        const where = path === undefined ? "'standard output'" : `'${path}'`;
        yield* context.err(`dd: error writing ${where}: ${fileErrorText(errno)}\n`);
        status = 1;
        break;
      }
      octets += record.length;
      count(written, record.length, outputSize);
    }
    if (keeps && before.length > seek + octets)
      yield* put(context, output, before.slice(seek + octets));
  } finally {
    input.release();
    output.release();
  }
  yield* tell(context, values.get("status"), read, written, octets, startedAt);
  return status;
});

/** Octets of a file that may not be there. */
const contentOf = (context: CommandContext, path: string): Uint8Array =>
  encodeUtf8(context.machine.files.readText(pathFrom(context, path)) ?? "");

const pathFrom = (context: CommandContext, path: string): string =>
  path.startsWith("/") ? path : `${context.cwd}/${path}`;

/** The first `length` octets, with zeros where there are fewer. */
function sized(octets: Uint8Array, length: number): Uint8Array {
  const all = new Uint8Array(length);
  all.set(octets.subarray(0, length));
  return all;
}

function converted(record: Uint8Array, conversions: ReadonlySet<string>, size: number): Uint8Array {
  if (record.length === 0) return record;
  let octets = conversions.has("sync") ? sized(record, size) : record;
  const shift = (from: number, by: number): Uint8Array =>
    octets.map((octet) => (octet >= from && octet < from + 26 ? octet + by : octet));
  if (conversions.has("ucase")) octets = shift(97, -32);
  if (conversions.has("lcase")) octets = shift(65, 32);
  return octets;
}

/** Records of an input: each as much as one read gives. */
class Source {
  /** Octets of the last record as they were read. */
  lastRead = 0;
  private rest = new Uint8Array(0);
  private readonly file: OpenFile;
  private readonly size: number;
  private readonly fills: boolean;

  constructor(file: OpenFile, size: number, fills: boolean) {
    this.file = file;
    this.size = size;
    this.fills = fills;
  }

  /** The next record; empty at the end. */
  *next(): Run<Uint8Array> {
    while (this.rest.length === 0 || (this.fills && this.rest.length < this.size)) {
      const got = yield* readSome(this.file, this.size - this.rest.length);
      if (typeof got === "number")
        throw new CommandFailure(1, `dd: error reading: ${fileErrorText(got)}\n`);
      if (got === "") break;
      const more = encodeUtf8(got);
      const all = new Uint8Array(this.rest.length + more.length);
      all.set(this.rest);
      all.set(more, this.rest.length);
      this.rest = all;
    }
    const record = this.rest.subarray(0, this.size);
    this.rest = this.rest.slice(this.size);
    this.lastRead = record.length;
    return record;
  }
}

function openEnd(
  context: CommandContext,
  path: string | undefined,
  standard: 0 | 1,
  append = false,
): OpenFile {
  const { process, machine } = context;
  const own = process.descriptors.get(standard);
  const isOutput = standard === 1;
  const opened =
    path === undefined
      ? own?.retain()
      : machine.files.open(process, path, {
          read: !isOutput,
          write: isOutput,
          ...(isOutput ? { create: true, truncate: !append, append } : {}),
        });
  if (typeof opened === "object") return opened;
  const why = fileErrorText(opened ?? 9);
  throw new CommandFailure(1, `dd: failed to open '${path ?? ""}': ${why}\n`);
}

function* put(context: CommandContext, output: OpenFile, octets: Uint8Array): Run<number> {
  const { machine, process } = context;
  const wait = machine.step(process, NOTHING, octets.length);
  if (wait !== null) yield wait;
  return yield* writeAll(process, output, decodeUtf8(octets));
}

const NOTHING = nanoseconds(0);

function* tell(
  context: CommandContext,
  level: string | undefined,
  read: Tally,
  written: Tally,
  octets: number,
  startedAt: number,
): Run<void> {
  if (level === "none") return;
  yield* context.err(
    `${read.whole}+${read.partial} records in\n${written.whole}+${written.partial} records out\n`,
  );
  if (level === "noxfer") return;
  const seconds = (context.machine.now - startedAt) / 1e9;
  const rate = seconds === 0 ? "Infinity B/s" : `${scaled(octets / seconds, 1000)}B/s`;
  const sizes =
    octets < 1000
      ? ""
      : octets < 1024
        ? ` (${scaled(octets, 1000)}B)`
        : ` (${scaled(octets, 1000)}B, ${scaled(octets, 1024)}iB)`;
  const noun = octets === 1 ? "byte" : "bytes";
  yield* context.err(
    `${octets} ${noun}${sizes} copied, ${Number(seconds.toPrecision(6))} s, ${rate}\n`,
  );
}

/** `1.5 M`: at most two digits, or three before the unit's letter. */
function scaled(value: number, base: number): string {
  let amount = value;
  let unit = 0;
  for (; amount >= base && unit < 5; unit++) amount /= base;
  const letter =
    unit === 0 ? "" : (["", base === 1000 ? "k" : "K", "M", "G", "T", "P"][unit] ?? "");
  const shown =
    amount < 10 && unit > 0
      ? (Math.round(amount * 10) / 10).toFixed(1)
      : String(Math.round(amount));
  return `${shown} ${letter}`;
}
