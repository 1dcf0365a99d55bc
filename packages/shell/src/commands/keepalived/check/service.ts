/**
 * One virtual server at work: which servers are in it, quorum, sorry server (ipwrapper.c). A server without a failed checker is
 * alive; one that is not leaves the service, or stays with weight 0 where `inhibit_on_failure` says so. Without the
 * quorum the sorry server takes the place of them all.
 */
import { sameIdentity } from "@lvsim/core";
import {
  endText,
  type RealServerSettings,
  type ServiceConfig,
  type SorrySettings,
  serviceText,
} from "../config/complete-services.ts";
import type { KeepalivedConfig } from "../config/model.ts";
import type { DaemonContext } from "../daemon/daemon-context.ts";
import { IpvsCommands, type ServerWish } from "./ipvs-commands.ts";

/** A real server and what is known of it. */
export class LiveServer {
  readonly settings: RealServerSettings;
  alive = false;
  /** IPVS has it. */
  isSet = false;
  /** With what a script says instead of the file. */
  weight: number;
  failedCheckers = 0;

  constructor(settings: RealServerSettings) {
    this.settings = settings;
    this.weight = settings.weight;
  }
}

interface LiveSorry {
  readonly settings: SorrySettings;
  alive: boolean;
  isSet: boolean;
}

export class LiveService {
  readonly settings: ServiceConfig;
  readonly ipvs: IpvsCommands;
  readonly servers: readonly LiveServer[];
  readonly sorry: LiveSorry | null;
  hasQuorum = false;
  /** IPVS has the service. */
  isSet = false;
  private readonly context: DaemonContext;

  constructor(context: DaemonContext, settings: ServiceConfig, config: KeepalivedConfig) {
    this.context = context;
    this.settings = settings;
    this.ipvs = new IpvsCommands(context, settings, config);
    this.servers = settings.servers.map((server) => new LiveServer(server));
    this.sorry =
      settings.sorry === null ? null : { settings: settings.sorry, alive: false, isSet: false };
  }

  get name(): string {
    return serviceText(this.settings, this.context.options.old);
  }

  nameOf(server: RealServerSettings | SorrySettings): string {
    return endText(server, this.settings.protocol, this.context.options.old);
  }

  private get weightAlive(): number {
    return this.servers.reduce((sum, { alive, weight }) => sum + (alive ? weight : 0), 0);
  }

  /** The sorry server is also one of the real ones. */
  private get hasTwin(): boolean {
    const { sorry } = this;
    return (
      sorry !== null &&
      this.servers.some(
        ({ settings }) =>
          settings.address === sorry.settings.address && settings.port === sorry.settings.port,
      )
    );
  }

  /** Puts everything into IPVS that is not there yet. */
  begin(): void {
    if (!this.isSet) this.ipvs.addServices();
    this.isSet = true;
    for (const server of this.servers) {
      const { inhibit } = server.settings;
      if (server.alive || server.isSet) continue;
      if (server.failedCheckers > 0 && !inhibit) continue;
      server.alive = server.failedCheckers === 0;
      this.put(server);
    }
    this.judgeQuorum(true);
    this.prepareSorry();
  }

  /** An inhibited sorry server waits in the service with weight 0. */
  private prepareSorry(): void {
    const { sorry } = this;
    if (sorry === null || !sorry.settings.inhibit || sorry.isSet) return;
    sorry.isSet = true;
    if (!this.hasTwin) this.ipvs.addServer(this.wishOfSorry(sorry, 0));
  }

  private wishOf(server: LiveServer): ServerWish {
    const { settings } = server;
    return { ...settings, weight: server.alive ? server.weight : 0 };
  }

  private wishOfSorry({ settings }: LiveSorry, weight: number): ServerWish {
    return { ...settings, weight, upperThreshold: 0, lowerThreshold: 0 };
  }

  private put(server: LiveServer): void {
    if (server.isSet) this.ipvs.editServer(this.wishOf(server));
    else this.ipvs.addServer(this.wishOf(server));
    server.isSet = true;
  }

