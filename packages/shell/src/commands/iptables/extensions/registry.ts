/** The matches and targets that `iptables` finds as shared libraries. */
import type { Extension } from "./extension.ts";
import { icmp } from "./icmp.ts";
import { connmarkTarget, markTarget } from "./marking.ts";
import { addrtype, comment, iprange, length, limit, mac, mark, pkttype, ttl } from "./matches.ts";
import { multiport, tcp, udp } from "./ports.ts";
import { ct, log, notrack, reject, tcpmss, ttlTarget } from "./targets.ts";
import { connmark, conntrack, dnat, ipvs, masquerade, redirect, snat, state } from "./tracking.ts";

const byName = (extensions: readonly Extension[]): ReadonlyMap<string, Extension> =>
  new Map(extensions.map((extension) => [extension.name, extension]));

export const MATCHES = byName([
  tcp,
  udp,
  icmp,
  multiport,
  mark,
  limit,
  comment,
  addrtype,
  ttl,
  mac,
  length,
  iprange,
  pkttype,
  conntrack,
  state,
  connmark,
  ipvs,
]);

export const TARGETS = byName([
  log,
  reject,
  markTarget,
  notrack,
  ct,
  tcpmss,
  ttlTarget,
  connmarkTarget,
  masquerade,
  redirect,
  snat,
  dnat,
]);
