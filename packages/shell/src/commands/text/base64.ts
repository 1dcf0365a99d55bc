/** base64 (coreutils; RFC 4648 §4). */
import { flag, valued } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import { decodeUtf8, encodeUtf8 } from "../../text/utf8.ts";
import { slurp } from "../base/input.ts";
import { tool } from "../base/tool.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export const base64 = tool(
  "/usr/bin/base64",
  {
    options: [flag("d", "decode", "d"), flag("i", "ignore-garbage", "i"), valued("w", "wrap", "w")],
  },
  function* (job) {
    const { context, given, operands, quote } = job;
    job.noOperand(1);
    const wrap = given.value("w") ?? "76";
    if (!/^\d+$/.test(wrap)) throw job.fail(`invalid wrap size: ${quote.word(wrap)}`);
    const name = operands[0] ?? "-";
    const text = yield* slurp(context, name);
    if (typeof text === "number") throw job.fail(`${quote.plain(name)}: ${fileErrorText(text)}`);
    if (given.has("d")) {
      const { octets, valid } = decoded(text, given.has("i"));
      yield* context.out(decodeUtf8(octets));
      if (!valid) yield* job.complain("invalid input");
      return undefined;
    }
    const made = encoded(encodeUtf8(text));
    const lines = wrap === "0" ? [made] : (made.match(new RegExp(`.{1,${wrap}}`, "g")) ?? []);
    yield* context.out(wrap === "0" ? made : lines.map((line) => `${line}\n`).join(""));
    return undefined;
  },
);

export function encoded(octets: Uint8Array): string {
  let text = "";
  for (let at = 0; at < octets.length; at += 3) {
    const [a = 0, b = 0, c = 0] = octets.subarray(at, at + 3);
    const bits = (a << 16) | (b << 8) | c;
    const size = Math.min(3, octets.length - at);
    for (let i = 0; i < 4; i++)
      text += i <= size ? ALPHABET.charAt((bits >> (18 - 6 * i)) & 63) : "=";
  }
  return text;
}

function decoded(text: string, ignoresGarbage: boolean): { octets: Uint8Array; valid: boolean } {
  const characters = text.replaceAll("\n", "");
  const kept = ignoresGarbage ? characters.replace(/[^A-Za-z0-9+/=]/g, "") : characters;
  const good =
    /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?/.exec(kept)?.[0] ?? "";
  const octets: number[] = [];
  for (let at = 0; at < good.length; at += 4) {
    const group = good.slice(at, at + 4);
    let bits = 0;
    for (const character of group) bits = (bits << 6) | Math.max(0, ALPHABET.indexOf(character));
    for (let i = 0; i < group.replace(/=+$/, "").length - 1; i++)
      octets.push((bits >> (16 - 8 * i)) & 0xff);
  }
  return { octets: Uint8Array.from(octets), valid: good === kept };
}
