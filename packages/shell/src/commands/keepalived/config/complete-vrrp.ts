/** What an instance comes to with the defaults filled in, and what keepalived says where settings do not go together. */
import { type Duration, type Ipv4Address, milliseconds, seconds } from "@lvsim/core";
import type {
  AuthType,
  GarpSettings,
  GlobalSettings,
  Notifications,
  Tracked,
  VirtualAddress,
  VirtualRoute,
  VrrpConfig,
  VrrpStateName,
} from "./model.ts";
import type { Place, Reporter } from "./report.ts";

/** An instance whose settings are all settled. */
export interface VrrpSettings {
  readonly name: string;
  readonly place: Place;
  readonly interface: string;
  readonly routerId: number;
  readonly version: 2 | 3;
  readonly priority: number;
  readonly state: VrrpStateName;
  readonly advertInterval: Duration;
  readonly nopreempt: boolean;
  readonly preemptDelay: Duration;
  readonly garp: GarpSettings;
  readonly lowerPriorityNoAdvert: boolean;
  readonly higherPrioritySendAdvert: boolean;
  readonly source: Ipv4Address | null;
  readonly peers: readonly Ipv4Address[];
  readonly authType: AuthType;
  readonly authPassword: string;
  readonly virtualMac: string | null;
  readonly sendsFromBase: boolean;
  readonly addresses: readonly VirtualAddress[];
  readonly excludedAddresses: readonly VirtualAddress[];
  readonly routes: readonly VirtualRoute[];
  readonly trackInterfaces: readonly Tracked[];
  readonly trackScripts: readonly Tracked[];
  readonly ignoresInterface: boolean;
  readonly accept: boolean;
  readonly notify: Notifications;
  readonly syncInterface: string;
}

const OWNER = 255;
const DEFAULT_PRIORITY = 100;
/** Octets of VRRP's count of addresses. */
const ADDRESSES_MAX = 255;

/** Null when the instance cannot run. */
export function completeInstance(
  vrrp: VrrpConfig,
  global: GlobalSettings,
  reporter: Reporter,
  hasInterface: (name: string) => boolean,
): VrrpSettings | null {
  const say = (text: string): void => reporter.report(`(${vrrp.name}) ${text}`);
  const strict = vrrp.strict ?? global.strict;
  const version = vrrp.version === 0 ? global.version : vrrp.version;
  if (vrrp.addresses.length === 0 && (version === 3 || strict)) {
    say("No VIP specified; at least one is required");
    return null;
  }
  const priority =
    vrrp.priority !== 0 ? vrrp.priority : vrrp.state === "MASTER" ? OWNER : DEFAULT_PRIORITY;
  const state = initialState(vrrp, priority, strict, say);
  const authType = authentication(vrrp, version, strict, say);
  if (vrrp.routerId === 0) {
    say("the virtual router id must be set");
    return null;
  }
  if (!hasInterface(vrrp.interface)) {
    reporter.report(
      `WARNING - interface ${vrrp.interface} for vrrp_instance ${vrrp.name} doesn't exist`,
      "fatal",
    );
    say("Unknown interface!");
    return null;
  }
  if (strict && vrrp.peers.length > 0) {
    say("Unicast peers are not supported in strict mode");
    return null;
  }
  const preemption = preemptionOf(vrrp, { priority, state, strict }, say);
  const { excludedAddresses, addresses } = vrrp;
  if (addresses.length > ADDRESSES_MAX)
    say(
      `Number of VIPs (${addresses.length}) exceeds maximum/space available in packet (max ${ADDRESSES_MAX} addresses) - excess moved to eVIPs`,
    );
  return {
    ...vrrp,
    ...preemption,
    version,
    priority,
    state,
    authType,
    addresses: addresses.slice(0, ADDRESSES_MAX),
    excludedAddresses: [...addresses.slice(ADDRESSES_MAX), ...excludedAddresses],
    advertInterval: intervalOf(vrrp, version, say),
    accept: vrrp.accept ?? !strict,
    garp: garpOf(vrrp, global, strict),
    lowerPriorityNoAdvert: vrrp.lowerPriorityNoAdvert ?? (strict || global.lowerPriorityNoAdvert),
    higherPrioritySendAdvert:
      vrrp.higherPrioritySendAdvert ?? (!strict && global.higherPrioritySendAdvert),
  };
}

