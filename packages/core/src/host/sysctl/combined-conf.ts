/**
 * The settings that hold for one device: conf.all joined with conf.DEVICE as the kernel joins them (inetdevice.h).
 * An immutable value of small integers, made anew when a sysctl changes; devices with defaults share one.
 */
import type { InterfaceSysctls, SysctlConfig } from "./config.ts";
import {
  DEFAULT_INTERFACE_SYSCTLS,
  DEFAULT_TEMPLATE_SYSCTLS,
  LOOPBACK_INTERFACE_SYSCTLS,
} from "./defaults.ts";
import { interfaceSysctls } from "./device-sysctls.ts";

/** IN_DEV_ORCONF. */
const either = (a: number, b: number): number => (a !== 0 || b !== 0 ? 1 : 0);
/** IN_DEV_ANDCONF. */
const both = (a: number, b: number): number => (a !== 0 && b !== 0 ? 1 : 0);

export class CombinedConf {
  /** The greater of both. */
  readonly arpAccept: number;
  readonly arpAnnounce: number;
  readonly arpIgnore: number;
  readonly arpNotify: number;
  readonly rpFilter: number;
  /** 0 or 1: one of both is on. */
  readonly acceptLocal: number;
  readonly arpFilter: number;
  readonly bcForwarding: number;
  readonly dropGratuitousArp: number;
  readonly logMartians: number;
  readonly promoteSecondaries: number;
  readonly proxyArp: number;
  readonly proxyArpPvlan: number;
  readonly routeLocalnet: number;
  readonly secureRedirects: number;
  readonly sendRedirects: number;
  readonly sharedMedia: number;
  readonly srcValidMark: number;
  readonly ignoreRoutesWithLinkdown: number;
  /** 0 or 1: both are on. */
  readonly acceptSourceRoute: number;
  readonly arpEvictNocarrier: number;
  /** 0 or 1: the device's own. */
  readonly forwarding: number;
  /** 0 or 1: a router needs both, a host one. */
  readonly acceptRedirects: number;
  /** The device's own; 0: unknown, −1: takes part in no proxying. */
  readonly mediumId: number;

  constructor(all: InterfaceSysctls, own: InterfaceSysctls) {
    this.arpAccept = Math.max(all.arp_accept, own.arp_accept);
    this.arpAnnounce = Math.max(all.arp_announce, own.arp_announce);
    this.arpIgnore = Math.max(all.arp_ignore, own.arp_ignore);
    this.arpNotify = Math.max(all.arp_notify, own.arp_notify);
    this.rpFilter = Math.max(all.rp_filter, own.rp_filter);
    this.acceptLocal = either(all.accept_local, own.accept_local);
    this.arpFilter = either(all.arp_filter, own.arp_filter);
    this.bcForwarding = both(all.bc_forwarding, own.bc_forwarding);
    this.dropGratuitousArp = either(all.drop_gratuitous_arp, own.drop_gratuitous_arp);
    this.logMartians = either(all.log_martians, own.log_martians);
    this.promoteSecondaries = either(all.promote_secondaries, own.promote_secondaries);
    this.proxyArp = either(all.proxy_arp, own.proxy_arp);
    this.proxyArpPvlan = either(all.proxy_arp_pvlan, own.proxy_arp_pvlan);
    this.routeLocalnet = either(all.route_localnet, own.route_localnet);
    this.secureRedirects = either(all.secure_redirects, own.secure_redirects);
    this.sendRedirects = either(all.send_redirects, own.send_redirects);
    this.sharedMedia = either(all.shared_media, own.shared_media);
    this.srcValidMark = either(all.src_valid_mark, own.src_valid_mark);
    this.ignoreRoutesWithLinkdown = either(
      all.ignore_routes_with_linkdown,
      own.ignore_routes_with_linkdown,
    );
    this.acceptSourceRoute = both(all.accept_source_route, own.accept_source_route);
    this.arpEvictNocarrier = both(all.arp_evict_nocarrier, own.arp_evict_nocarrier);
    this.forwarding = own.forwarding === 0 ? 0 : 1;
    this.acceptRedirects =
      own.forwarding === 0
        ? either(all.accept_redirects, own.accept_redirects)
        : both(all.accept_redirects, own.accept_redirects);
    this.mediumId = own.medium_id;
  }
}

/** What holds for a device of which nothing was changed. */
export const DEFAULT_CONF = new CombinedConf(DEFAULT_INTERFACE_SYSCTLS, DEFAULT_TEMPLATE_SYSCTLS);

interface Combination {
  readonly all: InterfaceSysctls;
  readonly own: InterfaceSysctls;
  readonly conf: CombinedConf;
}

/** The last ones, a power of two of them: lo and the other devices of routers that are all alike. */
const LATELY = 4;
const lately: (Combination | undefined)[] = new Array(LATELY).fill(undefined);
let made = 0;

/** Two immutable directories joined; what was made lately is given again. */
function joined(all: InterfaceSysctls, own: InterfaceSysctls): CombinedConf {
  for (let i = 0; i < LATELY; i++) {
    const known = lately[i];
    if (known !== undefined && known.all === all && known.own === own) return known.conf;
  }
  const conf = new CombinedConf(all, own);
  lately[made++ & (LATELY - 1)] = { all, own, conf };
  return conf;
}

/** What holds for `device`; the shared default while nothing of it was changed. */
export function combinedConf(sysctls: SysctlConfig, device: string): CombinedConf {
  const all = sysctls.conf.all ?? DEFAULT_INTERFACE_SYSCTLS;
  const own = interfaceSysctls(sysctls, device);
  const untouched =
    all === DEFAULT_INTERFACE_SYSCTLS &&
    (own === DEFAULT_TEMPLATE_SYSCTLS || own === LOOPBACK_INTERFACE_SYSCTLS);
  return untouched ? DEFAULT_CONF : joined(all, own);
}
