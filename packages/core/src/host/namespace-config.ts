/**
 * Everything that people configure in one network namespace: one immutable value. Packets never change it; commands
 * change it only through `NetworkNamespace.change`, so that every change has patches and an origin.
 */
import type { Draft } from "immer";
import type { DeviceConfig } from "./device/config.ts";
import type { IpvsConfig } from "./ipvs/config.ts";
import type { NetfilterConfig } from "./netfilter/config.ts";
import type { IpsetConfig } from "./netfilter/sets/config.ts";
import type { PolicyRuleConfig, RouteConfig } from "./route/config.ts";
import type { SysctlConfig } from "./sysctl/config.ts";
import type { FouPortConfig } from "./tunnel/config.ts";

export interface NamespaceConfig {
  /** In order of interface index. */
  readonly devices: readonly DeviceConfig[];
  /** The interface index given out last. */
  readonly lastIndex: number;
  /** All tables, in the order in which they were added. */
  readonly routes: readonly RouteConfig[];
  /** In order of priority. */
  readonly rules: readonly PolicyRuleConfig[];
  readonly sysctls: SysctlConfig;
  readonly netfilter: NetfilterConfig;
  readonly ipset: IpsetConfig;
  readonly ipvs: IpvsConfig;
  /** Ports of `ip fou`, the newest first. */
  readonly fou: readonly FouPortConfig[];
  /** The module br_netfilter is loaded; the same in all namespaces of a kernel. */
  readonly bridgeNetfilter: boolean;
  /** The module toa is loaded, for servers behind FULLNAT; likewise the same everywhere. */
  readonly toa?: boolean | undefined;
}

/** A configuration under change: immer's draft, or a plain value while a lab is built. Edits mutate it in place. */
export type NamespaceDraft = Draft<NamespaceConfig>;
