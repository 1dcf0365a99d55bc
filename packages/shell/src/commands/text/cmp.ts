/** cmp (diffutils 3.8): the first octet that differs, or with -l all of them. */
import { flag, valued } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import { encodeUtf8 } from "../../text/utf8.ts";
import { slurp } from "../base/input.ts";
import { tool } from "../base/tool.ts";

export const cmp = tool(
  "/usr/bin/cmp",
  {
    options: [
      flag("b", "print-bytes", "b"),
      flag("l", "verbose", "l"),
      valued("n", "bytes", "n"),
      flag("s", "quiet", "s"),
      flag("s", "silent", "s"),
    ],
    usageStatus: 2,
    version: "GNU diffutils) 3.8",
    namesHint: true,
  },
  function* (job) {
    const { context, given, operands } = job;
    const [first, second = "-"] = operands;
    if (first === undefined) throw job.misused(`missing operand after '${job.name}'`);
    const both: Uint8Array[] = [];
    for (const name of [first, second]) {
      const text = yield* slurp(context, name);
      if (typeof text === "number") throw job.fail(`${name}: ${fileErrorText(text)}`, 2);
      const octets = encodeUtf8(text);
      both.push(octets.subarray(0, Number(given.value("n") ?? octets.length)));
    }
    const [left, right] = both as [Uint8Array, Uint8Array];
    const shared = Math.min(left.length, right.length);
    let line = 1;
    let differs = false;
    for (let i = 0; i < shared; i++) {
      if (left[i] !== right[i]) {
        differs = true;
        if (given.has("s")) return 1;
        if (!given.has("l")) {
          yield* context.out(`${first} ${second} differ: byte ${i + 1}, line ${line}\n`);
          return 1;
        }
        const octal = (octet: number | undefined): string => (octet ?? 0).toString(8).padStart(3);
        yield* context.out(
          `${String(i + 1).padStart(String(shared).length)} ${octal(left[i])} ${octal(right[i])}\n`,
        );
      }
      if (left[i] === 10) line++;
    }
    if (left.length === right.length) return differs ? 1 : 0;
    const [short, octets] = left.length < right.length ? [first, left] : [second, right];
    if (given.has("s")) return 1;
    if (octets.length === 0) yield* context.err(`cmp: EOF on ${short} which is empty\n`);
    else {
      const whole = octets[octets.length - 1] === 10;
      const where = given.has("l") ? "" : whole ? `, line ${line - 1}` : `, in line ${line}`;
      yield* context.err(`cmp: EOF on ${short} after byte ${octets.length}${where}\n`);
    }
    return 1;
  },
);
