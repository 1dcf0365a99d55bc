/** What keepalived.conf comes to. Times are in nanoseconds; null is what the file leaves to a default of somewhere else. */
import type { Duration, ForwardingMethod, Ipv4Address } from "@lvsim/core";
import type { Place } from "./report.ts";

/** A script and its parameters; the place is the origin of what it does. */
export interface Script {
  readonly argv: readonly string[];
  readonly place: Place;
}

/** How often and when gratuitous ARP is sent. */
export interface GarpSettings {
  /** After becoming master, until the second set; 0 for none. */
  delay: Duration;
  repeat: number;
  /** Between sets while master; 0 for never. */
  refresh: Duration;
  refreshRepeat: number;
  lowerPriorityDelay: Duration;
  lowerPriorityRepeat: number;
}

export interface SyncDaemonSettings {
  readonly interface: string;
  /** The instance whose state it follows; "" for a daemon in both roles. */
  readonly instance: string;
  readonly syncId: number;
  readonly maxLength: number;
  readonly port: number;
  readonly ttl: number;
  readonly group: Ipv4Address;
  readonly place: Place;
}

export interface GlobalSettings {
  routerId: string;
  version: 2 | 3;
  group: Ipv4Address;
  garp: GarpSettings;
  /** Between two gratuitous ARP messages of an interface. */
  garpInterval: Duration;
  lowerPriorityNoAdvert: boolean;
  higherPrioritySendAdvert: boolean;
  strict: boolean;
  skipsAddressCheck: boolean;
  startupDelay: Duration;
  scriptUser: string;
  scriptSecurity: boolean;
  defaultInterface: string;
  syncDaemon: SyncDaemonSettings | null;
  /** `lvs_timeouts`; 0 keeps the kernel's. */
  timeouts: { tcp: number; tcpFin: number; udp: number; place: Place } | null;
  flushesAtStart: boolean;
  logsAllFailures: boolean;
}

export interface VirtualAddress {
  readonly address: Ipv4Address;
  readonly prefixLength: number;
  /** "" for the instance's. */
  readonly device: string;
  readonly label: string;
  readonly broadcast: Ipv4Address | null;
  readonly scope: number;
  /** The state of its device counts for the instance. */
  readonly tracked: boolean;
  readonly place: Place;
}

/** Words of `ip route`. */
export interface VirtualRoute {
  readonly words: readonly string[];
  readonly place: Place;
}

export interface Tracked {
  readonly name: string;
  /** Null for what the script itself says; 0 lets its failure be a fault. */
  readonly weight: number | null;
}

/** `notify_master` and the like; null for none. */
export interface Notifications {
  master: Script | null;
  backup: Script | null;
  fault: Script | null;
  stop: Script | null;
  /** `notify`, which is told everything. */
  any: Script | null;
}

export type VrrpStateName = "MASTER" | "BACKUP";
export type AuthType = "none" | "PASS" | "AH";

export interface VrrpConfig {
  readonly name: string;
  readonly place: Place;
  interface: string;
  routerId: number;
  /** 0 when not given. */
  version: 0 | 2 | 3;
  priority: number;
  state: VrrpStateName | null;
  advertInterval: Duration;
  nopreempt: boolean;
  preemptDelay: Duration;
  garp: { [Field in keyof GarpSettings]: GarpSettings[Field] | null };
  lowerPriorityNoAdvert: boolean | null;
  higherPrioritySendAdvert: boolean | null;
  source: Ipv4Address | null;
  peers: Ipv4Address[];
  authType: AuthType;
  authPassword: string;
  /** The name of the macvlan, "" for the usual one; null without. */
  virtualMac: string | null;
  sendsFromBase: boolean;
  addresses: VirtualAddress[];
  excludedAddresses: VirtualAddress[];
  routes: VirtualRoute[];
  trackInterfaces: Tracked[];
  trackScripts: Tracked[];
  ignoresInterface: boolean;
  strict: boolean | null;
  accept: boolean | null;
  notify: Notifications;
  syncInterface: string;
}

export interface SyncGroupConfig {
  readonly name: string;
  readonly place: Place;
  members: string[];
  notify: Notifications;
  trackInterfaces: Tracked[];
  trackScripts: Tracked[];
}

export interface TrackScriptConfig {
  readonly name: string;
  readonly place: Place;
  script: Script | null;
  interval: Duration;
  /** 0: as long as the interval. */
  timeout: Duration;
  weight: number;
  rise: number;
  fall: number;
  startsFailed: boolean;
}

