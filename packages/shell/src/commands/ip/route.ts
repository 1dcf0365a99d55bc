/** `ip route`. Left out: multipath, nexthop objects, encapsulation, and saving in netlink's own format. */
import type { SimpleResult } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import type { Words } from "../../options/iproute2.ts";
import { changeRoute, deleteRoute } from "./change-route.ts";
import { type IpContext, type IpVerbs, leftOut, runVerb } from "./context.ts";
import { getRoute } from "./get-route.ts";
import { flushRoutes, showRoutes } from "./show-route.ts";

const notModelled = (): never => {
  throw leftOut("saving and restoring routes in netlink's own format");
};

const ROUTE_VERBS: IpVerbs = [
  ["list", showRoutes],
  ["show", showRoutes],
  ["lst", showRoutes],
  ["get", getRoute],
  ["add", (context, words) => changeRoute(context, words, "add")],
  ["change", (context, words) => changeRoute(context, words, "change")],
  ["chg", (context, words) => changeRoute(context, words, "change")],
  ["replace", (context, words) => changeRoute(context, words, "replace")],
  ["prepend", (context, words) => changeRoute(context, words, "prepend")],
  ["append", (context, words) => changeRoute(context, words, "append")],
  ["test", () => refuseTest()],
  ["delete", deleteRoute],
  ["flush", flushRoutes],
  ["save", notModelled],
  ["restore", notModelled],
  ["showdump", notModelled],
];

/** NLM_F_EXCL without NLM_F_CREATE: nobody uses it. */
const refuseTest = (): never => {
  throw new CommandFailure(2, "RTNETLINK answers: No such file or directory\n");
};

export const routeObject = (context: IpContext, words: Words): SimpleResult =>
  runVerb(ROUTE_VERBS, "route", context, words);
