/** `vrrp_sync_group`: instances that change their state together (vrrp_sync.c). */
import type { SyncGroupConfig } from "../config/model.ts";
import type { VrrpInstance, VrrpState } from "./instance.ts";

/** What a group says and does besides moving its members. */
export interface GroupPort {
  say(text: string): void;
  notifyGroup(group: SyncGroup): void;
}

export class SyncGroup {
  readonly config: SyncGroupConfig;
  readonly members: readonly VrrpInstance[];
  state: VrrpState = "INIT";
  private readonly port: GroupPort;

  constructor(config: SyncGroupConfig, members: readonly VrrpInstance[], port: GroupPort) {
    this.config = config;
    this.members = members;
    this.port = port;
  }

  /** Some member has a reason of its own to be in FAULT. */
  get isFaulty(): boolean {
    return this.members.some(({ faults }) => faults > 0);
  }

  /** Only when all others want it: backup rather than to and fro. */
  mayBecomeMaster(instance: VrrpInstance): boolean {
    if (this.isFaulty) return false;
    if (this.state === "MASTER") return true;
    return this.members.every((other) => other === instance || other.wanted === "MASTER");
  }

  /** A member moved; the others follow. */
  moved(instance: VrrpInstance, from: VrrpState): void {
    if (instance.state === "MASTER") this.follow("MASTER", instance);
    else if (from === "MASTER" && instance.state === "BACKUP") this.follow("BACKUP", instance);
  }

  private follow(state: "MASTER" | "BACKUP", leader: VrrpInstance): void {
    if (this.state === state) return;
    if (state === "MASTER" && !this.mayBecomeMaster(leader)) return;
    this.state = state;
    this.port.say(`VRRP_Group(${this.config.name}) Syncing instances to ${state} state`);
    for (const member of this.members) {
      if (member === leader || member.state === state) continue;
      if (state === "MASTER") member.becomeMaster();
      else if (member.state === "MASTER") {
        member.wanted = "BACKUP";
        member.leaveMaster(false);
      }
    }
    this.port.notifyGroup(this);
  }

  /** Members have faults, or none any more. */
  judgeFaults(): void {
    if (this.isFaulty) {
      if (this.state === "FAULT") return;
      this.state = "FAULT";
      this.port.say(`VRRP_Group(${this.config.name}) Syncing instances to FAULT state`);
      for (const member of this.members) member.fail();
    } else if (this.state === "FAULT") {
      this.state = "BACKUP";
      this.port.say(`VRRP_Group(${this.config.name}) Syncing instances to BACKUP state`);
      for (const member of this.members) member.recover();
    } else return;
    this.port.notifyGroup(this);
  }
}
