/**
 * What a network namespace holds when it is made: lo and the fallback tunnel devices. At boot lo is up with its addresses;
 * in a namespace made later it is down, and net.ipv4.conf's `all` and `default` are those of the first
 * (devconf_inherit_init_net 0).
 */
import { ZERO_MAC } from "../packet/mac-address.ts";
import { IpProtocol } from "../packet/protocol.ts";
import { addLink, type LinkSpec, setLinkUp } from "./addressing/links.ts";
import { copyOfDevice, type DeviceConfig, type DeviceKind } from "./device/config.ts";
import { ANY_TUNNEL } from "./device/tunnel-parameters.ts";
import type { IpvsVariant } from "./ipvs/config.ts";
import { emptyIpvsConfig } from "./ipvs/control.ts";
import type { NamespaceConfig, NamespaceDraft } from "./namespace-config.ts";
import { hasNoTables, type NetfilterConfig } from "./netfilter/config.ts";
import { initialRules } from "./route/rules.ts";
import type { SysctlConfig } from "./sysctl/config.ts";
import { FIRST_CONF, FIRST_NEIGH, initialSysctls } from "./sysctl/defaults.ts";
import { directoriesLike } from "./sysctl/device-sysctls.ts";

interface FallbackDevice {
  readonly name: string;
  readonly kind: DeviceKind;
  readonly mtu: number;
  readonly noArp: boolean;
}

/** In order of their indices, from 2. */
const FALLBACK_DEVICES: readonly FallbackDevice[] = [
  { name: "tunl0", kind: "ipip", mtu: 1480, noArp: true },
  { name: "gre0", kind: "gre", mtu: 1476, noArp: true },
  { name: "gretap0", kind: "gretap", mtu: 1462, noArp: false },
  { name: "erspan0", kind: "erspan", mtu: 1450, noArp: false },
];

/** Made once, since every namespace begins with the same. */
let made: NamespaceConfig | null = null;

export function initialConfig(): NamespaceConfig {
  made ??= make(initialSysctls(), true);
  return made;
}

/** The same for a kernel with another IPVS. */
export function initialConfigWith(variant: IpvsVariant): NamespaceConfig {
  const config = initialConfig();
  return variant === "mainline" ? config : { ...config, ipvs: emptyIpvsConfig(variant) };
}

/** For a namespace made on a kernel whose first has these settings. */
export function configLike(first: NamespaceConfig): NamespaceConfig {
  const { sysctls, bridgeNetfilter, ipvs, toa } = first;
  const { all, default: template } = sysctls.conf;
  const initial = initialSysctls();
  const config = make(
    {
      ...initial,
      conf: {
        ...initial.conf,
        ...(all === undefined ? {} : { all }),
        ...(template === undefined ? {} : { default: template }),
      },
    },
    false,
  );
  return { ...config, bridgeNetfilter, toa, ipvs: emptyIpvsConfig(ipvs.variant) };
}

function make(sysctls: SysctlConfig, isBoot: boolean): NamespaceConfig {
  const draft: NamespaceDraft = {
    devices: [],
    lastIndex: 0,
    routes: [],
    rules: initialRules() as NamespaceDraft["rules"],
    sysctls: sysctls as NamespaceDraft["sysctls"],
    netfilter: { tables: {}, nextRuleId: 1 },
    ipset: { nextId: 1, sets: [] },
    ipvs: emptyIpvsConfig("mainline") as NamespaceDraft["ipvs"],
    fou: [],
    bridgeNetfilter: false,
  };
  addLink(draft, {
    name: "lo",
    kind: "loopback",
    mac: ZERO_MAC,
    mtu: 65_536,
    noArp: false,
    index: 0,
  });
  if (isBoot) setLinkUp(draft, 1);
  for (const { name, kind, mtu, noArp } of FALLBACK_DEVICES)
    addLink(draft, { name, kind, mac: ZERO_MAC, mtu, noArp, index: 0, ...fallbackTunnel(kind) });
  return draft;
}

/** gre0 says that it carries GRE, tunl0 that it carries anything. */
const fallbackTunnel = (kind: DeviceKind): Partial<Pick<LinkSpec, "details">> =>
  kind === "ipip" || kind === "gre"
    ? { details: { ...ANY_TUNNEL, protocol: kind === "gre" ? IpProtocol.gre : 0, fallback: true } }
    : {};

/** A copy of a configuration that may be changed in place: for building a lab, before anything runs. */
export function plainDraft(config: NamespaceConfig): NamespaceDraft {
  const { devices, routes, rules, sysctls, netfilter, ipset, ipvs, fou } = config;
  return {
    bridgeNetfilter: config.bridgeNetfilter,
    toa: config.toa,
    lastIndex: config.lastIndex,
    devices: copiesOf(devices),
    routes: routes.slice(),
    rules: rules.slice(),
    sysctls: {
      values: sysctls.values,
      conf: sysctls.conf === FIRST_CONF ? FIRST_CONF : directoriesLike(sysctls.conf),
      neigh: sysctls.neigh === FIRST_NEIGH ? FIRST_NEIGH : directoriesLike(sysctls.neigh),
    },
    netfilter: { tables: copyTables(netfilter), nextRuleId: netfilter.nextRuleId },
    ipset: { nextId: ipset.nextId, sets: ipset.sets.slice() },
    ipvs: {
      variant: ipvs.variant,
      services: ipvs.services.map((service) => ({
        ...service,
        realServers: service.realServers.slice(),
        localAddresses: service.localAddresses.slice(),
      })),
      daemons: ipvs.daemons.slice(),
      timeouts: {
        tcp: ipvs.timeouts.tcp,
        tcpFin: ipvs.timeouts.tcpFin,
        udp: ipvs.timeouts.udp,
      },
    },
    fou: fou.slice(),
  } as NamespaceDraft;
}

function copiesOf(devices: readonly DeviceConfig[]): DeviceConfig[] {
  const copies: DeviceConfig[] = [];
  for (let i = 0; i < devices.length; i++) copies.push(copyOfDevice(devices[i] as DeviceConfig));
  return copies;
}

function copyTables(config: NetfilterConfig): NetfilterConfig["tables"] {
  if (hasNoTables(config)) return {};
  return Object.fromEntries(
    Object.entries(config.tables).map(([name, table]) => [
      name,
      { ...table, chains: table.chains.map((chain) => ({ ...chain, rules: chain.rules.slice() })) },
    ]),
  );
}
