/**
 * What the shell needs of core's network namespace. Core's `NetworkNamespace` fits it; a stub stands in for it where
 * only files and processes matter.
 */
import type { ChangeOrigin, Engine, NamespaceConfig, Netfilter, SocketLayer } from "@lvsim/core";

/** A value and everything in it, open to change: what an immer recipe gets. */
type Changeable<T> = T extends string | number | boolean | null | undefined
  ? T
  : { -readonly [K in keyof T]: Changeable<T[K]> };

export interface MachineNamespace {
  readonly name: string;
  readonly engine: Engine;
  readonly config: NamespaceConfig;
  readonly sockets: SocketLayer;
  /** iptables' live side: counters. */
  readonly netfilter: Netfilter;
  /** Applies `recipe` as one change; it gives an errno, and another than 0 leaves everything as it was. */
  change(origin: ChangeOrigin, recipe: (draft: Changeable<NamespaceConfig>) => number): number;
}
