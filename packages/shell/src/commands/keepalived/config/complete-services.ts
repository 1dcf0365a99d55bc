/** Virtual servers with the defaults of service, server and checker filled in, and what keepalived says of what does not fit. */
import { type Duration, type ForwardingMethod, formatIpv4Address, seconds } from "@lvsim/core";
import type {
  CheckerConfig,
  CheckerKind,
  KeepalivedConfig,
  RealServerDefinition,
  ServerEnd,
  VirtualServerConfig,
} from "./model.ts";
import type { Place, Reporter } from "./report.ts";

/** A checker whose settings are all settled. */
export interface CheckerSettings
  extends Readonly<
    Omit<
      CheckerConfig,
      "retry" | "delayBeforeRetry" | "delayLoop" | "warmup" | "alpha" | "connectTimeout"
    >
  > {
  readonly retry: number;
  readonly delayBeforeRetry: Duration;
  readonly delayLoop: Duration;
  readonly warmup: Duration;
  readonly alpha: boolean;
  readonly connectTimeout: Duration;
}

export interface RealServerSettings extends ServerEnd {
  readonly place: Place;
  readonly weight: number;
  readonly forwarding: ForwardingMethod;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  readonly inhibit: boolean;
  readonly notifyUp: RealServerDefinition["notifyUp"];
  readonly notifyDown: RealServerDefinition["notifyDown"];
  readonly checkers: readonly CheckerSettings[];
}

export interface SorrySettings extends ServerEnd {
  readonly place: Place;
  readonly inhibit: boolean;
  readonly forwarding: ForwardingMethod;
}

export interface ServiceConfig
  extends Readonly<Omit<VirtualServerConfig, "servers" | "sorry" | "forwarding">> {
  readonly servers: readonly RealServerSettings[];
  readonly sorry: SorrySettings | null;
}

const PROTOCOL_NAMES: Readonly<Record<number, string>> = { 6: "tcp", 17: "udp", 132: "sctp" };

const protocolName = (protocol: number): string => PROTOCOL_NAMES[protocol] ?? "tcp";

/** `[192.168.10.11]:tcp:80`; version 1.3.5 leaves the protocol out. */
export const endText = ({ address, port }: ServerEnd, protocol: number, old: boolean): string =>
  old
    ? `[${formatIpv4Address(address)}]:${port}`
    : `[${formatIpv4Address(address)}]:${protocolName(protocol)}:${port}`;

/** `FMT_VS`. */
export function serviceText(
  { target, protocol }: Pick<VirtualServerConfig, "target" | "protocol">,
  old: boolean,
): string {
  if (target.kind === "group")
    return old ? `[${target.name}]:0` : `[${target.name}]:${protocolName(protocol)}`;
  return target.kind === "fwmark" ? `FWM ${target.mark}` : endText(target, protocol, old);
}

const DEFAULT_RETRIES: Readonly<Record<CheckerKind, number>> = {
  TCP_CHECK: 1,
  HTTP_GET: 1,
  SSL_GET: 1,
  MISC_CHECK: 0,
  PING_CHECK: 1,
  UDP_CHECK: 1,
  DNS_CHECK: 3,
};

/** Null: the checker's delay_loop. */
const DEFAULT_DELAYS: Readonly<Record<CheckerKind, Duration | null>> = {
  TCP_CHECK: seconds(1),
  HTTP_GET: seconds(3),
  SSL_GET: seconds(3),
  MISC_CHECK: seconds(1),
  PING_CHECK: seconds(1),
  UDP_CHECK: seconds(1),
  DNS_CHECK: null,
};

const sameEnd = (a: ServerEnd, b: ServerEnd): boolean =>
  a.address === b.address && a.port === b.port;

export function completeServices(
  config: KeepalivedConfig,
  reporter: Reporter,
  old: boolean,
): ServiceConfig[] {
  return config.services.flatMap((service) => {
    const name = serviceText(service, old);
    if (service.target.kind === "group" && !config.serviceGroups.has(service.target.name)) {
      reporter.report(
        `Virtual server group ${service.target.name} specified but not configured - ignoring virtual server ${name}`,
      );
      return [];
    }
    if (service.servers.length === 0) {
      reporter.report(`Virtual server ${name} has no real servers - ignoring`);
      return [];
    }
    return [new Completion(service, name, reporter, old).run()];
  });
}

class Completion {
  private readonly service: VirtualServerConfig;
  private readonly name: string;
  private readonly reporter: Reporter;
  private readonly old: boolean;

  constructor(service: VirtualServerConfig, name: string, reporter: Reporter, old: boolean) {
    this.service = service;
    this.name = name;
    this.reporter = reporter;
    this.old = old;
  }

  run(): ServiceConfig {
    this.checkKind();
    const { service } = this;
    const servers = this.withoutTwins().map((server) => this.server(server));
    const sorry = this.sorry(servers);
    const weights = servers.reduce((sum, { weight }) => sum + weight, 0);
    let { quorum, hysteresis } = service;
    if (quorum > weights) {
      this.reporter.report(
        `Warning - quorum ${quorum} for ${this.name} exceeds total weight of real servers ${weights}, reducing quorum to ${weights}`,
      );
      quorum = weights;
    }
    if (hysteresis > 0 && hysteresis >= quorum) {
      this.say(`hysteresis ${hysteresis} >= quorum ${quorum}; setting hysteresis to ${quorum - 1}`);
      hysteresis = Math.max(0, quorum - 1);
    }
    return { ...service, quorum, hysteresis, servers, sorry };
  }

