/** ipvsadm and the files of /proc/net that IPVS makes. */
import type { NetworkNamespace } from "@lvsim/core";
import {
  procConnections,
  procProcessorStatistics,
  procServices,
  procStatistics,
  procSyncedConnections,
} from "./proc-files.ts";

export { type IpvsadmVariant, ipvsadmCommands } from "./ipvsadm.ts";

/** By name below /proc/net. */
export const IPVS_PROC_FILES: ReadonlyMap<string, (namespace: NetworkNamespace) => string> =
  new Map([
    ["ip_vs", procServices],
    ["ip_vs_conn", procConnections],
    ["ip_vs_conn_sync", procSyncedConnections],
    ["ip_vs_stats", procStatistics],
    ["ip_vs_stats_percpu", procProcessorStatistics],
  ]);
