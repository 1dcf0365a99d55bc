/**
 * Whether a packet may have come from where it says (`fib_validate_source`): reverse path filter and the ban on our
 * own addresses.
 */
import { Errno } from "../../base/errno.ts";
import { ANY_ADDRESS, type Ipv4Address } from "../../packet/ipv4-address.ts";
import { Scope } from "../device/config.ts";
import { RouteType } from "./config.ts";
import type { FibRoute } from "./fib-route.ts";
import type { RouterConf } from "./router-environment.ts";
import type { RoutingTables } from "./routing-tables.ts";

/** The error of the reverse path filter; no socket ever sees it. */
const EXDEV = 18;

export const SourceVerdict = {
  reversePathFilter: -EXDEV,
  martian: -Errno.EINVAL,
  accepted: 0,
  /** Accepted, and the sender is a neighbour on the device. */
  onLink: 1,
} as const;
export type SourceVerdict = (typeof SourceVerdict)[keyof typeof SourceVerdict];

/** `destination` 0 for broadcasts; `outputInterface` 0 unless the packet is to be forwarded. */
export function validateSource(
  tables: RoutingTables,
  conf: RouterConf,
  source: Ipv4Address,
  destination: Ipv4Address,
  tos: number,
  mark: number,
  device: number,
  outputInterface: number,
): SourceVerdict {
  const { fib, addresses } = tables;
  if (conf.rpFilter === 0 && (device !== outputInterface || conf.sendRedirects === 0)) {
    if (conf.acceptLocal !== 0) return SourceVerdict.accepted;
    // the addresses tell enough unless somebody made local routes or rules of his own
    if (!fib.hasCustomLocalRoutes && !fib.hasCustomRules)
      return fib.ownerOf(source) === 0 ? SourceVerdict.accepted : SourceVerdict.martian;
  }
  const from = outputInterface === 0 ? fib.loopback : outputInterface;
  const checkedMark = conf.srcValidMark === 0 ? 0 : mark;
  const route = fib.lookup(source, destination, tos, checkedMark, from, 0);
  if (route === null) return withoutWayBack(conf);
  if (route.type !== RouteType.unicast)
    if (route.type !== RouteType.local || conf.acceptLocal === 0) return SourceVerdict.martian;
  if (usesDevice(route, device, fib.loopback)) return distance(route);
  const hasAddress = (addresses.device(device)?.addresses.length ?? 0) > 0;
  if (!hasAddress) return withoutWayBack(conf);
  if (conf.rpFilter === 1) return SourceVerdict.reversePathFilter;
  const there = fib.lookup(source, destination, tos, checkedMark, from, device);
  return there !== null && there.type === RouteType.unicast
    ? distance(there)
    : SourceVerdict.accepted;
}

const withoutWayBack = (conf: RouterConf): SourceVerdict =>
  conf.rpFilter === 0 ? SourceVerdict.accepted : SourceVerdict.reversePathFilter;

const usesDevice = (route: FibRoute, device: number, loopback: number): boolean =>
  route.nextHopDevice === device ||
  route.group?.uses(device) === true ||
  (route.type === RouteType.local && device === loopback);

const distance = (route: FibRoute): SourceVerdict =>
  route.nextHopScope >= Scope.host ? SourceVerdict.onLink : SourceVerdict.accepted;

/** For packets to a group: the same question with nobody to forward to. */
export const validateGroupSource = (
  tables: RoutingTables,
  conf: RouterConf,
  source: Ipv4Address,
  tos: number,
  mark: number,
  device: number,
): SourceVerdict => validateSource(tables, conf, source, ANY_ADDRESS, tos, mark, device, 0);
