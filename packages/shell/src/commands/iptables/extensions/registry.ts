/** The matches and targets that `iptables` finds as shared libraries. */
import { physdev, quota, tcpmssMatch } from "./conditions.ts";
import { connmark, conntrack, state } from "./connection.ts";
import type { Extension } from "./extension.ts";
import { checksum, classify, nflog, nfqueue, tee, trace } from "./handling.ts";
import { hashlimit } from "./hash-limit.ts";
import { icmp } from "./icmp.ts";
import { ipvs } from "./ipvs.ts";
import { connmarkTarget, markTarget } from "./marking.ts";
import { addrtype, comment, iprange, length, limit, mac, mark, pkttype, ttl } from "./matches.ts";
import { dnat, masquerade, netmap, redirect, snat } from "./nat.ts";
import { multiport, tcp, udp } from "./ports.ts";
import { dscp, dscpTarget, ecnTarget, tos, tosTarget } from "./service-type.ts";
import { set, setTarget } from "./sets.ts";
import { statistic } from "./statistic.ts";
import { ct, log, notrack, reject, tcpmss, ttlTarget } from "./targets.ts";
import { string } from "./text.ts";

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
  statistic,
  hashlimit,
  tos,
  dscp,
  physdev,
  tcpmssMatch,
  quota,
  string,
  set,
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
  netmap,
  tosTarget,
  dscpTarget,
  ecnTarget,
  classify,
  tee,
  trace,
  nflog,
  nfqueue,
  checksum,
  setTarget,
]);
