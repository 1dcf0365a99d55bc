/** `lvs_sync_daemon`: IPVS's synchronisation daemon is a backup while its instance is, and the master while that is. */
import type { IpvsCommand } from "@lvsim/core";
import type { KeepalivedConfig, SyncDaemonSettings } from "../config/model.ts";
import type { DaemonContext } from "../daemon/daemon-context.ts";
import type { VrrpInstance } from "./instance.ts";

type Role = "master" | "backup";

export class SyncControl {
  private readonly context: DaemonContext;
  private settings: SyncDaemonSettings | null;
  private running: Role[] = [];
  private syncId = 0;

  constructor(context: DaemonContext, config: KeepalivedConfig) {
    this.context = context;
    this.settings = settingsOf(config);
  }

  reconfigure(config: KeepalivedConfig): void {
    const settings = settingsOf(config);
    const keeps =
      settings !== null && this.settings !== null && sameDaemon(settings, this.settings);
    if (!keeps) this.stop();
    this.settings = settings;
  }

  /** An instance is about to leave INIT. */
  begin(instance: VrrpInstance): void {
    const { settings } = this;
    if (settings === null || this.running.length > 0) return;
    this.syncId = settings.syncId >= 0 ? settings.syncId : instance.settings.routerId;
    if (settings.instance === "")
      for (const role of ["master", "backup"] as const) this.start(role);
    else if (settings.instance === instance.settings.name) this.start("backup");
  }

  follow({ settings: { name }, state }: VrrpInstance): void {
    if (this.settings === null || this.settings.instance !== name) return;
    const wanted: Role = state === "MASTER" ? "master" : "backup";
    if (this.running.includes(wanted)) return;
    this.stop();
    this.start(wanted);
  }

  stop(): void {
    for (const role of this.running) this.ask({ kind: "stop-daemon", role });
    this.running = [];
  }

  private start(role: Role): void {
    const { settings, syncId } = this;
    if (settings === null) return;
    const { interface: device, maxLength, group, port, ttl } = settings;
    this.ask({
      kind: "start-daemon",
      daemon: { role, interface: device, syncId, maxLength, group, port, ttl },
    });
    this.running.push(role);
  }

  private ask(command: IpvsCommand): void {
    const { context, settings } = this;
    if (settings === null) return;
    const errno = context.namespace.controlIpvs(context.origin(settings.place), command);
    if (errno !== 0) context.log.say(`IPVS sync daemon: error ${errno} for ${command.kind}`);
  }
}

/** The global setting, or the old one of an instance. */
function settingsOf({ global, instances }: KeepalivedConfig): SyncDaemonSettings | null {
  if (global.syncDaemon !== null) return global.syncDaemon;
  const owner = instances.find(({ syncInterface }) => syncInterface !== "");
  if (owner === undefined) return null;
  return {
    interface: owner.syncInterface,
    instance: owner.name,
    syncId: -1,
    maxLength: 0,
    port: 8848,
    ttl: 1,
    group: (0xe0000051 | 0) as SyncDaemonSettings["group"],
    place: owner.place,
  };
}

const sameDaemon = (a: SyncDaemonSettings, b: SyncDaemonSettings): boolean =>
  a.interface === b.interface &&
  a.instance === b.instance &&
  a.syncId === b.syncId &&
  a.port === b.port &&
  a.group === b.group;
