/** Connection tracking and NAT of a namespace as rules see them: loaded at their first use. */
import { ConnectionTracking } from "../conntrack/connection-tracking.ts";
import { Nat } from "../conntrack/nat/nat.ts";
import type { NetfilterConfig, RuleConfig, TableName } from "./config.ts";
import type { TrackingEnvironment } from "./tracking-environment.ts";

export class Connections {
  /** null while nobody has asked for it. */
  loaded: ConnectionTracking | null = null;
  private loadedNat: Nat | null = null;
  private readonly environment: TrackingEnvironment;

  constructor(environment: TrackingEnvironment) {
    this.environment = environment;
  }

  get tracking(): ConnectionTracking {
    this.loaded ??= new ConnectionTracking(this.environment);
    return this.loaded;
  }

  get nat(): Nat {
    this.loadedNat ??= new Nat(this.tracking, this.environment.rng);
    return this.loadedNat;
  }
}

const TRACKING_MATCHES: ReadonlySet<string> = new Set(["conntrack", "state", "connmark"]);
const TRACKING_TARGETS: ReadonlySet<string> = new Set([
  "SNAT",
  "DNAT",
  "MASQUERADE",
  "REDIRECT",
  "NETMAP",
  "CONNMARK",
]);

/** Whether a rule makes the kernel track connections (`nf_ct_netns_get`). */
const tracks = ({ matches, target, targetOptions }: RuleConfig): boolean =>
  TRACKING_TARGETS.has(target) ||
  (target === "CT" && targetOptions.notrack === undefined) ||
  matches.some(({ name }) => TRACKING_MATCHES.has(name));

/** Whether any rule does, also one that no packet reaches. */
export const usesTracking = ({ tables }: NetfilterConfig): boolean =>
  (Object.keys(tables) as TableName[]).some((name) =>
    tables[name]?.chains.some(({ rules }) => rules.some(tracks)),
  );
