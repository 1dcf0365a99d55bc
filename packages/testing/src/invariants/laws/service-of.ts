/** What notes of IPVS say of a service or a connection. */
import type { Decider, NetworkNamespace, VirtualServiceConfig } from "@lvsim/core";

/** The virtual service that decided; null when it was something else. */
export function serviceOf(decider: Decider | null): VirtualServiceConfig | null {
  if (decider === null || !("config" in decider)) return null;
  const config = decider.config as VirtualServiceConfig;
  return "realServers" in config ? config : null;
}

/** The ends of a connection as its name in the trace has them. */
export interface ConnectionEnds {
  /** As `TCP 10.0.0.1:40000 -> 10.0.0.100:80`, which names the connection. */
  readonly flow: string;
  readonly client: string;
  readonly virtual: string;
  readonly server: string;
}

export function endsOf(decider: Decider | null): ConnectionEnds | null {
  const text = decider?.describe() ?? "";
  const [first = "", virtual, server] = text.split(" -> ");
  if (virtual === undefined || server === undefined) return null;
  return {
    flow: `${first} -> ${virtual}`,
    client: first.slice(first.indexOf(" ") + 1),
    virtual,
    server,
  };
}

/** vs.drop_entry: connections and templates may go at any time. */
export const dropsAtRandom = ({ config }: NetworkNamespace): boolean =>
  Number(config.sysctls.values["net/ipv4/vs/drop_entry"] ?? 0) !== 0;