  private say(text: string): void {
    this.reporter.report(`Virtual server ${this.name}: ${text}`);
  }

  private checkKind(): void {
    const { service } = this;
    const { target } = service;
    if (target.kind === "fwmark" && service.haSuspend) {
      this.say("cannot use ha_suspend with fwmarks - clearing ha_suspend");
      service.haSuspend = false;
    }
    if (service.onePacket && target.kind !== "fwmark" && service.protocol !== 17) {
      this.say("one packet scheduling requires UDP - resetting");
      service.onePacket = false;
    }
    if (target.kind === "address" && target.port === 0 && service.persistenceTimeout === 0) {
      this.say("zero port only valid for persistent services - setting");
      service.persistenceTimeout = 360;
    }
    if (service.scheduler !== "") return;
    this.say("no scheduler set, setting default 'wlc'");
    service.scheduler = "wlc";
  }

  private withoutTwins(): RealServerDefinition[] {
    const { service } = this;
    return service.servers.filter((server, i) => {
      const isTwin = service.servers.slice(0, i).some((other) => sameEnd(other, server));
      if (isTwin)
        this.reporter.report(
          `VS ${this.name}: real server ${endText(server, service.protocol, this.old)} is duplicated - removing second rs`,
        );
      return !isTwin;
    });
  }

  /** The service's method; said once when nobody gave one. */
  private method(own: ForwardingMethod | null): ForwardingMethod {
    const { service } = this;
    if (own !== null) return own;
    if (service.forwarding === null) {
      this.say("no forwarding method set, setting default NAT");
      service.forwarding = "masquerading";
    }
    return service.forwarding;
  }

  /** Where ports are not rewritten, the service's is the server's. */
  private port(end: ServerEnd, forwarding: ForwardingMethod, what: string): number {
    const { target } = this.service;
    const rewrites = forwarding === "masquerading" || forwarding === "full-nat";
    if (target.kind === "group") return end.port;
    if (target.kind === "fwmark") {
      if (rewrites || end.port === 0) return end.port;
      this.reporter.report(
        `WARNING - fwmark virtual server ${this.name}, ${what} has port specified - clearing`,
      );
      return 0;
    }
    if (end.port === 0) return target.port;
    if (rewrites || end.port === target.port) return end.port;
    this.reporter.report(
      `WARNING - virtual server ${this.name} and ${what} ports don't match - resetting`,
    );
    return target.port;
  }

  private server(server: RealServerDefinition): RealServerSettings {
    const { service } = this;
    const forwarding = this.method(server.forwarding);
    const what = `real server ${endText(server, service.protocol, this.old)}`;
    return {
      address: server.address,
      port: this.port(server, forwarding, what),
      place: server.place,
      weight: server.weight ?? service.weight,
      forwarding,
      upperThreshold: server.upperThreshold,
      lowerThreshold: server.lowerThreshold,
      inhibit: server.inhibit ?? service.inhibit,
      notifyUp: server.notifyUp,
      notifyDown: server.notifyDown,
      checkers: server.checkers.map((checker) => this.checker(server, checker)),
    };
  }

  private checker(server: RealServerDefinition, checker: CheckerConfig): CheckerSettings {
    const { service } = this;
    const delayLoop = checker.delayLoop ?? server.delayLoop ?? service.delayLoop;
    const { kind } = checker;
    return {
      ...checker,
      delayLoop,
      retry: checker.retry ?? server.retry ?? service.retry ?? DEFAULT_RETRIES[kind],
      delayBeforeRetry:
        checker.delayBeforeRetry ??
        server.delayBeforeRetry ??
        service.delayBeforeRetry ??
        DEFAULT_DELAYS[kind] ??
        delayLoop,
      warmup: checker.warmup ?? server.warmup ?? service.warmup ?? delayLoop,
      alpha: checker.alpha ?? server.alpha ?? service.alpha,
      connectTimeout: checker.connectTimeout ?? server.connectTimeout ?? service.connectTimeout,
    };
  }

  private sorry(servers: readonly RealServerSettings[]): SorrySettings | null {
    const { sorry } = this.service;
    if (sorry === null) return null;
    const forwarding = this.method(sorry.forwarding);
    const port = this.port(sorry, forwarding, "sorry server");
    const made = {
      address: sorry.address,
      port,
      place: sorry.place,
      inhibit: sorry.inhibit,
      forwarding,
    };
    const twin = servers.find((server) => sameEnd(server, made));
    if (twin === undefined || twin.inhibit === made.inhibit) return made;
    this.say(
      `real server ${endText(twin, this.service.protocol, this.old)} matches sorry server, but inhibit setting differs, ${twin.inhibit ? "sett" : "clear"}ing on sorry server`,
    );
    return { ...made, inhibit: twin.inhibit };
  }
}
