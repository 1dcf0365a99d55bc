/** One line of `ip route` (`print_route`, `print_rta_multipath`): its parts in iproute2's order. */
import {
  formatIpv4Address,
  type Ipv4Address,
  type NextHopConfig,
  type RouteConfig,
  RouteProtocol,
  RouteTable,
  RouteType,
  Scope,
} from "@lvsim/core";
import type { TypedPrefix } from "./arguments.ts";
import type { IpContext } from "./context.ts";
import { protocolName, scopeName, tableName, typeName } from "./names.ts";
import { metricsText } from "./route-metrics.ts";

/** What was asked for is not said again; null: not asked. */
export interface Said {
  /** 0 for all. */
  table: number;
  device: number | null;
  gateway: TypedPrefix | null;
  source: TypedPrefix | null;
  protocol: number | null;
  scope: number | null;
}

/** Nothing was asked for. */
export const NOTHING_SAID: Said = Object.freeze({
  ...{ table: 0, device: null, gateway: null, source: null, protocol: null, scope: null },
});

export function routeLine(context: IpContext, route: RouteConfig, said: Said): string {
  const { details, oneLine } = context.options;
  const parts: string[] = [];
  if (route.type !== RouteType.unicast || details) parts.push(typeName(route.type));
  parts.push(destinationText(route));
  if (route.tos !== 0) parts.push(`tos 0x${route.tos.toString(16).padStart(2, "0")}`);
  if (route.gateway !== 0 && said.gateway?.length !== 32) parts.push(via(route.gateway));
  if (route.device !== 0 && said.device === null) parts.push(by(context, route.device));
  if ((route.table !== RouteTable.main || details) && said.table === 0)
    parts.push(`table ${tableName(route.table, context.machine.files)}`);
  if ((route.protocol !== RouteProtocol.boot || details) && said.protocol === null)
    parts.push(`proto ${protocolName(route.protocol)}`);
  if ((route.scope !== Scope.universe || details) && said.scope === null)
    parts.push(`scope ${scopeName(route.scope)}`);
  if (route.preferredSource !== 0 && said.source?.length !== 32)
    parts.push(`src ${formatIpv4Address(route.preferredSource)}`);
  if (route.metric !== 0) parts.push(`metric ${route.metric}`);
  if (route.nextHops === undefined) parts.push(...flagsOf(context, route));
  const hops = (route.nextHops ?? []).map((hop) => hopText(context, hop));
  const newline = oneLine ? "\\" : "\n";
  return `${parts.join(" ")} ${metricsText(route)}${hops.map((hop) => newline + hop).join("")}\n`;
}

const via = (gateway: Ipv4Address): string => `via ${formatIpv4Address(gateway)}`;

const by = ({ network }: IpContext, index: number): string =>
  `dev ${network.config.devices.find((device) => device.index === index)?.name ?? `if${index}`}`;

function hopText(context: IpContext, hop: NextHopConfig): string {
  const parts = ["\tnexthop"];
  if (hop.gateway !== 0) parts.push(via(hop.gateway));
  parts.push(by(context, hop.device), `weight ${hop.weight}`, ...flagsOf(context, hop));
  return `${parts.join(" ")} `;
}

/** `print_rt_flags`. A way without carrier is dead where such ways do not count. */
function flagsOf(
  { network }: IpContext,
  {
    device,
    onlink,
    ...rest
  }: Pick<NextHopConfig, "device" | "onlink"> & { readonly dead?: boolean },
): string[] {
  const live = network.device(device);
  const isDown = live?.up === true && !live.carrier;
  const isDead = rest.dead === true || (isDown && live.conf.ignoreRoutesWithLinkdown !== 0);
  const flags = [isDead ? "dead" : "", onlink ? "onlink" : "", isDown ? "linkdown" : ""];
  return flags.filter((flag) => flag !== "");
}

function destinationText({ destination, prefixLength }: RouteConfig): string {
  if (prefixLength === 0) return "default";
  const address = formatIpv4Address(destination);
  return prefixLength === 32 ? address : `${address}/${prefixLength}`;
}