interface StaticItems {
  addresses: VirtualAddress[];
  routes: VirtualRoute[];
}

export interface ServerEnd {
  readonly address: Ipv4Address;
  readonly port: number;
}

export type CheckerKind =
  | "TCP_CHECK"
  | "HTTP_GET"
  | "SSL_GET"
  | "MISC_CHECK"
  | "PING_CHECK"
  | "UDP_CHECK"
  | "DNS_CHECK";

export interface UrlCheck {
  path: string;
  /** MD5 of the body, in hexadecimal; "" for none. */
  digest: string;
  /** First and last status that is well, in pairs; empty for 200 to 299. */
  statuses: (readonly [number, number])[];
  virtualHost: string;
}

export interface CheckerConfig {
  readonly kind: CheckerKind;
  readonly place: Place;
  connectAddress: Ipv4Address | null;
  connectPort: number | null;
  bindAddress: Ipv4Address | null;
  connectTimeout: Duration | null;
  retry: number | null;
  delayBeforeRetry: Duration | null;
  delayLoop: Duration | null;
  warmup: Duration | null;
  alpha: boolean | null;
  logsAllFailures: boolean;
  urls: UrlCheck[];
  virtualHost: string;
  httpVersion: "1.0" | "1.1";
  /** MISC_CHECK. */
  script: Script | null;
  scriptTimeout: Duration | null;
  dynamic: boolean;
  /** UDP_CHECK. */
  payload: Uint8Array;
  requiresReply: boolean;
  /** DNS_CHECK. */
  queryName: string;
  queryType: string;
}

export interface RealServerDefinition extends ServerEnd {
  readonly place: Place;
  weight: number | null;
  forwarding: ForwardingMethod | null;
  upperThreshold: number;
  lowerThreshold: number;
  inhibit: boolean | null;
  alpha: boolean | null;
  retry: number | null;
  delayBeforeRetry: Duration | null;
  delayLoop: Duration | null;
  warmup: Duration | null;
  connectTimeout: Duration | null;
  notifyUp: Script | null;
  notifyDown: Script | null;
  checkers: CheckerConfig[];
}

export type ServiceTarget =
  | ({ readonly kind: "address" } & ServerEnd)
  | { readonly kind: "fwmark"; readonly mark: number }
  | { readonly kind: "group"; readonly name: string };

export interface VirtualServerConfig {
  readonly target: ServiceTarget;
  readonly place: Place;
  /** IPPROTO_*. */
  protocol: number;
  /** "" when not given. */
  scheduler: string;
  schedulerFlags: number;
  forwarding: ForwardingMethod | null;
  onePacket: boolean;
  persistenceTimeout: number;
  persistenceNetmask: Ipv4Address;
  persistenceEngine: string;
  delayLoop: Duration;
  warmup: Duration | null;
  retry: number | null;
  delayBeforeRetry: Duration | null;
  connectTimeout: Duration;
  weight: number;
  alpha: boolean;
  omega: boolean;
  inhibit: boolean;
  quorum: number;
  hysteresis: number;
  quorumUp: Script | null;
  quorumDown: Script | null;
  haSuspend: boolean;
  virtualHost: string;
  sorry:
    | (ServerEnd & { readonly place: Place; inhibit: boolean; forwarding: ForwardingMethod | null })
    | null;
  servers: RealServerDefinition[];
  /** FULLNAT: the group of local addresses. */
  localAddressGroup: string;
  synProxy: boolean;
}

/** An entry of a `virtual_server_group`. */
export type GroupEntry =
  | {
      readonly kind: "addresses";
      readonly first: Ipv4Address;
      readonly last: Ipv4Address;
      readonly port: number;
    }
  | { readonly kind: "fwmark"; readonly mark: number };

/** All of a configuration; a process reads what is its own, the rest stays empty. */
export interface KeepalivedConfig {
  readonly global: GlobalSettings;
  readonly instances: VrrpConfig[];
  readonly groups: SyncGroupConfig[];
  readonly scripts: TrackScriptConfig[];
  readonly statics: StaticItems;
  services: VirtualServerConfig[];
  readonly serviceGroups: Map<string, GroupEntry[]>;
  readonly localAddressGroups: Map<
    string,
    { readonly addresses: Ipv4Address[]; readonly place: Place }
  >;
  /** Which of them there are, whoever reads. */
  hasInstances: boolean;
  hasServices: boolean;
}
