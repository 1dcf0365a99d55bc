/** What may follow an element: of `add` timeout, counters, comment and nomatch, of a list:set's also its place. */
import type { ListPlace, SetConfig, SetType } from "@lvsim/core";
import { misused, syntaxError } from "./problem.ts";
import { readNumber, TIMEOUT_MAX, type Words } from "./words.ts";

export interface AddOptions {
  /** null for the set's own. */
  readonly timeout: number | null;
  readonly packets: number;
  readonly octets: number;
  readonly comment: string;
  readonly noMatch: boolean;
  readonly place: ListPlace | null;
  /** What the kernel will say of an option for which the set was not made; "" for nothing. */
  readonly unsupported: string;
}

type Draft = { -readonly [Key in keyof AddOptions]: AddOptions[Key] };

const COUNTER_MAX = 2 ** 64;
const COUNTER_MAX_TEXT = "18446744073709551614";

const NETWORK_TYPES: ReadonlySet<SetType> = new Set<SetType>([
  "hash:net",
  "hash:net,port",
  "hash:ip,port,net",
]);

function readComment(text: string): string {
  if (text.includes('"')) syntaxError('" character is not permitted in comments');
  return text;
}

/** Reads the rest of the line; del takes a place at most, test also nomatch. */
export function readAddOptions(
  set: SetConfig,
  words: Words,
  command: "add" | "del" | "test",
): AddOptions {
  const draft: Draft = {
    timeout: null,
    packets: 0,
    octets: 0,
    comment: "",
    noMatch: false,
    place: null,
    unsupported: "",
  };
  const given = new Set<string>();
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (!takeOption(word, draft, words, set.type, command)) misused(`Unknown argument: \`${word}'`);
    if (given.has(word)) syntaxError(`${word} already specified`);
    given.add(word);
  }
  draft.unsupported = unsupported(set, given);
  return draft;
}

function takeOption(
  word: string,
  draft: Draft,
  words: Words,
  type: SetType,
  command: "add" | "del" | "test",
): boolean {
  if ((word === "before" || word === "after") && type === "list:set") {
    draft.place = { set: words.value(word), after: word === "after" };
    return true;
  }
  if (command === "del" || (command === "test" && word !== "nomatch")) return false;
  switch (word) {
    case "timeout":
      draft.timeout = readNumber(words.value(word), 0, TIMEOUT_MAX);
      return true;
    case "packets":
      draft.packets = readNumber(words.value(word), 0, COUNTER_MAX, COUNTER_MAX_TEXT);
      return true;
    case "bytes":
      draft.octets = readNumber(words.value(word), 0, COUNTER_MAX, COUNTER_MAX_TEXT);
      return true;
    case "comment":
      draft.comment = readComment(words.value(word));
      return true;
    case "nomatch":
      draft.noMatch = true;
      return NETWORK_TYPES.has(type);
    default:
      return false;
  }
}

/** The kernel takes only what the set was made for. */
function unsupported(set: SetConfig, given: ReadonlySet<string>): string {
  const lacks = (what: string, support: string): string =>
    `${what} cannot be used: set was created without ${support} support`;
  if (given.has("timeout") && set.timeout === null) return lacks("Timeout", "timeout");
  if ((given.has("packets") || given.has("bytes")) && !set.counters)
    return lacks("Packet/byte counters", "counter");
  return given.has("comment") && !set.comments ? lacks("Comment", "comment") : "";
}
