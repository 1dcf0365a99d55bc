/**
 * Whom schedulers choose, and how long a client keeps whom it was given: no quiesced and no overloaded server for somebody
 * new, the same server as long as a persistence template lives. Left out: what a persistence engine keeps together, and
 * thresholds of persistent services, whose templates count as little as the connections under them are hindered.
 */
import {
  formatIpv4Address,
  type Instant,
  type Ipv4Address,
  type NetworkNamespace,
  type RealServerConfig,
  type VirtualServiceConfig,
} from "@lvsim/core";
import type { Invariant, Tell } from "../invariant.ts";
import { dropsAtRandom, serviceOf } from "./service-of.ts";

/** What a client of a persistent service was given last. */
interface Given {
  readonly server: RealServerConfig;
  readonly at: Instant;
  /** In nanoseconds. */
  readonly timeout: number;
}

const NS_PER_SECOND = 1e9;

const textOf = ({ address, port }: RealServerConfig): string =>
  `${formatIpv4Address(address)}:${port}`;

const findServer = (
  { realServers }: VirtualServiceConfig,
  address: Ipv4Address,
  port: number,
): RealServerConfig | undefined =>
  realServers.find((one) => one.address === address && (one.port === port || one.port === 0)) ??
  realServers.find((one) => one.address === address);

export const scheduling: Invariant = {
  name: "a new client gets a server that may be chosen, and a persistent one the same again",
  watch(_scene, tell) {
    // by director, then by service and masked client
    const given = new Map<string, Map<string, Given>>();
    return {
      note(kind, at, host, frame, decider, { a, b }) {
        const config = kind === "scheduled" ? serviceOf(decider) : null;
        if (frame === null || config === null) return;
        const server = findServer(config, a as Ipv4Address, b);
        const who = `#${frame.id} of ${formatIpv4Address(frame.source)}:${frame.sourcePort}`;
        if (server === undefined) {
          const chosen = formatIpv4Address(a as Ipv4Address);
          return tell(
            host.name,
            `${who} is scheduled to ${chosen}:${b}, which is no server of the service`,
            frame.id,
          );
        }
        const what = `${who} is scheduled to ${textOf(server)}`;
        const report: Tell = (_where, why) => tell(host.name, `${what}, ${why}`, frame.id);
        if (config.persistenceTimeout === 0) return checkNew(host, config, server, report);
        // the server of a template may have come to rest meanwhile
        if (config.persistenceEngine !== "" || dropsAtRandom(host)) return;
        const mine = given.get(host.name) ?? new Map<string, Given>();
        given.set(host.name, mine);
        const key = `${JSON.stringify(config.identity)} ${frame.source & config.persistenceNetmask}`;
        const before = mine.get(key);
        const timeout = config.persistenceTimeout * NS_PER_SECOND;
        const isFresh = before !== undefined && at - before.at < Math.min(timeout, before.timeout);
        if (isFresh && before.server.address !== server.address)
          report("", `although ${textOf(before.server)} has its client by a template`);
        mine.set(key, { server, at, timeout });
      },
      changed(_at, { name, config }) {
        // a template ends with its server, and with vs.expire_quiescent_template also when that comes to rest
        const mine = given.get(name);
        for (const [key, { server }] of mine ?? [])
          if (!isStillServing(config.ipvs.services, key, server)) mine?.delete(key);
      },
    };
  },
};

const isStillServing = (
  services: readonly VirtualServiceConfig[],
  key: string,
  server: RealServerConfig,
): boolean =>
  services.some(
    (service) =>
      key.startsWith(JSON.stringify(service.identity)) &&
      (findServer(service, server.address, server.port)?.weight ?? 0) > 0,
  );

/** Whether the server could be given to somebody new, who counts already. */
function checkNew(
  host: NetworkNamespace,
  service: VirtualServiceConfig,
  { address, port, weight, upperThreshold }: RealServerConfig,
  report: Tell,
): void {
  if (weight <= 0) report("", `whose weight is ${weight}`);
  // lblc does not ask whether the server in its cache is overloaded, and older kernels forget it when they are told anew
  const isKept = host.kernel === "6.1.192" && host.config.ipvs.variant === "mainline";
  if (upperThreshold === 0 || service.onePacket || service.scheduler === "lblc" || !isKept) return;
  const listing = host.ipvs
    .services()
    .find(({ config }) => config.identity === service.identity)
    ?.servers.find(({ config }) => config.address === address && config.port === port);
  if (listing === undefined) return;
  const count = listing.activeConnections + listing.inactiveConnections;
  if (count > upperThreshold)
    report("", `which has ${count} connections now and may have ${upperThreshold}`);
}
