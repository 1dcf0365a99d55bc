/**
 * keepalived's checker process: the virtual servers of the configuration, and who looks after their real servers. A reload
 * keeps what is in both configurations as it is, with the state of its checkers, and changes the rest.
 */

import type { CheckerSettings } from "../config/complete-services.ts";
import { completeServices, type ServiceConfig } from "../config/complete-services.ts";
import type { CheckerKind, KeepalivedConfig } from "../config/model.ts";
import type { ReadConfig } from "../config/read-config.ts";
import type { DaemonContext } from "../daemon/daemon-context.ts";
import type { CheckContext, Checker } from "./checker.ts";
import { HttpChecker } from "./http-check.ts";
import { MiscChecker } from "./misc-check.ts";
import { PingChecker } from "./ping-check.ts";
import { type LiveServer, LiveService } from "./service.ts";
import { TcpChecker } from "./tcp-check.ts";
import { DnsChecker, UdpChecker } from "./udp-check.ts";

type Make = new (settings: CheckerSettings, context: CheckContext) => Checker;

const KINDS: Readonly<Record<CheckerKind, Make>> = {
  TCP_CHECK: TcpChecker,
  HTTP_GET: HttpChecker,
  SSL_GET: HttpChecker,
  MISC_CHECK: MiscChecker,
  PING_CHECK: PingChecker,
  UDP_CHECK: UdpChecker,
  DNS_CHECK: DnsChecker,
};

/** Fractions of a warmup are drawn from so many. */
const PARTS = 1_000_000;

interface Guarded {
  readonly service: LiveService;
  readonly server: LiveServer;
  readonly checkers: readonly Checker[];
}

export class CheckDaemon {
  private readonly context: DaemonContext;
  private services: LiveService[] = [];
  private guarded: Guarded[] = [];

  constructor(context: DaemonContext) {
    this.context = context;
  }

  start(read: ReadConfig): void {
    const { config } = read;
    const { context } = this;
    const { timeouts, flushesAtStart } = config.global;
    context.log.say("Initializing ipvs");
    if (flushesAtStart) this.flush(read);
    if (timeouts !== null) {
      const { tcp, tcpFin, udp, place } = timeouts;
      context.namespace.controlIpvs(context.origin(place), {
        kind: "set-timeouts",
        tcp,
        tcpFin,
        udp,
      });
    }
    const settings = completeServices(config, read, context.options.old);
    this.build(settings, config);
    for (const { checkers } of this.guarded)
      for (const checker of checkers) if (checker.settings.alpha) checker.markUnknown();
    for (const service of this.services) service.begin();
    for (const { checkers } of this.guarded) for (const checker of checkers) this.launch(checker);
  }

  private flush({ config }: ReadConfig): void {
    const place = config.services[0]?.place;
    if (place !== undefined)
      this.context.namespace.controlIpvs(this.context.origin(place), { kind: "flush" });
  }

  private build(settings: readonly ServiceConfig[], config: KeepalivedConfig): void {
    const { context } = this;
    this.services = settings.map((service) => new LiveService(context, service, config));
    this.guarded = this.services.flatMap((service) =>
      service.servers.map((server) => {
        const shared = {
          daemon: context,
          service,
          server,
          logsAllFailures: config.global.logsAllFailures,
        };
        const checkers = server.settings.checkers.map((one) => new KINDS[one.kind](one, shared));
        return { service, server, checkers };
      }),
    );
  }

  private launch(checker: Checker): void {
    const { kernel } = this.context;
    const { service, server } = checker.within;
    const rng = kernel.rng.stream(
      `keepalived/${service.name}/${service.nameOf(server.settings)}/${kernel.now}`,
    );
    checker.begin(rng.below(PARTS) / PARTS);
  }

  reload(read: ReadConfig): void {
    const { config } = read;
    const oldServices = this.services;
    const oldGuarded = this.guarded;
    for (const { checkers } of oldGuarded) for (const checker of checkers) checker.stop();
    this.build(completeServices(config, read, this.context.options.old), config);
    for (const old of oldServices) {
      const now = this.services.find((one) => sameService(one.settings, old.settings));
      if (now === undefined) {
        this.context.log.say(`Removing Virtual Server ${old.name}`);
        old.end(false);
      } else this.migrate(old, now, oldGuarded);
    }
    for (const { server, checkers } of this.guarded)
      for (const checker of checkers)
        if (checker.settings.alpha && !checker.hasRun && !server.alive) checker.markUnknown();
    for (const service of this.services) service.begin();
    for (const { checkers } of this.guarded) for (const checker of checkers) this.launch(checker);
  }

  private migrate(old: LiveService, now: LiveService, oldGuarded: readonly Guarded[]): void {
    now.takeOver(old);
    for (const was of old.servers) {
      const server = now.servers.find(
        ({ settings: { address, port } }) =>
          address === was.settings.address && port === was.settings.port,
      );
      if (server === undefined) {
        this.context.log.say(`service ${old.nameOf(was.settings)} no longer exist`);
        old.endServer(was, false);
        continue;
      }
      now.adopt(server, was);
      const before = oldGuarded.find((one) => one.server === was)?.checkers ?? [];
      const after = this.guarded.find((one) => one.server === server)?.checkers ?? [];
      for (const checker of after) {
        const twin = before.find((one) => checker.isLike(one));
        if (twin !== undefined) checker.adopt(twin);
      }
      if (server.failedCheckers === 0 && !server.alive) now.setAlive(server, true);
    }
    now.judge();
  }

  stop(): void {
    for (const { checkers } of this.guarded) for (const checker of checkers) checker.stop();
    if (this.context.options.keepsServices) return;
    for (const service of this.services) service.end(true);
  }

  /** What SIGUSR1 writes of the services. */
  dump(): string {
    return this.services
      .map(
        (service) =>
          ` Virtual Server = ${service.name}\n   Quorum up = ${service.hasQuorum ? "yes" : "no"}\n` +
          service.servers
            .map(
              (server) =>
                `   ------< Real server >------\n   RIP = ${service.nameOf(server.settings)}, weight = ${server.weight}\n   Alive = ${server.alive ? "yes" : "no"}\n`,
            )
            .join(""),
      )
      .join("");
  }
}

/** `vs_iseq`. */
function sameService(a: ServiceConfig, b: ServiceConfig): boolean {
  if (a.target.kind === "fwmark")
    return b.target.kind === "fwmark" && a.target.mark === b.target.mark;
  if (a.target.kind === "group")
    return (
      b.target.kind === "group" && a.target.name === b.target.name && a.protocol === b.protocol
    );
  return (
    b.target.kind === "address" &&
    a.protocol === b.protocol &&
    a.target.address === b.target.address &&
    a.target.port === b.target.port
  );
}
