/** `ip neigh`. */
import type { SimpleResult } from "../../command.ts";
import type { Words } from "../../options/iproute2.ts";
import { deleteEntry, putEntry } from "./change-neighbour.ts";
import { type IpContext, type IpVerbs, runVerb } from "./context.ts";
import { flushEntries, getEntry, showEntries } from "./show-neighbour.ts";

const NEIGHBOUR_VERBS: IpVerbs = [
  ["add", (context, words) => putEntry(context, words, "add")],
  ["change", (context, words) => putEntry(context, words, "change")],
  ["chg", (context, words) => putEntry(context, words, "change")],
  ["replace", (context, words) => putEntry(context, words, "replace")],
  ["delete", deleteEntry],
  ["get", getEntry],
  ["show", showEntries],
  ["lst", showEntries],
  ["list", showEntries],
  ["flush", flushEntries],
];

export const neighbourObject = (context: IpContext, words: Words): SimpleResult =>
  runVerb(NEIGHBOUR_VERBS, "neigh", context, words);
