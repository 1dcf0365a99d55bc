/** md5sum, sha1sum, sha256sum, sha512sum, cksum (coreutils): of files, and -c of lists. Left out: --tag, sum. */

import type { Command } from "../../command.ts";
import { flag } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import { encodeUtf8 } from "../../text/utf8.ts";
import { inputsOf, linesOf, slurp } from "../base/input.ts";
import { type Job, type Run, tool } from "../base/tool.ts";
import { md5 } from "./digest/md5.ts";
import { sha1 } from "./digest/sha1.ts";
import { sha256, sha512 } from "./digest/sha2.ts";
import type { Digest } from "./digest/words.ts";

const summing = (name: string, digest: Digest): Command =>
  tool(
    `/usr/bin/${name}`,
    {
      options: [
        flag("b", "binary", "b"),
        flag("c", "check", "c"),
        flag("t", "text", "t"),
        flag("z", "zero", "z"),
        flag("", "quiet", "quiet"),
        flag("", "status", "silent"),
        flag("w", "warn", "w"),
      ],
    },
    function* (job) {
      for (const file of inputsOf(job)) {
        if (job.given.has("c")) {
          yield* check(job, file, digest);
          continue;
        }
        const text = yield* slurp(job.context, file);
        if (typeof text === "number") yield* job.complainOf(file, text);
        else
          yield* job.context.out(
            `${digest(encodeUtf8(text))} ${job.given.has("b") ? "*" : " "}${file}\n`,
          );
      }
      return undefined;
    },
  );

function* check(job: Job, list: string, digest: Digest): Run<void> {
  const { context, given } = job;
  const text = yield* slurp(context, list);
  if (typeof text === "number") return yield* job.complainOf(list, text);
  const says = !given.has("silent");
  let [formatted, misformatted, missing, wrong] = [0, 0, 0, 0];
  for (const line of linesOf(text)) {
    const found = /^\\?([0-9a-fA-F]+) [ *](.*)$/.exec(line);
    if (found === null) {
      misformatted++;
      continue;
    }
    formatted++;
    const [, sum = "", name = ""] = found;
    const content = yield* slurp(context, name);
    if (typeof content === "number") {
      missing++;
      yield* job.complainOf(name, content);
      if (says) yield* context.out(`${name}: FAILED open or read\n`);
      continue;
    }
    const same = digest(encodeUtf8(content)) === sum.toLowerCase();
    if (!same) wrong++;
    if (says && !(same && given.has("quiet")))
      yield* context.out(`${name}: ${same ? "OK" : "FAILED"}\n`);
  }
  const shown = list === "-" ? "'standard input'" : job.quote.plain(list);
  if (formatted === 0)
    return yield* job.complain(`${shown}: no properly formatted checksum lines found`);
  if (wrong + missing > 0) job.status = 1;
  if (!says) return;
  if (misformatted > 0)
    yield* warn(
      job,
      misformatted,
      "line is improperly formatted",
      "lines are improperly formatted",
    );
  if (missing > 0)
    yield* warn(job, missing, "listed file could not be read", "listed files could not be read");
  if (wrong > 0)
    yield* warn(job, wrong, `computed checksum did NOT match`, `computed checksums did NOT match`);
}

function* warn(job: Job, count: number, one: string, many: string): Run<void> {
  yield* job.context.err(`${job.name}: WARNING: ${count} ${count === 1 ? one : many}\n`);
}

/** POSIX cksum: the CRC of Ethernet, over the octets and then their number. */
function crc(octets: Uint8Array): number {
  let value = 0;
  const take = (octet: number): void => {
    value ^= octet << 24;
    for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
  };
  for (const octet of octets) take(octet);
  for (let length = octets.length; length > 0; length = Math.floor(length / 256))
    take(length & 0xff);
  return ~value >>> 0;
}

const cksum = tool("/usr/bin/cksum", {}, function* (job) {
  for (const file of inputsOf(job)) {
    const text = yield* slurp(job.context, file);
    if (typeof text === "number") {
      yield* job.complain(`${job.quote.plain(file)}: ${fileErrorText(text)}`);
      continue;
    }
    const octets = encodeUtf8(text);
    yield* job.context.out(
      `${crc(octets)} ${octets.length}${job.operands.length === 0 ? "" : ` ${file}`}\n`,
    );
  }
  return undefined;
});

export const CHECKSUM_COMMANDS: readonly Command[] = [
  cksum,
  summing("md5sum", md5),
  summing("sha1sum", sha1),
  summing("sha256sum", sha256),
  summing("sha512sum", sha512),
];
