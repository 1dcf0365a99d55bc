/** What may have caused an incident, and the commands that would mend it if it did. */
import type { NamespaceConfig } from "@lvsim/core";
import type { Command, HostFacts, Instead, RequestFacts } from "./evidence.ts";
import type { Incident } from "./incident.ts";
import type { Endpoint, Network, ServiceFacts } from "./network.ts";
import type { CauseKey } from "./words.ts";

type Values = Readonly<Record<string, string | number>>;

/** What in the configuration of a machine is the cause, so that it can be told who made it so. */
export type Setting = { readonly host: string } & (
  | {
      /** Keys with dots between. */
      readonly path: string;
    }
  | { readonly read: (config: NamespaceConfig) => unknown }
);

export interface Suspect {
  readonly cause: CauseKey;
  readonly values: Values;
  readonly fix: readonly Command[];
  /** What is typed otherwise instead. */
  readonly instead?: readonly Instead[];
  /** The machine that asks instead. */
  readonly from?: string;
  /** 0: the incident itself points here; 1: the configuration is wrong on the way; 2: it may matter; 3: a guess. */
  readonly rank: number;
  readonly setting?: Setting;
}

/** What rules are given. */
export interface Scene {
  readonly network: Network;
  readonly request: RequestFacts;
  readonly client: HostFacts;
  readonly incident: Incident;
  /** What the request asked for; null when nobody can tell. */
  readonly target: Endpoint | null;
  /** Services on the address that was asked for. */
  readonly services: readonly ServiceFacts[];
  /** The machine where the packet ended; undefined for none. */
  readonly at: HostFacts | undefined;
}

export type Rule = (scene: Scene) => Suspect[];

export const on = (host: HostFacts, command: string): Command => ({ machine: host.name, command });

/** Names of machines for a sentence. */
export const namesOf = (hosts: readonly HostFacts[]): string =>
  hosts.map(({ name }) => name).join(", ");

/** The machine of the incident alone if it is among them, then all. */
export function groupsOf(hosts: readonly HostFacts[], at: HostFacts | undefined): HostFacts[][] {
  const unique = [...new Set(hosts)];
  if (unique.length === 0) return [];
  const alone = unique.filter((host) => host === at);
  return alone.length === 1 && unique.length > 1 ? [alone, unique] : [unique];
}

/** 0 where the incident is, `otherwise` elsewhere. */
export const rankAt = (
  hosts: readonly HostFacts[],
  at: HostFacts | undefined,
  otherwise: number,
): number => (at !== undefined && hosts.includes(at) ? 0 : otherwise);
