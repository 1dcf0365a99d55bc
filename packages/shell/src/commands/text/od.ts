/**
 * od (coreutils) and hexdump (util-linux): octets as numbers and characters. od: -A, -t of a c d o u x with sizes, -c -b -x -d -o,
 * -N, -j, -v, -w, -An; hexdump: -C, -n, -s, -v and its plain form. Left out: floating point, -e formats.
 */
import { flag, valued } from "../../options/getopt.ts";
import { encodeUtf8 } from "../../text/utf8.ts";
import { inputsOf, slurp } from "../base/input.ts";
import { type Job, type Run, tool } from "../base/tool.ts";

/** One way to show a row: characters of a cell, octets of a number. */
interface Shape {
  readonly size: number;
  readonly width: number;
  readonly show: (value: number) => string;
}

const NAMES =
  "nul soh stx etx eot enq ack bel bs ht nl vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us sp".split(
    " ",
  );
const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0, "\\0"],
  [7, "\\a"],
  [8, "\\b"],
  [9, "\\t"],
  [10, "\\n"],
  [11, "\\v"],
  [12, "\\f"],
  [13, "\\r"],
]);

const octal = (value: number, size: number): string => value.toString(8).padStart(size, "0");
const character = (value: number): string =>
  ESCAPES.get(value) ?? (value >= 32 && value < 127 ? String.fromCharCode(value) : octal(value, 3));
const named = (value: number): string => {
  const low = value & 0x7f;
  return low === 127 ? "del" : (NAMES[low] ?? String.fromCharCode(low));
};
const DIGITS: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  o: { 1: 3, 2: 6, 4: 11 },
  x: { 1: 2, 2: 4, 4: 8 },
  u: { 1: 3, 2: 5, 4: 10 },
  d: { 1: 4, 2: 6, 4: 11 },
};

function shapeOf(job: Job, type: string): Shape {
  const [, letter = "", word = ""] = /^([acdoux])(\d*|[CSIL])$/.exec(type) ?? [];
  if (letter === "")
    throw job.fail(`invalid character '${type.charAt(0)}' in type string ${job.quote.word(type)}`);
  if (letter === "c") return { size: 1, width: 3, show: character };
  if (letter === "a") return { size: 1, width: 3, show: named };
  const size = { C: 1, S: 2, I: 4, L: 4, "": 4 }[word] ?? Number(word);
  const width = DIGITS[letter]?.[size];
  if (width === undefined)
    throw job.fail(
      `invalid type string ${job.quote.word(type)};\nthis system doesn't provide a ${word}-byte integral type`,
    );
  if (letter === "o") return { size, width, show: (value) => octal(value, width) };
  if (letter === "x")
    return { size, width, show: (value) => value.toString(16).padStart(width, "0") };
  const half = 2 ** (8 * size - 1);
  return {
    size,
    width,
    show: letter === "u" ? String : (value) => String(value >= half ? value - 2 * half : value),
  };
}

const SHORTHANDS: readonly (readonly [string, string])[] = [
  ["a", "a"],
  ["b", "o1"],
  ["c", "c"],
  ["d", "u2"],
  ["i", "dI"],
  ["o", "o2"],
  ["s", "d2"],
  ["x", "x2"],
];

const RADIX: Readonly<Record<string, (at: number) => string>> = {
  o: (at) => octal(at, 7),
  d: (at) => String(at).padStart(7, "0"),
  x: (at) => at.toString(16).padStart(6, "0"),
  n: () => "",
};

function* octetsOf(job: Job): Run<Uint8Array> {
  let text = "";
  let read = false;
  for (const name of inputsOf(job)) {
    const got = yield* slurp(job.context, name);
    if (typeof got === "number") yield* job.complainOf(name, got);
    else text += got;
    read ||= typeof got !== "number";
  }
  if (!read) throw job.silent(1);
  const all = encodeUtf8(text);
  const from = Number(job.given.value("j") ?? 0);
  if (from > all.length) throw job.fail("cannot skip past end of combined input");
  const count = job.given.value("N");
  return all.subarray(from, count === undefined ? all.length : from + Number(count));
}

/** The number that begins at `at`, its lowest octet first; octets beyond the end are 0. */
const numberAt = (octets: Uint8Array, at: number, size: number): number => {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + (octets[at + i] ?? 0);
  return value;
};

