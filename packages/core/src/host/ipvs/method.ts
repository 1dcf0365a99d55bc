/** The forwarding methods as small numbers (IP_VS_CONN_F_FWD_MASK; `fullNat` is the fork's). */
import type { ForwardingMethod } from "./config.ts";

export const Method = {
  masquerading: 0,
  localNode: 1,
  tunnelling: 2,
  directRouting: 3,
  bypass: 4,
  fullNat: 5,
} as const;
export type Method = (typeof Method)[keyof typeof Method];

export const METHOD_OF: Readonly<Record<ForwardingMethod, Method>> = {
  masquerading: Method.masquerading,
  "local-node": Method.localNode,
  tunnelling: Method.tunnelling,
  "direct-routing": Method.directRouting,
  bypass: Method.bypass,
  "full-nat": Method.fullNat,
};
