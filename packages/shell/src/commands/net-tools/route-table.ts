/** net-tools' three ways to show the routes of the main table. */

import type { NetworkNamespace } from "@lvsim/core";
import { formatIpv4Address, type Ipv4Address } from "@lvsim/core";
import { RouteFlag, type RouteRow, routeRows } from "../../proc-net/route-rows.ts";
import type { FileSystem } from "../../vfs/file-system.ts";
import { askForNetworkName } from "./network-name.ts";
import { hostText } from "./resolve.ts";

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
  network: NetworkNamespace,
  files: FileSystem,
  style: TableStyle,
): string {
  const lines = routeRows(network).map((row) => {
    const isHost = (row.flags & RouteFlag.host) !== 0;
    if (!style.numeric && !isHost && row.destination !== 0)
      askForNetworkName(network, row.destination);
    return rowText(row, files, style);
  });
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
