/**
 * keepalived.service: Debian's runs in the foreground and only with a configuration that is not empty; CentOS's takes its options
 * from /etc/sysconfig/keepalived.
 */
import type { CommandContext } from "../command.ts";
import { keepalivedParent } from "../commands/keepalived/daemon/parent.ts";
import { releaseOf } from "../commands/keepalived/daemon/release.ts";
import { PROGRAM, startDaemon } from "../commands/keepalived/keepalived.ts";
import { readOptions } from "../commands/keepalived/options.ts";
import { Signal } from "../process/signal.ts";
import { on, until, type Wait } from "../process/wait.ts";
import type { UnitBehaviour } from "./unit-behaviour.ts";

const DEFAULTS = "/etc/sysconfig/keepalived";
/** Turns that the daemon and its children need to find out that they cannot run. */
const TURNS = 4;

/** The words of `KEEPALIVED_OPTIONS="-D"`. */
function configuredOptions({ machine }: CommandContext): string[] {
  const text = machine.files.readText(DEFAULTS) ?? "";
  const value = /^KEEPALIVED_OPTIONS=(.*)$/m.exec(text)?.[1] ?? "";
  return value
    .replace(/^["']|["']$/g, "")
    .split(/\s+/)
    .filter((word) => word !== "");
}

function* start(context: CommandContext): Generator<Wait, boolean, void> {
  const { machine } = context;
  if (keepalivedParent(machine) !== undefined) return true;
  const { old } = releaseOf(machine);
  const words = old ? configuredOptions(context) : ["--dont-fork"];
  const options = readOptions([PROGRAM, ...words], old);
  if (typeof options === "string" || "complaint" in options) return false;
  // ConditionFileNotEmpty: the unit is passed over, which is no failure
  if (!old && (machine.files.readText(options.file) ?? "") === "") return true;
  const daemon = startDaemon(context, options, [PROGRAM, ...words], null);
  for (let turn = 0; turn < TURNS; turn++) yield until(machine.now);
  return daemon?.alive === true;
}

export const KEEPALIVED: UnitBehaviour = {
  start,
  *stop({ machine }) {
    const parent = keepalivedParent(machine);
    parent?.signal(Signal.TERM);
    while (parent?.alive === true) yield on(parent.ended);
    return true;
  },
  *reload({ machine }) {
    const parent = keepalivedParent(machine);
    parent?.signal(Signal.HUP);
    for (let turn = 0; turn < TURNS; turn++) yield until(machine.now);
    return parent !== undefined;
  },
  lives: (machine) => keepalivedParent(machine) !== undefined,
  conflicts: [],
};
