/**
 * Obeying an ICMP redirect (RFC 1122 §3.2.2.2, `__ip_do_redirect`): only from the gateway in use, where accept_redirects
 * allows it, to a plausible gateway, and once that one is known as a neighbour; until then it is only asked for. Left
 * out: the log lines about refused redirects.
 */
import type { Frame } from "../../packet/frame.ts";
import {
  type Ipv4Address,
  isMulticastAddress,
  isZeroNetAddress,
  LIMITED_BROADCAST,
} from "../../packet/ipv4-address.ts";
import type { HostDevice } from "../device/host-device.ts";
import { VALID } from "../neigh/neighbour-state.ts";
import { RouteType } from "../route/config.ts";
import type { IpContext } from "./ip-context.ts";

/** Redirects for a net, a host, and each with a type of service. */
const CODE_MAX = 3;

export function learnRedirect(context: IpContext, message: Frame): void {
  const quoted = message.inner;
  const on = context.devices.at(message.inputInterface);
  if (quoted === null || on === undefined || (message.icmpCode & 7) > CODE_MAX) return;
  const gateway = message.icmpRest as Ipv4Address;
  const current = message.source;
  if (
    gateway === current ||
    !on.conf.acceptRedirects ||
    !isPlausible(context, on, gateway, current)
  )
    return;
  const { router, neighbours, paths, engine } = context;
  const route = router.outputFromAny(quoted.destination, quoted.source, 0, 0, 0);
  const out = route === null ? undefined : context.devices.at(route.device);
  if (route === null || out === undefined || route.gateway === 0) return;
  const known = paths.gateway(quoted.destination, engine.now);
  if ((known === 0 ? route.gateway : known) !== current) return;
  const entry = neighbours.findOrCreate(out, gateway, false);
  if (entry === null) return;
  if ((entry.state & VALID) === 0) neighbours.ask(entry);
  else paths.learnGateway(quoted.destination, gateway, engine.now);
}

function isPlausible(
  { router }: IpContext,
  on: HostDevice,
  gateway: Ipv4Address,
  current: Ipv4Address,
): boolean {
  const isGroup = isMulticastAddress(gateway) || gateway === LIMITED_BROADCAST;
  if (isGroup || isZeroNetAddress(gateway)) return false;
  if (on.conf.sharedMedia !== 0) return router.addressType(gateway) === RouteType.unicast;
  if (!router.isOnLink(on.index, gateway, current)) return false;
  return on.conf.secureRedirects === 0 || router.isGateway(gateway, on.index);
}
