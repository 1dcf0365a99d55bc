/** What starting and stopping a unit does to the machine. Units without an entry only have a state. */
import type { CommandContext } from "../command.ts";
import { runCaptured } from "../commands/base/run-captured.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { Signal } from "../process/signal.ts";
import { on, type Wait } from "../process/wait.ts";
import { HTTPD } from "./httpd.ts";
import { KEEPALIVED } from "./keepalived-unit.ts";
import { nginxMaster, reloadNginx, startNginx } from "./nginx.ts";
import { SSHD } from "./sshd-unit.ts";
import type { UnitBehaviour } from "./unit-behaviour.ts";

/** The rules that iptables-services brings: ssh and the answers to what went out, nothing else. */
export const IPTABLES_RULES = `# Rules of the iptables service
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p icmp -j ACCEPT
-A INPUT -i lo -j ACCEPT
-A INPUT -p tcp -m state --state NEW -m tcp --dport 22 -j ACCEPT
-A INPUT -j REJECT --reject-with icmp-host-prohibited
-A FORWARD -j REJECT --reject-with icmp-host-prohibited
COMMIT
`;

const RULES_FILE = "/etc/sysconfig/iptables";
const IPVS_FILE = "/etc/sysconfig/ipvsadm";

/** Standard error of what a unit runs goes to the journal. */
function* quietly(
  context: CommandContext,
  body: (context: CommandContext) => Generator<Wait, number, void>,
): Generator<Wait, boolean, void> {
  const { process } = context;
  const stderr = process.descriptors.get(2)?.retain();
  process.descriptors.close(2);
  try {
    return (yield* body(context)) === 0;
  } finally {
    if (stderr !== undefined) process.descriptors.set(2, stderr);
  }
}

const NGINX: UnitBehaviour = {
  start: (context) => quietly(context, startNginx),
  *stop({ machine }) {
    const master = nginxMaster(machine);
    master?.signal(Signal.QUIT);
    while (master?.alive === true) yield on(master.ended);
    return true;
  },
  reload: (context) =>
    quietly(context, function* (own) {
      const master = nginxMaster(own.machine);
      return master === undefined ? 1 : yield* reloadNginx(own, master);
    }),
  lives: (machine) => nginxMaster(machine) !== undefined,
  conflicts: [],
};

function* commands(
  context: CommandContext,
  lines: readonly (readonly string[])[],
): Generator<Wait, boolean, void> {
  let succeeded = true;
  for (const argv of lines)
    succeeded = (yield* runCaptured(context, argv)).status === 0 && succeeded;
  return succeeded;
}

const TABLES = ["filter", "nat", "mangle"];

const IPTABLES: UnitBehaviour = {
  *start(context) {
    const rules = context.machine.files.readText(RULES_FILE);
    if (rules === undefined) return true;
    return (yield* runCaptured(context, ["/usr/sbin/iptables-restore"], rules)).status === 0;
  },
  *stop(context) {
    const shown = context.namespace.config.netfilter.tables;
    const used = TABLES.filter((table) => table in shown);
    const policies = used.includes("filter") ? ["INPUT", "FORWARD", "OUTPUT"] : [];
    return yield* commands(context, [
      ...used.flatMap((table) => [
        ["/usr/sbin/iptables", "-t", table, "-F"],
        ["/usr/sbin/iptables", "-t", table, "-X"],
      ]),
      ...policies.map((chain) => ["/usr/sbin/iptables", "-P", chain, "ACCEPT"]),
    ]);
  },
  reload: null,
  lives: null,
  conflicts: ["firewalld.service"],
};

const IPVSADM: UnitBehaviour = {
  *start(context) {
    const rules = context.machine.files.readText(IPVS_FILE);
    if (rules === undefined) return false;
    return (yield* runCaptured(context, ["/usr/sbin/ipvsadm-restore"], rules)).status === 0;
  },
  *stop(context) {
    const saved = yield* runCaptured(context, ["/usr/sbin/ipvsadm-save", "-n"]);
    context.machine.files.writeText(IPVS_FILE, saved.stdout, 0o600);
    return yield* commands(context, [["/usr/sbin/ipvsadm", "-C"]]);
  },
  reload: null,
  lives: null,
  conflicts: [],
};

/** The interfaces that network-scripts know, but the loopback's. */
function scripts({ files }: Kernel): string[] {
  const folder = files.resolve("/etc/sysconfig/network-scripts", "/");
  if (typeof folder === "number" || folder.kind !== "directory") return [];
  return Array.from(folder.entries.keys())
    .filter((name) => name.startsWith("ifcfg-") && name !== "ifcfg-lo")
    .map((name) => name.slice("ifcfg-".length))
    .sort();
}

const NETWORK: UnitBehaviour = {
  start: (context) =>
    commands(
      context,
      scripts(context.machine).map((name) => ["/usr/sbin/ifup", name]),
    ),
  stop: (context) =>
    commands(
      context,
      scripts(context.machine).map((name) => ["/usr/sbin/ifdown", name]),
    ),
  reload: null,
  lives: null,
  conflicts: [],
};

const BEHAVIOURS: ReadonlyMap<string, UnitBehaviour> = new Map([
  ["nginx.service", NGINX],
  ["iptables.service", IPTABLES],
  ["ipvsadm.service", IPVSADM],
  ["network.service", NETWORK],
  ["keepalived.service", KEEPALIVED],
  ["httpd.service", HTTPD],
  ["apache2.service", HTTPD],
  ["ssh.service", SSHD],
  ["sshd.service", SSHD],
]);

export const behaviourOf = (unit: string): UnitBehaviour | undefined => BEHAVIOURS.get(unit);
