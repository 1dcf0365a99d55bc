/** `ipvsadm -S`: services and servers as command lines that `-R` takes, in sorted order. */
import type { RealServerConfig, VirtualServiceConfig, VirtualServiceIdentity } from "@lvsim/core";
import type { Hosts } from "./addresses.ts";
import { compareIdentities, compareServers, netmaskText, protocolOf, serverText } from "./names.ts";
import { formatSchedulerFlags } from "./scheduler-flags.ts";

const LETTERS = new Map<number, string>([
  [6, "-t"],
  [17, "-u"],
  [132, "--sctp-service"],
]);

function identityWords(identity: VirtualServiceIdentity, hosts: Hosts | null): string {
  if (identity.kind === "fwmark")
    return `-f ${identity.mark}${identity.ipv6 === undefined ? "" : " -6"}`;
  const { protocol } = identity;
  return `${LETTERS.get(protocol) ?? "-t"} ${serverText(identity, protocol, hosts)}`;
}

/** Thresholds are not saved: ipvsadm does not either. */
export function saveServices(
  services: readonly VirtualServiceConfig[],
  hosts: Hosts | null,
): string {
  return services
    .toSorted((a, b) => compareIdentities(a.identity, b.identity))
    .flatMap((service) => [
      serviceWords(service, hosts),
      ...service.realServers
        .toSorted(compareServers)
        .map((server) => serverWords(service, server, hosts)),
    ])
    .map((line) => `${line}\n`)
    .join("");
}

function serviceWords(service: VirtualServiceConfig, hosts: Hosts | null): string {
  const { persistenceTimeout, persistenceEngine, schedulerFlags } = service;
  const words = [`-A ${identityWords(service.identity, hosts)} -s ${service.scheduler}`];
  if (persistenceTimeout !== 0) {
    words.push(`-p ${persistenceTimeout}`);
    const mask = netmaskText(service);
    if (mask !== "") words.push(`-M ${mask}`);
  }
  if (persistenceEngine !== "") words.push(`--pe ${persistenceEngine}`);
  if (service.onePacket) words.push("-o");
  if (schedulerFlags !== 0)
    words.push(`-b ${formatSchedulerFlags(schedulerFlags, service.scheduler)}`);
  return words.join(" ");
}

const METHOD_LETTERS = new Map<string, string>([
  ["masquerading", "-m"],
  ["tunnelling", "-i"],
  ["full-nat", "-b"],
]);

function serverWords(
  service: VirtualServiceConfig,
  server: RealServerConfig,
  hosts: Hosts | null,
): string {
  const { forwarding, weight, tunnel } = server;
  const end = serverText(server, protocolOf(service.identity), hosts);
  const words = [
    `-a ${identityWords(service.identity, hosts)} -r ${end}`,
    METHOD_LETTERS.get(forwarding) ?? "-g",
    `-w ${weight}`,
  ];
  if (forwarding === "tunnelling") words.push(`--tun-type ${tunnel.type}`, ...tunnelWords(server));
  return words.join(" ");
}

function tunnelWords({ tunnel }: RealServerConfig): string[] {
  if (tunnel.type === "ipip") return [];
  const checksum = {
    none: "--tun-nocsum",
    checksum: "--tun-csum",
    "remote-checksum": "--tun-remcsum",
  }[tunnel.checksum];
  return tunnel.type === "gue" ? [`--tun-port ${tunnel.port}`, checksum] : [checksum];
}
