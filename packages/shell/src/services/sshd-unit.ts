/** ssh.service of Debian, sshd.service of CentOS: active since the machine booted, in fact since somebody first needed it. */
import { sshdOf, startDaemon } from "../commands/ssh/daemon.ts";
import { Signal } from "../process/signal.ts";
import { on } from "../process/wait.ts";
import type { UnitBehaviour } from "./unit-behaviour.ts";

export const SSHD: UnitBehaviour = {
  // biome-ignore lint/correctness/useYield: it starts at once
  *start({ machine }) {
    return sshdOf(machine) !== undefined || startDaemon(machine);
  },
  *stop({ machine }) {
    const daemon = sshdOf(machine);
    daemon?.signal(Signal.TERM);
    while (daemon?.alive === true) yield on(daemon.ended);
    return true;
  },
  // biome-ignore lint/correctness/useYield: there is nothing to read again
  *reload() {
    return true;
  },
  lives: null,
  conflicts: [],
};