  /** Out of the service, or at weight 0. */
  private take(server: LiveServer): void {
    if (server.settings.inhibit) {
      this.ipvs.editServer({ ...this.wishOf(server), weight: 0 });
      return;
    }
    this.ipvs.deleteServer(server.settings);
    server.isSet = false;
  }

  /** A server came up or went down. */
  setAlive(server: LiveServer, alive: boolean): void {
    if (server.alive === alive) return;
    const { inhibit, notifyDown, notifyUp } = server.settings;
    const verb = alive ? (inhibit ? "Enabling" : "Adding") : inhibit ? "Disabling" : "Removing";
    const join = inhibit ? "of" : alive ? "to" : "from";
    this.say(`${verb} service ${this.nameOf(server.settings)} ${join} VS ${this.name}`);
    server.alive = alive;
    if (this.hasQuorum || this.sorry?.alive !== true) {
      if (alive) this.put(server);
      else this.take(server);
    }
    this.context.notify(alive ? notifyUp : notifyDown);
    this.judgeQuorum(false);
  }

  /** A script names a weight. */
  setWeight(server: LiveServer, weight: number, judges = true): void {
    if (server.weight === weight) return;
    this.say(
      `Changing weight from ${server.weight} to ${weight} for ${server.alive ? "" : "in"}active service ${this.nameOf(server.settings)} of VS ${this.name}`,
    );
    server.weight = weight;
    const isIn = server.isSet && server.alive && (this.hasQuorum || this.sorry?.alive !== true);
    if (isIn) this.ipvs.editServer(this.wishOf(server));
    if (judges) this.judgeQuorum(false);
  }

  private judgeQuorum(isFirst: boolean): void {
    const { hysteresis, quorum, quorumDown, quorumUp } = this.settings;
    const weight = this.weightAlive;
    const needed = quorum + (this.hasQuorum ? -hysteresis : hysteresis);
    if (!this.hasQuorum && weight >= needed) {
      this.hasQuorum = true;
      this.say(`Gained quorum ${quorum}+${hysteresis}=${needed} <= ${weight} for VS ${this.name}`);
      if (this.sorry?.alive === true) this.dropSorry(this.sorry);
      this.context.notify(quorumUp);
      return;
    }
    const isLost = this.hasQuorum && (weight === 0 || weight < needed);
    const wantsSorry = isFirst && !this.hasQuorum && this.sorry?.alive === false;
    if (!isLost && !wantsSorry) return;
    this.hasQuorum = false;
    const what = isFirst ? "Starting with quorum down" : "Lost quorum";
    this.say(`${what} ${quorum}-${hysteresis}=${needed} > ${weight} for VS ${this.name}`);
    if (this.sorry?.alive === false) this.raiseSorry(this.sorry);
    this.context.notify(quorumDown);
  }

  private raiseSorry(sorry: LiveSorry): void {
    const verb = sorry.settings.inhibit ? "Enabling" : "Adding";
    this.say(`${verb} sorry server ${this.nameOf(sorry.settings)} to VS ${this.name}`);
    this.say(`Removing alive servers from the pool for VS ${this.name}`);
    for (const server of this.servers) if (server.alive && server.isSet) this.take(server);
    this.ipvs.addServer(this.wishOfSorry(sorry, 1));
    sorry.alive = true;
    sorry.isSet = true;
  }

  private dropSorry(sorry: LiveSorry): void {
    const verb = sorry.settings.inhibit ? "Disabling" : "Removing";
    this.say(`${verb} sorry server ${this.nameOf(sorry.settings)} from VS ${this.name}`);
    if (sorry.settings.inhibit) this.ipvs.editServer(this.wishOfSorry(sorry, 0));
    else {
      this.ipvs.deleteServer(sorry.settings);
      sorry.isSet = false;
    }
    sorry.alive = false;
    this.say(`Adding alive servers to the pool for VS ${this.name}`);
    for (const server of this.servers) if (server.alive) this.put(server);
  }

