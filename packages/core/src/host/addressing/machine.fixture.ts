/** For tests of edits: a configuration as a small machine has it, and addresses to put on it. */
import { type Ipv4Address, parseIpv4Address } from "../../packet/ipv4-address.ts";
import { ZERO_MAC } from "../../packet/mac-address.ts";
import type { NamespaceDraft } from "../namespace-config.ts";
import { initialRules } from "../route/rules.ts";
import { initialSysctls } from "../sysctl/defaults.ts";
import { addLink, setLinkUp } from "./links.ts";

/** The address that a text names. */
export const ip = (text: string): Ipv4Address => parseIpv4Address(text) as Ipv4Address;
/** A link to add, but for its name. */
export const link = { mac: ZERO_MAC, mtu: 1500, noArp: false, kind: "ethernet", index: 0 } as const;

/** A configuration without any device, not even lo. */
export const nothing = (): NamespaceDraft => ({
  devices: [],
  lastIndex: 0,
  routes: [],
  rules: initialRules() as NamespaceDraft["rules"],
  sysctls: initialSysctls() as NamespaceDraft["sysctls"],
  netfilter: { tables: {}, nextRuleId: 1 },
  ipset: { nextId: 1, sets: [] },
  ipvs: {
    variant: "mainline",
    services: [],
    daemons: [],
    timeouts: { tcp: 900, tcpFin: 120, udp: 300 },
  },
  fou: [],
  bridgeNetfilter: false,
});

/** A configuration with lo, eth0 and eth1, all of them up. */
export function machine(): NamespaceDraft {
  const draft = nothing();
  addLink(draft, { ...link, name: "lo", kind: "loopback" });
  for (const name of ["eth0", "eth1"]) addLink(draft, { ...link, name });
  for (const index of [1, 2, 3]) setLinkUp(draft, index);
  return draft;
}

/** An address to add; it is its own peer. */
export const address = (text: string, prefixLength: number, scope = 0) => ({
  local: ip(text),
  peer: ip(text),
  prefixLength,
  broadcast: null,
  scope,
  label: "",
});
