/** The servers of a service beside each other: one that is not in the list, one that is forwarded to in another way. */
import { type ForwardingMethod, formatIpv4Address } from "@lvsim/core";
import type { Evidence, HostFacts } from "../evidence.ts";
import { cabled } from "../network.ts";
import { on, type Rule, type Scene, type Suspect } from "../suspect.ts";
import { programsOf } from "./program-facts.ts";
import { METHOD_OPTION, nameOf, serverName, serverSettings } from "./service-commands.ts";

/** A machine that runs what the servers of a service run, and is none of them. */
export function leftOutServer(
  { network, services, client, incident }: Scene,
  evidence: Evidence,
): Suspect[] {
  const started = (host: HostFacts | undefined) => programsOf(evidence, host);
  const uneven = incident.trouble === "unwanted" || incident.trouble === "unexpected";
  return services.flatMap((facts): Suspect[] => {
    const { director, service } = facts;
    const servers = network.serversOf(facts);
    const [first] = service.realServers;
    if (first === undefined) return [];
    const known = new Set(servers.map(({ host }) => host));
    const run = new Set(servers.flatMap(({ host }) => [...started(host)]));
    const name = nameOf(service);
    return network.hosts
      .filter((host) => !known.has(host) && host !== director && host !== client)
      .filter((host) => [...started(host)].some((line) => run.has(line)))
      .flatMap((host) => addressesOf(host).map((address) => ({ host, address })))
      .map(({ host, address }, i) => ({
        cause: "serverLeftOut",
        values: { host: director.name, service: name, server: host.name },
        fix: [
          on(director, `ipvsadm -a ${name} -r ${address}:${first.port} ${serverSettings(first)}`),
        ],
        rank: (uneven ? 0.3 : 2.3) + i / 50,
        setting: { host: director.name, path: "ipvs.services" },
      }));
  });
}

/** Its own addresses on its cables: one on a cable is what a server is known by. */
const addressesOf = (host: HostFacts): string[] =>
  cabled(host)
    .flatMap(({ addresses }) => addresses.slice(0, 1))
    .map(({ local }) => formatIpv4Address(local));

/** A service without servers: what stands beside and runs a program could be one. */
export function emptyService(scene: Scene, evidence: Evidence): Suspect[] {
  const { at } = scene;
  return scene.services.flatMap((facts): Suspect[] => {
    const { director, service } = facts;
    if (service.realServers.length > 0) return [];
    const name = nameOf(service);
    const port = service.identity.kind === "fwmark" ? 0 : service.identity.port;
    const candidates = candidatesFor(scene, director, evidence);
    if (candidates.length === 0) return [];
    return (["-m", "-g", "-i"] as const).map((method, i) => ({
      cause: "emptyService",
      values: { host: director.name, service: name },
      fix: [
        on(
          director,
          candidates
            .map((address) => `ipvsadm -a ${name} -r ${address}:${port} ${method}`)
            .join("; "),
        ),
      ],
      rank: (director === at ? 0.3 : 1.4) + i / 10,
      setting: { host: director.name, path: "ipvs.services" },
    }));
  });
}

/** A server whose address nobody has, or that is not what answers there. */
export function wrongServer(scene: Scene, evidence: Evidence): Suspect[] {
  const { network, services, client, incident } = scene;
  return services.flatMap((facts) => {
    const { director, service } = facts;
    const name = nameOf(service);
    const inUse = new Set(service.realServers.map(({ address }) => formatIpv4Address(address)));
    const free = candidatesFor(scene, director, evidence).filter((address) => !inUse.has(address));
    return network.serversOf(facts).flatMap(({ server, host }): Suspect[] => {
      const remove = `ipvsadm -d ${name} -r ${serverName(server)}`;
      const odd = host === undefined || host === client || host === director;
      if (!odd) return [];
      const common = {
        cause: "wrongServer",
        values: { host: director.name, service: name, server: serverName(server) },
        setting: { host: director.name, path: "ipvs.services" },
      } as const;
      const { end } = incident;
      const rank = end?.kind === "unresolved" && end.address === server.address ? 0 : 1;
      return [
        ...free.map((address, i) => ({
          ...common,
          fix: [
            on(
              director,
              `${remove}; ipvsadm -a ${name} -r ${address}:${server.port} ${serverSettings(server)}`,
            ),
          ],
          rank: rank + 0.1 + i / 20,
        })),
        {
          ...common,
          fix: [on(director, remove)],
          rank: rank + (host === undefined ? 0.4 : 2),
        },
      ];
    });
  });
}

/** Addresses of machines that run some program; where none does, of all that stand beside the director. */
function candidatesFor(
  { network, client }: Scene,
  director: HostFacts,
  evidence: Evidence,
): string[] {
  const others = network.hosts.filter((host) => host !== director && host !== client);
  const running = others.filter((host) => programsOf(evidence, host).size > 0);
  if (running.length > 0) return running.flatMap(addressesOf);
  return others.flatMap((host) => network.sharedAddresses(host, director).map(formatIpv4Address));
}

/** Servers that are forwarded to otherwise than most are. */
export const oddMethod: Rule = ({ network, services, at }) =>
  services.flatMap((facts): Suspect[] => {
    const { director, service } = facts;
    const servers = network.serversOf(facts);
    const methods = [...new Set(service.realServers.map(({ forwarding }) => forwarding))];
    if (methods.length < 2) return [];
    const name = nameOf(service);
    return methods.map((forwarding: ForwardingMethod) => {
      const others = servers.filter(({ server }) => server.forwarding !== forwarding);
      return {
        cause: "oddMethod",
        values: {
          host: director.name,
          service: name,
          servers: others.map(({ server }) => serverName(server)).join(", "),
          method: METHOD_OPTION[forwarding],
        },
        fix: [
          on(
            director,
            others
              .map(
                ({ server }) =>
                  `ipvsadm -e ${name} -r ${serverName(server)} ${serverSettings({ ...server, forwarding })}`,
              )
              .join("; "),
          ),
        ],
        rank:
          (others.some(({ host }) => host === at) ? 0.3 : 0.9) +
          others.length / (10 * servers.length),
        setting: { host: director.name, path: "ipvs.services" },
      };
    });
  });
