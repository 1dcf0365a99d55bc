/**
 * modprobe and lsmod (kmod). What load balancers load is in this kernel already, so loading shows nothing; but
 * br_netfilter comes and goes, since with it bridges behave otherwise, and so does toa, which only machines of a lab
 * with FULLNAT have (on its real servers it gives programs the clients' addresses).
 */
import type { CommandContext } from "../../command.ts";
import { flag } from "../../options/getopt.ts";
import { toaStatistics } from "../../proc-net/fullnat-files.ts";
import { plainTool, tool } from "./tool.ts";

const KNOWN =
  /^(ip_vs(_(rr|wrr|lc|wlc|fo|ovf|lblc|lblcr|dh|sh|mh|sed|nq|twos|ftp|pe_sip))?|ipip|ip_gre|gre|tunnel4|ip_tunnel|fou|dummy|veth|bridge|br_netfilter|8021q|macvlan|bonding|nf_conntrack(_ftp|_netlink|_ipv4)?|nf_nat(_ftp)?|nf_defrag_ipv4|ip_tables|iptable_(filter|nat|mangle|raw|security)|x_tables|xt_\w+|ipt_\w+|nf_log_\w+|ip_set\w*|tun|tap|libcrc32c|overlay|tcp_bbr|sch_\w+|loop|configs)$/;

export const modprobe = tool(
  "/usr/sbin/modprobe",
  {
    options: [
      flag("a", "all", "a"),
      flag("r", "remove", "r"),
      flag("q", "quiet", "q"),
      flag("v", "verbose", "v"),
      flag("f", "force", "f"),
      flag("n", "dry-run", "n"),
    ],
  },
  function* (job) {
    const { context, given, operands } = job;
    if (operands.length === 0) throw job.fail("ERROR: missing parameters. See -h.");
    // words after the first are the module's parameters, unless all are modules
    for (const name of given.has("a") || given.has("r") ? operands : operands.slice(0, 1)) {
      const module = name.replaceAll("-", "_");
      if (module === "br_netfilter" && !given.has("n"))
        context.machine.network.loadBridgeNetfilter(!given.has("r"), context.origin);
      if (KNOWN.test(module) || (module === "toa" && hasToa(context))) {
        if (module === "toa" && !given.has("n")) loadToa(context, !given.has("r"));
        continue;
      }
      job.status = 1;
      const folder = `/lib/modules/${context.machine.release}`;
      if (!given.has("q"))
        yield* context.err(
          `${job.name}: ${given.has("a") ? "WARNING" : "FATAL"}: Module ${name} not found in directory ${folder}\n`,
        );
    }
    return undefined;
  },
);

const hasToa = ({ namespace }: CommandContext): boolean =>
  namespace.config.ipvs.variant !== "mainline";

function loadToa({ machine, origin }: CommandContext, isLoaded: boolean): void {
  machine.network.loadToa(isLoaded, origin);
  if (isLoaded) machine.procNet.set("toa_stats", toaStatistics);
  else machine.procNet.delete("toa_stats");
}

/** What is always there, with what uses it. */
const LOADED: readonly (readonly [string, number, string])[] = [
  ["ip_vs", 196_608, "ip_vs_rr,ip_vs_wrr"],
  ["nf_conntrack", 188_416, "ip_vs,nf_nat"],
  ["nf_defrag_ipv4", 16_384, "nf_conntrack"],
  ["ipip", 20_480, ""],
  ["ip_tunnel", 32_768, "ipip"],
];

/** With br_netfilter, above what is always there. */
const LOADED_FOR_BRIDGES: typeof LOADED = [
  ["br_netfilter", 32_768, ""],
  ["bridge", 311_296, "br_netfilter"],
  ["stp", 16_384, "bridge"],
  ["llc", 16_384, "bridge,stp"],
];

const TOA = ["toa", 16_384, ""] as const;

export const lsmod = plainTool("/usr/sbin/lsmod", {}, ({ context }) => {
  const { bridgeNetfilter, toa } = context.namespace.config;
  const more = bridgeNetfilter ? LOADED_FOR_BRIDGES : [];
  const rows = [...(toa === true ? [TOA] : []), ...more, ...LOADED].map(([name, size, users]) => {
    const count = users === "" ? 0 : users.split(",").length;
    return `${name.padEnd(19)} ${String(size).padStart(8)}  ${count}${users === "" ? "" : ` ${users}`}\n`;
  });
  return `Module                  Size  Used by\n${rows.join("")}`;
});
