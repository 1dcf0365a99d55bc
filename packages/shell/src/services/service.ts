/** service(8): hands over to systemctl, but for the actions of the iptables and ipvsadm scripts that units do not have. */
import type { Command, CommandContext } from "../command.ts";
import { runCaptured } from "../commands/base/run-captured.ts";
import type { Wait } from "../process/wait.ts";
import { runSystemctl } from "./systemctl.ts";
import { findUnit } from "./unit-control.ts";

const LSB_ACTIONS = [
  "start",
  "stop",
  "restart",
  "try-restart",
  "reload",
  "force-reload",
  "status",
  "condrestart",
];

const USAGE =
  "Usage: service < option > | --status-all | [ service_name [ command | --full-restart ] ]\n";

function* run(context: CommandContext): Generator<Wait, number, void> {
  const { argv, machine } = context;
  const [, name, action] = argv;
  const isCentos = machine.system.distribution.id === "centos";
  if (name === undefined || action === undefined) {
    yield* context.err(USAGE);
    return 1;
  }
  if (isCentos && action === "save" && findUnit(machine, name) !== undefined) {
    if (name === "iptables") return yield* saveRules(context);
    if (name === "ipvsadm") return yield* saveServices(context);
  }
  if (!LSB_ACTIONS.includes(action)) {
    yield* context.err(
      isCentos
        ? `The service command supports only basic LSB actions (${LSB_ACTIONS.slice(0, 7).join(", ")}). For other actions, please try to use systemctl.\n`
        : `Unknown command verb ${action}.\n`,
    );
    return isCentos ? 2 : 1;
  }
  if (isCentos) yield* context.err(`Redirecting to /bin/systemctl ${action} ${name}.service\n`);
  return yield* runSystemctl(context, [action, name]);
}

function* saveRules(context: CommandContext): Generator<Wait, number, void> {
  const path = "/etc/sysconfig/iptables";
  const saved = yield* runCaptured(context, ["/usr/sbin/iptables-save"]);
  if (saved.status === 0) context.machine.files.writeText(path, saved.stdout, 0o600);
  const outcome = saved.status === 0 ? "[  OK  ]" : "[FAILED]";
  yield* context.out(`iptables: Saving firewall rules to ${path}:${outcome}\n`);
  return saved.status === 0 ? 0 : 1;
}

function* saveServices(context: CommandContext): Generator<Wait, number, void> {
  const path = "/etc/sysconfig/ipvsadm";
  const saved = yield* runCaptured(context, ["/usr/sbin/ipvsadm-save", "-n"]);
  context.machine.files.writeText(path, saved.stdout, 0o600);
  yield* context.out(`ipvsadm: Saving IPVS table to ${path}:[  OK  ]\n`);
  return 0;
}

export const service: Command = { path: "/usr/sbin/service", run };