/** Rows that are the same as the one before are one star, unless all are to be shown. */
function rows(
  octets: Uint8Array,
  width: number,
  verbose: boolean,
  show: (at: number) => string,
): string {
  let text = "";
  let before = "";
  let starred = false;
  for (let at = 0; at < octets.length; at += width) {
    const row = octets.subarray(at, at + width).join(" ");
    if (
      !verbose &&
      row === before &&
      at + width < octets.length + (octets.length % width === 0 ? 1 : 0)
    ) {
      if (!starred) text += "*\n";
      starred = true;
      continue;
    }
    starred = false;
    before = row;
    text += show(at);
  }
  return text;
}

export const od = tool(
  "/usr/bin/od",
  {
    options: [
      valued("A", "address-radix", "A"),
      valued("j", "skip-bytes", "j"),
      valued("N", "read-bytes", "N"),
      valued("t", "format", "t"),
      flag("v", "output-duplicates", "v"),
      { short: "w", long: "width", value: "optional", tag: "w" },
      ...SHORTHANDS.map(([letter]) => flag(letter, "", letter)),
    ],
  },
  function* (job) {
    const { given } = job;
    const types = given.options.flatMap(({ tag, value }) => {
      const short = SHORTHANDS.find(([letter]) => letter === tag)?.[1];
      return tag === "t"
        ? (value.match(/[acdoux](?:\d+|[CSIL])?z?|./g) ?? [])
        : short === undefined
          ? []
          : [short];
    });
    const shapes = (types.length === 0 ? ["o2"] : types).map((type) =>
      shapeOf(job, type.replace(/(.)z$/, "$1")),
    );
    const address = RADIX[given.value("A") ?? "o"];
    if (address === undefined)
      throw job.fail(
        `invalid output address radix '${given.value("A")}'; it must be one character from [doxn]`,
      );
    const width = Number(given.value("w") || (given.has("w") ? 32 : 16));
    const octets = yield* octetsOf(job);
    const first = Number(given.value("j") ?? 0);
    // the widest number decides how far apart all are
    const perOctet = Math.max(...shapes.map(({ size, width: wide }) => (wide + 1) / size));
    const line = (at: number, { show, size, width: wide }: Shape): string => {
      let text = "";
      for (let i = 0; i < width && at + i < octets.length; i += size) {
        const cell = show(numberAt(octets, at + i, size)).padStart(wide);
        text += cell.padStart(Math.round(perOctet * size));
      }
      return text;
    };
    const shown = rows(octets, width, given.has("v"), (at) =>
      shapes
        .map(
          (shape, i) =>
            `${i === 0 ? address(first + at) : " ".repeat(address(0).length)}${line(at, shape)}\n`,
        )
        .join(""),
    );
    const end = address(first + octets.length);
    yield* job.context.out(shown + (end === "" ? "" : `${end}\n`));
    return undefined;
  },
);

const hexByte = (octet: number): string => octet.toString(16).padStart(2, "0");

export const hexdump = tool(
  "/usr/bin/hexdump",
  {
    options: [
      flag("C", "canonical", "C"),
      valued("n", "length", "N"),
      valued("s", "skip", "j"),
      flag("v", "no-squeezing", "v"),
    ],
    aliases: ["/usr/bin/hd"],
    version: "util-linux) 2.38.1",
  },
  function* (job) {
    const octets = yield* octetsOf(job);
    const canonical = job.given.has("C") || job.name.endsWith("hd");
    const first = Number(job.given.value("j") ?? 0);
    const address = (at: number): string =>
      (first + at).toString(16).padStart(canonical ? 8 : 7, "0");
    const shown = rows(octets, 16, job.given.has("v"), (at) => {
      const row = Array.from(octets.subarray(at, at + 16));
      if (!canonical) {
        const words = Array.from({ length: Math.ceil(row.length / 2) }, (_, i) =>
          numberAt(octets, at + 2 * i, 2)
            .toString(16)
            .padStart(4, "0"),
        );
        return `${address(at)} ${words.join(" ").padEnd(39)}\n`;
      }
      const halves = [row.slice(0, 8), row.slice(8)].map((half) => half.map(hexByte).join(" "));
      const text = row
        .map((octet) => (octet >= 32 && octet < 127 ? String.fromCharCode(octet) : "."))
        .join("");
      return `${address(at)}  ${(halves[0] as string).padEnd(23)}  ${(halves[1] as string).padEnd(23)}  |${text}|\n`;
    });
    yield* job.context.out(octets.length === 0 ? "" : `${shown}${address(octets.length)}\n`);
    return undefined;
  },
);
