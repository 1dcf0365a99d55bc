/** One route of `ip route` (`print_route`, `print_rta_multipath`): its parts in iproute2's order. */
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
import type { Printer } from "./printer.ts";
import { metricsOf } from "./route-metrics.ts";

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

export function printRoute(
  printer: Printer,
  context: IpContext,
  route: RouteConfig,
  said: Said,
): void {
  const { details, oneLine } = context.options;
  if (route.type !== RouteType.unicast || details) word(printer, "type", typeName(route.type), "");
  word(printer, "dst", destinationText(route), "");
  if (route.tos !== 0) word(printer, "tos", `0x${route.tos.toString(16).padStart(2, "0")}`);
  if (said.gateway?.length !== 32) printGateway(printer, route.gateway);
  if (route.device !== 0 && said.device === null)
    word(printer, "dev", deviceName(context, route.device));
  if ((route.table !== RouteTable.main || details) && said.table === 0)
    word(printer, "table", tableName(route.table, context.machine.files));
  if ((route.protocol !== RouteProtocol.boot || details) && said.protocol === null)
    word(printer, "protocol", protocolName(route.protocol), "proto ");
  if ((route.scope !== Scope.universe || details) && said.scope === null)
    word(printer, "scope", scopeName(route.scope));
  if (route.preferredSource !== 0 && said.source?.length !== 32)
    word(printer, "prefsrc", formatIpv4Address(route.preferredSource), "src ");
  if (route.metric !== 0) printer.field("metric", route.metric, `metric ${route.metric} `);
  printFlags(printer, route.nextHops === undefined ? flagsOf(context, route) : []);
  printMetrics(printer, route);
  if (route.nextHops !== undefined)
    printer.list("nexthops", () => {
      for (const hop of route.nextHops ?? [])
        printer.object("", () => {
          printer.say(oneLine ? "\\" : "\n");
          printHop(printer, context, hop);
        });
    });
  printer.say("\n");
}

/** A word and its value, with a blank behind. */
const word = (printer: Printer, key: string, value: string, name = `${key} `): void =>
  printer.field(key, value, `${name}${value} `);

function printGateway(printer: Printer, gateway: Ipv4Address): void {
  if (gateway !== 0) word(printer, "gateway", formatIpv4Address(gateway), "via ");
}

const deviceName = ({ network }: IpContext, index: number): string =>
  network.config.devices.find((device) => device.index === index)?.name ?? `if${index}`;

function printHop(printer: Printer, context: IpContext, hop: NextHopConfig): void {
  printer.say("\tnexthop ");
  printGateway(printer, hop.gateway);
  word(printer, "dev", deviceName(context, hop.device));
  printer.field("weight", hop.weight, `weight ${hop.weight} `);
  printFlags(printer, flagsOf(context, hop));
}

export const printFlags = (printer: Printer, flags: readonly string[]): void =>
  printer.list("flags", () => {
    for (const flag of flags) printer.field("", flag, `${flag} `);
  });

/** `print_rta_metrics`. */
function printMetrics(printer: Printer, route: RouteConfig): void {
  const metrics = metricsOf(route);
  if (metrics.length === 0) return;
  printer.list("metrics", () =>
    printer.object("", () => {
      for (const { name, isLocked, value, text } of metrics) {
        printer.say(`${name} ${isLocked ? "lock " : ""}`);
        if (isLocked) printer.note("lock", null);
        printer.field(name, value, `${text} `);
      }
    }),
  );
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
