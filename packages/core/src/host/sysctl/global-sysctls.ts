/**
 * The numbers of /proc/sys that the stack looks at while it works, read out of their texts once. Immutable: a change
 * of sysctls gives another object, and namespaces in which nothing was set share one.
 */
import type { SysctlConfig } from "./config.ts";
import { ConntrackSysctls } from "./conntrack-sysctls.ts";
import { FIRST_CONF, NO_VALUES } from "./defaults.ts";
import { FullNatSysctls } from "./fullnat-sysctls.ts";
import { IpvsSysctls } from "./ipvs-sysctls.ts";
import { SynProxySysctls } from "./syn-proxy-sysctls.ts";
import { SysctlNumbers } from "./sysctl-numbers.ts";
import { TransportSysctlValues } from "./transport-sysctl-values.ts";

export class GlobalSysctls {
  /** conf.all.forwarding. */
  readonly ipForward: number;
  readonly ipDefaultTtl: number;
  readonly ipNoPmtuDisc: number;
  readonly ipForwardUsePmtu: number;
  readonly fibMultipathHashPolicy: number;
  readonly fwmarkReflect: number;
  readonly icmpEchoIgnoreAll: number;
  readonly icmpEchoIgnoreBroadcasts: number;
  readonly icmpErrorsUseInboundIfaddr: number;
  readonly icmpMsgsBurst: number;
  /** Messages a second, all peers together. */
  readonly icmpMsgsPerSec: number;
  /** Milliseconds between two messages to one peer. */
  readonly icmpRatelimit: number;
  /** Bit t set: ICMP type t is limited. */
  readonly icmpRatemask: number;
  /** Octets. */
  readonly ipfragHighThresh: number;
  readonly ipfragLowThresh: number;
  readonly ipfragMaxDist: number;
  /** Seconds. */
  readonly ipfragTime: number;
  /** Seconds. */
  readonly neighGcInterval: number;
  readonly neighGcThresh1: number;
  readonly neighGcThresh2: number;
  readonly neighGcThresh3: number;
  /** Octets. */
  readonly minPmtu: number;
  /** Seconds. */
  readonly mtuExpires: number;
  readonly transport: TransportSysctlValues;
  readonly vs: IpvsSysctls;

  private readonly values: SysctlNumbers;
  private tracking: ConntrackSysctls | null = null;
  private fork: FullNatSysctls | null = null;
  private proxy: SynProxySysctls | null = null;

  constructor(config: SysctlConfig) {
    const values = new SysctlNumbers(config.values);
    this.values = values;
    const ip = "net/ipv4/";
    this.ipForward = config.conf.all?.forwarding ?? 0;
    this.ipDefaultTtl = values.of(`${ip}ip_default_ttl`);
    this.ipNoPmtuDisc = values.of(`${ip}ip_no_pmtu_disc`);
    this.ipForwardUsePmtu = values.of(`${ip}ip_forward_use_pmtu`);
    this.fibMultipathHashPolicy = values.of(`${ip}fib_multipath_hash_policy`);
    this.fwmarkReflect = values.of(`${ip}fwmark_reflect`);
    this.icmpEchoIgnoreAll = values.of(`${ip}icmp_echo_ignore_all`);
    this.icmpEchoIgnoreBroadcasts = values.of(`${ip}icmp_echo_ignore_broadcasts`);
    this.icmpErrorsUseInboundIfaddr = values.of(`${ip}icmp_errors_use_inbound_ifaddr`);
    this.icmpMsgsBurst = values.of(`${ip}icmp_msgs_burst`);
    this.icmpMsgsPerSec = values.of(`${ip}icmp_msgs_per_sec`);
    this.icmpRatelimit = values.of(`${ip}icmp_ratelimit`);
    this.icmpRatemask = values.of(`${ip}icmp_ratemask`);
    this.ipfragHighThresh = values.of(`${ip}ipfrag_high_thresh`);
    this.ipfragLowThresh = values.of(`${ip}ipfrag_low_thresh`);
    this.ipfragMaxDist = values.of(`${ip}ipfrag_max_dist`);
    this.ipfragTime = values.of(`${ip}ipfrag_time`);
    this.neighGcInterval = values.of(`${ip}neigh/default/gc_interval`);
    this.neighGcThresh1 = values.of(`${ip}neigh/default/gc_thresh1`);
    this.neighGcThresh2 = values.of(`${ip}neigh/default/gc_thresh2`);
    this.neighGcThresh3 = values.of(`${ip}neigh/default/gc_thresh3`);
    this.minPmtu = values.of(`${ip}route/min_pmtu`);
    this.mtuExpires = values.of(`${ip}route/mtu_expires`);
    this.transport = new TransportSysctlValues(values);
    this.vs = new IpvsSysctls(values);
  }

  /** Read when somebody first tracks connections: most hosts never do. */
  get conntrack(): ConntrackSysctls {
    this.tracking ??= new ConntrackSysctls(this.values);
    return this.tracking;
  }

  /** Read only on a kernel with FULLNAT. */
  get fullNat(): FullNatSysctls {
    this.fork ??= new FullNatSysctls(this.values);
    return this.fork;
  }

  /** Likewise. */
  get synProxy(): SynProxySysctls {
    this.proxy ??= new SynProxySysctls(this.values);
    return this.proxy;
  }
}

/** Of namespaces in which nothing was set but forwarding, by its value: hosts, and routers. */
const shared: (GlobalSysctls | undefined)[] = [undefined, undefined];

function isEmpty(values: SysctlConfig["values"]): boolean {
  if (values === NO_VALUES) return true;
  for (const _ in values) return false;
  return true;
}

/** The numbers of a namespace; shared ones while nothing but forwarding was set. */
export function globalSysctls(config: SysctlConfig): GlobalSysctls {
  const { conf, values } = config;
  const forwarding = conf === FIRST_CONF ? 0 : (conf.all?.forwarding ?? 0);
  if (forwarding >= shared.length || forwarding < 0 || !isEmpty(values))
    return new GlobalSysctls(config);
  let numbers = shared[forwarding];
  if (numbers === undefined) {
    numbers = new GlobalSysctls(config);
    shared[forwarding] = numbers;
  }
  return numbers;
}
