/** The scripts that are told of a state: one for each state, and `notify`, which gets kind, name, state and priority. */
import type { Notifications } from "../config/model.ts";
import type { DaemonContext } from "../daemon/daemon-context.ts";
import type { VrrpState } from "./instance.ts";

export function notifyScripts(
  context: DaemonContext,
  notify: Notifications,
  kind: "INSTANCE" | "GROUP",
  name: string,
  state: VrrpState,
  priority: number,
): void {
  if (state === "MASTER") context.notify(notify.master);
  else if (state === "BACKUP") context.notify(notify.backup);
  else if (state === "FAULT") context.notify(notify.fault);
  context.notify(notify.any, [kind, name, state, String(priority)]);
}
