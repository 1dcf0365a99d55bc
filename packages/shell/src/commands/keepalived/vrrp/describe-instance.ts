/** An instance as /tmp/keepalived.data shows it. Left out: most of what the real file has. */
import type { VrrpInstance } from "./instance.ts";

export const describeInstance = ({ settings, state, priority }: VrrpInstance): string =>
  [
    ` VRRP Instance = ${settings.name}`,
    `   VRRP Version = ${settings.version}`,
    `   State = ${state}`,
    `   Interface = ${settings.interface}`,
    `   Virtual Router ID = ${settings.routerId}`,
    `   Priority = ${settings.priority}`,
    `   Effective priority = ${priority}`,
    `   Advert interval = ${settings.advertInterval / 1e9} sec`,
    `   Preempt = ${settings.nopreempt ? "disabled" : "enabled"}`,
    "",
  ].join("\n");
