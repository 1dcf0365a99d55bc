/** /proc/net/nf_conntrack (nf_conntrack_standalone.c): the table of tracked connections. */
import type { NetworkNamespace } from "@lvsim/core";
import { EPOCH_SECONDS } from "../../kernel/kernel.ts";
import { procLine } from "./format.ts";

export function conntrackFile({ engine, netfilter }: NetworkNamespace): string {
  const { loaded } = netfilter.connections;
  if (loaded === null) return "";
  const clock = { jiffies: loaded.jiffies, now: engine.now, epoch: EPOCH_SECONDS };
  return loaded
    .list()
    .map((connection) => procLine(connection, clock))
    .join("");
}
