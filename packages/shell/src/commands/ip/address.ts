/** `ip addr`. */
import type { SimpleResult } from "../../command.ts";
import type { Words } from "../../options/iproute2.ts";
import { changeAddress } from "./change-address.ts";
import { type IpContext, type IpVerbs, leftOut, runVerb } from "./context.ts";
import { flushAddresses, showAddresses } from "./show-address.ts";

const notModelled = (): never => {
  throw leftOut("saving and restoring addresses in netlink's own format");
};

const ADDRESS_VERBS: IpVerbs = [
  ["add", (context, words) => changeAddress(context, words, "add")],
  ["change", (context, words) => changeAddress(context, words, "change")],
  ["chg", (context, words) => changeAddress(context, words, "change")],
  ["replace", (context, words) => changeAddress(context, words, "replace")],
  ["delete", (context, words) => changeAddress(context, words, "delete")],
  ["show", showAddresses],
  ["lst", showAddresses],
  ["list", showAddresses],
  ["flush", flushAddresses],
  ["save", notModelled],
  ["showdump", notModelled],
  ["restore", notModelled],
];

export const addressObject = (context: IpContext, words: Words): SimpleResult =>
  runVerb(ADDRESS_VERBS, "address", context, words);
