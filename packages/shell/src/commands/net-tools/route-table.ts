/** The routes of the main table as /proc/net/route tells them, and net-tools' three ways to show them. */
import {
  formatIpv4Address,
  type Ipv4Address,
  listRoutes,
  prefixMask,
  type RouteConfig,
  RouteTable,
  RouteType,
} from "@lvsim/core";
import type { FileSystem } from "../../vfs/file-system.ts";
import type { CommandNetwork } from "../network.ts";
import { hostText } from "./resolve.ts";

export const RouteFlag = { up: 0x1, gateway: 0x2, host: 0x4, reject: 0x200 } as const;

/** One line of /proc/net/route. */
export interface RouteRow {
  /** `*` when packets leave by none. */
  readonly device: string;
  readonly destination: Ipv4Address;
  readonly gateway: Ipv4Address;
  readonly mask: Ipv4Address;
  readonly flags: number;
  readonly metric: number;
}

/** Broadcast and multicast routes are not listed. */
export function routeRows({ config }: CommandNetwork): readonly RouteRow[] {
  return listRoutes(config, RouteTable.main)
    .filter(({ type }) => type !== RouteType.broadcast && type !== RouteType.multicast)
    .map((route) => ({
      device: config.devices.find(({ index }) => index === route.device)?.name ?? "*",
      destination: route.destination,
      gateway: route.gateway,
      mask: prefixMask(route.prefixLength),
      flags: flagsOf(route),
      metric: route.metric,
    }));
}

function flagsOf({ gateway, prefixLength, type }: RouteConfig): number {
  let flags: number = RouteFlag.up;
  if (type === RouteType.unreachable || type === RouteType.prohibit) flags |= RouteFlag.reject;
  if (gateway !== 0) flags |= RouteFlag.gateway;
  if (prefixLength === 32) flags |= RouteFlag.host;
  return flags;
}

export interface TableStyle {
  readonly numeric: boolean;
  /** How often -e was given; `netstat -r` begins with one. */
  readonly extended: 0 | 1 | 2;
}

const HEADS = [
  "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface\n",
  "Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface\n",
  "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface    MSS   Window irtt\n",
] as const;

export function routeTableText(
  network: CommandNetwork,
  files: FileSystem,
  style: TableStyle,
): string {
  const lines = routeRows(network).map((row) => rowText(row, files, style));
  return `Kernel IP routing table\n${HEADS[style.extended]}${lines.join("")}`;
}

function rowText(row: RouteRow, files: FileSystem, { extended, numeric }: TableStyle): string {
  const isReject = (row.flags & RouteFlag.reject) !== 0;
  const cells = [
    destinationText(row, files, numeric).padEnd(15),
    (isReject ? "-" : hostOrAny(row.gateway, files, numeric)).padEnd(15),
    formatIpv4Address(row.mask).padEnd(15),
    flagText(row.flags).padEnd(5),
  ].join(" ");
  const device = isReject ? "-" : row.device;
  if (extended === 1) {
    const none = isReject ? "-" : "0";
    return `${cells} ${none.padStart(5)} ${none.padEnd(6)} ${none.padStart(5)} ${device}\n`;
  }
  const references = (isReject ? "-" : "0").padEnd(6);
  const metric = `${cells} ${String(row.metric).padEnd(6)} ${references} ${"0".padStart(3)}`;
  if (extended === 0) return `${metric} ${device}\n`;
  const none = isReject ? "-" : "0";
  return `${metric} ${device.padEnd(8)} ${none.padEnd(5)} ${none.padEnd(6)} ${none}\n`;
}

const hostOrAny = (address: Ipv4Address, files: FileSystem, numeric: boolean): string =>
  address === 0 ? "0.0.0.0" : hostText(files, address, numeric);

function destinationText(row: RouteRow, files: FileSystem, numeric: boolean): string {
  if (numeric) return formatIpv4Address(row.destination);
  if (row.destination === 0 && row.mask === 0) return "default";
  const isHost = (row.flags & RouteFlag.host) !== 0;
  return isHost ? hostText(files, row.destination, false) : formatIpv4Address(row.destination);
}

function flagText(flags: number): string {
  if ((flags & RouteFlag.reject) !== 0)
    return "!".concat((flags & RouteFlag.host) !== 0 ? "H" : "");
  const gateway = (flags & RouteFlag.gateway) !== 0 ? "G" : "";
  const host = (flags & RouteFlag.host) !== 0 ? "H" : "";
  return `U${gateway}${host}`;
}
