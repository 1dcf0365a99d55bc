/** The matchers by name, for `expect.extend`. */
import { toOwnVip } from "./host-matchers.ts";
import { toBeAnsweredBy, toBeDroppedFor, toReach, toTraverse } from "./request-matchers.ts";
import { toBeFairWithin, toDisruptAtMost } from "./service-matchers.ts";

export const matchers = {
  toReach,
  toTraverse,
  toBeAnsweredBy,
  toBeDroppedFor,
  toOwnVip,
  toBeFairWithin,
  toDisruptAtMost,
};