  /** The daemon ends, or the service is no longer in the configuration. */
  end(isStopping: boolean): void {
    const { sorry } = this;
    if (sorry?.isSet === true && !this.hasTwin) this.ipvs.deleteServer(sorry.settings);
    for (const server of this.servers) this.endServer(server, isStopping);
    const { omega, quorumDown } = this.settings;
    if (this.hasQuorum && (!isStopping || omega)) this.context.notify(quorumDown);
    this.hasQuorum = false;
    this.ipvs.deleteServices();
    this.isSet = false;
  }

  /** Takes a server out for good. */
  endServer(server: LiveServer, isStopping: boolean): void {
    const { inhibit, notifyDown } = server.settings;
    const verb = isStopping ? "Shutting down" : "Removing";
    const note = inhibit && !server.alive ? "(inhibited) " : "";
    if (server.isSet || isStopping)
      this.say(`${verb} ${note}service ${this.nameOf(server.settings)} from VS ${this.name}`);
    if (!server.isSet) return;
    this.ipvs.deleteServer(server.settings);
    server.isSet = false;
    const wasAlive = server.alive;
    server.alive = false;
    if (wasAlive && (!isStopping || this.settings.omega)) this.context.notify(notifyDown);
  }

  say(text: string): void {
    this.context.log.say(text);
  }

  /** Takes the state of the service over from before a reload, and tells IPVS what is different. */
  takeOver(was: LiveService): void {
    const { settings, ipvs, sorry } = this;
    this.hasQuorum = was.hasQuorum;
    this.isSet = was.isSet;
    const had = was.ipvs.identities;
    for (const identity of had)
      if (!ipvs.identities.some((one) => sameIdentity(one, identity)))
        was.ipvs.deleteService(identity);
    const fresh = ipvs.identities.filter(
      (one) => !had.some((identity) => sameIdentity(one, identity)),
    );
    for (const identity of fresh) {
      ipvs.addService(identity);
      for (const server of was.servers)
        if (server.isSet) ipvs.serverOf(identity, "add-server", this.wishOf(server));
    }
    const before = was.settings;
    const isOther =
      settings.scheduler !== before.scheduler ||
      settings.schedulerFlags !== before.schedulerFlags ||
      settings.onePacket !== before.onePacket ||
      settings.persistenceEngine !== before.persistenceEngine ||
      settings.persistenceNetmask !== before.persistenceNetmask ||
      settings.persistenceTimeout !== before.persistenceTimeout;
    if (isOther) ipvs.editServices();
    this.takeOverSorry(was.sorry, sorry);
  }

  private takeOverSorry(was: LiveSorry | null, now: LiveSorry | null): void {
    if (was === null) return;
    const isSame =
      now !== null &&
      now.settings.address === was.settings.address &&
      now.settings.port === was.settings.port;
    if (isSame) {
      now.alive = was.alive;
      now.isSet = was.isSet;
    } else if (was.isSet) {
      this.say(`Removing sorry server ${this.nameOf(was.settings)} from VS ${this.name}`);
      this.ipvs.deleteServer(was.settings);
    }
  }

  /** Whether quorum came or went by other settings. */
  judge(): void {
    this.judgeQuorum(false);
  }

  /** Takes a server's state over from before a reload. */
  adopt(server: LiveServer, was: LiveServer): void {
    server.alive = was.alive;
    server.isSet = was.isSet;
    if (!was.isSet) return;
    const isOther =
      server.settings.forwarding !== was.settings.forwarding ||
      server.settings.upperThreshold !== was.settings.upperThreshold ||
      server.settings.lowerThreshold !== was.settings.lowerThreshold;
    const next =
      server.settings.weight === was.settings.weight ? was.weight : server.settings.weight;
    server.weight = was.weight;
    if (next !== was.weight) this.setWeight(server, next, false);
    else if (isOther && (server.alive || server.settings.inhibit))
      this.ipvs.editServer(this.wishOf(server));
  }
}
