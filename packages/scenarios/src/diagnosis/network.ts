/** Questions about the configuration of all machines: who has an address, which service a packet is for, who serves it. */
import {
  type AddressConfig,
  type CombinedConf,
  combinedConf,
  type DeviceConfig,
  type FrameHeader,
  formatIpv4Address,
  type Ipv4Address,
  inPrefix,
  type NamespaceConfig,
  type RealServerConfig,
  type RouteConfig,
  RouteTable,
  type VirtualServiceConfig,
} from "@lvsim/core";
import type { HostFacts } from "./evidence.ts";

/** An address on a machine. */
export interface Holding {
  readonly host: HostFacts;
  readonly device: DeviceConfig;
  readonly address: AddressConfig;
}

/** A virtual service on its director. */
export interface ServiceFacts {
  readonly director: HostFacts;
  readonly service: VirtualServiceConfig;
}

/** A real server of a service, with the machine that has its address. */
export interface ServerFacts {
  readonly server: RealServerConfig;
  /** Undefined when nobody has it. */
  readonly host: HostFacts | undefined;
}

/** What a request asks for. */
export interface Endpoint {
  readonly protocol: number;
  readonly address: Ipv4Address;
  readonly port: number;
}

export class Network {
  readonly hosts: readonly HostFacts[];

  constructor(hosts: readonly HostFacts[]) {
    this.hosts = hosts;
  }

  host(name: string): HostFacts | undefined {
    return this.hosts.find((host) => host.name === name);
  }

  /** Every place where the address is configured. */
  holders(local: Ipv4Address): Holding[] {
    return this.hosts.flatMap((host) =>
      holdingsOf(host).filter((one) => one.address.local === local),
    );
  }

  hostAt(local: Ipv4Address): HostFacts | undefined {
    return this.holders(local)[0]?.host;
  }

  services(): ServiceFacts[] {
    return this.hosts.flatMap((director) =>
      director.config.ipvs.services.map((service) => ({ director, service })),
    );
  }

  /** Services with that virtual address, whatever the port; those with a firewall mark may be for anything. */
  servicesOn(address: Ipv4Address): ServiceFacts[] {
    return this.services().filter(
      ({ service: { identity } }) => identity.kind === "fwmark" || identity.address === address,
    );
  }

  /** Services that take such a request. */
  servicesFor({ protocol, address, port }: Endpoint): ServiceFacts[] {
    return this.servicesOn(address).filter(
      ({ service: { identity } }) =>
        identity.kind === "fwmark" ||
        (identity.protocol === protocol && (identity.port === port || identity.port === 0)),
    );
  }

  serversOf({ service }: ServiceFacts): ServerFacts[] {
    return service.realServers.map((server) => ({ server, host: this.hostAt(server.address) }));
  }

  /** Machines with a cable on the segment, and the device. */
  on(segment: string): { readonly host: HostFacts; readonly device: string }[] {
    return this.hosts.flatMap((host) =>
      [...host.cables].filter(([, at]) => at === segment).map(([device]) => ({ host, device })),
    );
  }

  /** Addresses of `host` on segments that `other` has a cable on. */
  sharedAddresses(host: HostFacts, other: HostFacts): Ipv4Address[] {
    const segments = new Set(other.cables.values());
    return holdingsOf(host)
      .filter(({ device }) => segments.has(host.cables.get(device.name) ?? ""))
      .map(({ address }) => address.local);
  }
}

export const holdingsOf = (host: HostFacts): Holding[] =>
  host.config.devices.flatMap((device) =>
    device.addresses.map((address) => ({ host, device, address })),
  );

export const holds = (host: HostFacts, local: Ipv4Address): boolean =>
  holdingsOf(host).some(({ address }) => address.local === local);

/** Whether the address was there, for whoever asks since when it is not. */
export const hadAddress =
  (local: Ipv4Address) =>
  ({ devices }: NamespaceConfig): boolean =>
    devices.some(({ addresses }) => addresses.some((one) => one.local === local));

export const confOf = (host: HostFacts, device: string): CombinedConf =>
  combinedConf(host.config.sysctls, device);

/** Devices with a cable, in order of their index. */
export const cabled = (host: HostFacts): DeviceConfig[] =>
  host.config.devices.filter(({ name }) => host.cables.has(name));

/** Whether the machine passes packets on at all. */
export const forwards = (host: HostFacts): boolean =>
  host.config.sysctls.conf.all?.forwarding === 1;

/** The default route of the main table; undefined for none. */
export const defaultRoute = ({ config }: HostFacts): RouteConfig | undefined =>
  config.routes.find(({ prefixLength, table }) => prefixLength === 0 && table === RouteTable.main);

/** Its gateway as text; "" for none. For whoever asks since when it is so. */
export const defaultGateway = (config: NamespaceConfig): string => {
  const route = config.routes.find(
    ({ prefixLength, table }) => prefixLength === 0 && table === RouteTable.main,
  );
  return route === undefined ? "" : formatIpv4Address(route.gateway);
};

/** The main table's route to an address: the longest prefix, then the least metric. Rules are not asked. */
export function routeTo({ config }: HostFacts, address: Ipv4Address): RouteConfig | undefined {
  const matching = config.routes.filter(
    ({ table, destination, prefixLength }) =>
      table === RouteTable.main && inPrefix(address, destination, prefixLength),
  );
  return matching.sort((a, b) => b.prefixLength - a.prefixLength || a.metric - b.metric)[0];
}

export const asksFor = ({ protocol, destination, destinationPort }: FrameHeader): Endpoint => ({
  protocol,
  address: destination,
  port: destinationPort,
});