type Say = (text: string) => void;

function initialState(
  { state }: VrrpConfig,
  priority: number,
  strict: boolean,
  say: Say,
): VrrpStateName {
  const isOwner = priority === OWNER;
  if (state === null) return isOwner ? "MASTER" : "BACKUP";
  if (!strict || (state === "MASTER") === isOwner) return state;
  say("State MASTER must match being address owner");
  return isOwner ? "MASTER" : "BACKUP";
}

function authentication(vrrp: VrrpConfig, version: 2 | 3, strict: boolean, say: Say): AuthType {
  const { authType, authPassword } = vrrp;
  if (authType === "none") return authType;
  if (strict) say("Strict mode does not support authentication. Ignoring.");
  else if (version === 3) say("VRRP version 3 does not support authentication. Ignoring.");
  else if (authPassword === "") say("Authentication specified but no password given. Ignoring");
  else return authType;
  return "none";
}

function preemptionOf(
  vrrp: VrrpConfig,
  { priority, state, strict }: { priority: number; state: VrrpStateName; strict: boolean },
  say: Say,
): { readonly nopreempt: boolean; readonly preemptDelay: Duration } {
  let { nopreempt, preemptDelay } = vrrp;
  if (priority === OWNER && nopreempt) {
    say(`nopreempt is incompatible with priority ${OWNER} - resetting nopreempt`);
    nopreempt = false;
  }
  const never = 0 as Duration;
  if (state === "MASTER" && nopreempt) {
    say("Warning - nopreempt will not work with initial state MASTER - clearing");
    nopreempt = false;
  }
  if (state === "MASTER" && preemptDelay > 0) {
    say("Warning - preempt delay will not work with initial state MASTER - clearing");
    preemptDelay = never;
  }
  if (preemptDelay > 0 && strict) {
    say("preempt_delay is incompatible with strict mode - resetting");
    preemptDelay = never;
  }
  if (preemptDelay > 0 && nopreempt) {
    say("preempt_delay is incompatible with nopreempt mode - resetting");
    preemptDelay = never;
  }
  return { nopreempt, preemptDelay };
}

/** Whole seconds in version 2, hundredths in version 3. */
function intervalOf({ advertInterval }: VrrpConfig, version: 2 | 3, say: Say): Duration {
  const unit = version === 2 ? seconds(1) : milliseconds(10);
  const most = version === 2 ? seconds(255) : milliseconds(40_950);
  const typed = (advertInterval / 1e9).toFixed(6);
  if (advertInterval > most) {
    const bound = version === 2 ? "256s" : "40.96s";
    const set = version === 2 ? "255s" : "40.95s";
    say(
      `VRRPv${version} advertisement interval ${(advertInterval / 1e9).toFixed(2)}s is out of range. Must be less than ${bound}. Setting to ${set}`,
    );
    return most;
  }
  if (advertInterval % unit === 0) return advertInterval;
  say(
    version === 2
      ? `VRRPv2 advertisement interval ${typed}s must be an integer - rounding`
      : `VRRPv3 advertisement interval ${typed}s must be in units of 10ms - rounding`,
  );
  return Math.max(unit, Math.floor((advertInterval + unit / 2) / unit) * unit) as Duration;
}

function garpOf({ garp }: VrrpConfig, global: GlobalSettings, strict: boolean): GarpSettings {
  const none = 0 as Duration;
  return {
    delay: garp.delay ?? global.garp.delay,
    repeat: garp.repeat ?? global.garp.repeat,
    refresh: garp.refresh ?? global.garp.refresh,
    refreshRepeat: garp.refreshRepeat ?? global.garp.refreshRepeat,
    lowerPriorityDelay: strict ? none : (garp.lowerPriorityDelay ?? global.garp.lowerPriorityDelay),
    lowerPriorityRepeat: strict ? 0 : (garp.lowerPriorityRepeat ?? global.garp.lowerPriorityRepeat),
  };
}
