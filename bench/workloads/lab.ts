/**
 * The network of the workloads U and T, and of the peers' (peers/src/ns3lab.cc):
 *
 *   clients ── outer switch ── director ── inner switch ── real servers
 *   10.1.x.y                  .0.1  .0.1                   10.2.x.y
 *
 * Cables of 1 Gbit/s, 10 µs and room for 100,000 frames. The director has the VIP on its outer side, forwards by masquerading,
 * scheduler rr; the real servers' default route leads through it. ARP caches are cold.
 */
import {
  addAddress,
  addRoute,
  assert,
  type Duration,
  IpProtocol,
  type Ipv4Address,
  type LinkConfig,
  type MacAddress,
  type NamespaceDraft,
  type NetworkNamespace,
  NO_IMPAIRMENTS,
  type RealServerConfig,
  RouteProtocol,
  RouteTable,
  RouteType,
  Simulation,
  type Switch,
  writeSysctl,
} from "@lvsim/core";

const CABLE: LinkConfig = {
  delay: 10_000 as Duration,
  rate: { bitsPerSecond: 1e9, queueOctetsMax: 0, queueFramesMax: 100_000 },
  impairments: NO_IMPAIRMENTS,
  dropsLongFrames: true,
};
const OUTER = 0x0a010000;
const INNER = 0x0a020000;
const PREFIX_LENGTH = 16;
const GATEWAY = 1;
/** 10.1.255.1. */
const VIRTUAL_ADDRESS = (OUTER + 0xff01) as Ipv4Address;
export const SERVICE_PORT = 80;
export const VIRTUAL_SERVER = { address: VIRTUAL_ADDRESS, port: SERVICE_PORT } as const;
/** More hosts than the neighbour table of a director takes by default. */
const MANY_HOSTS = 128;

/** The first Ethernet device of a namespace comes after lo and the fallback tunnel devices. */
const FIRST_ETHERNET = 6;

export interface Lab {
  readonly simulation: Simulation;
  readonly clients: readonly NetworkNamespace[];
  readonly servers: readonly NetworkNamespace[];
  readonly director: NetworkNamespace;
}

const addressOf = (network: number, host: number): Ipv4Address => (network + host) as Ipv4Address;

function setAddress(draft: NamespaceDraft, index: number, local: Ipv4Address): number {
  return addAddress(draft, index, {
    local,
    peer: local,
    prefixLength: local === VIRTUAL_ADDRESS ? 32 : PREFIX_LENGTH,
    broadcast: null,
    scope: 0,
    label: "",
  });
}

const defaultRoute = (draft: NamespaceDraft, gateway: Ipv4Address): number =>
  addRoute(
    draft,
    {
      table: RouteTable.main,
      type: RouteType.unicast,
      destination: 0 as Ipv4Address,
      prefixLength: 0,
      gateway,
      device: FIRST_ETHERNET,
      metric: 0,
      scope: 0,
      protocol: RouteProtocol.boot,
      preferredSource: 0 as Ipv4Address,
      tos: 0,
      onlink: false,
      mtu: 0,
    },
    "add",
  ).errno;

const realServer = (index: number): RealServerConfig => ({
  address: addressOf(INNER, 2 + index),
  port: SERVICE_PORT,
  weight: 1,
  forwarding: "masquerading",
  upperThreshold: 0,
  lowerThreshold: 0,
  tunnel: { type: "ipip", port: 0, checksum: "none" },
});

function configureDirector(director: NetworkNamespace, protocol: number, count: number): void {
  director.configure((draft) => {
    setAddress(draft, FIRST_ETHERNET, addressOf(OUTER, GATEWAY));
    setAddress(draft, FIRST_ETHERNET, VIRTUAL_ADDRESS);
    setAddress(draft, FIRST_ETHERNET + 1, addressOf(INNER, GATEWAY));
    if (count > MANY_HOSTS) raiseThresholds(draft);
    return writeSysctl(draft, "net/ipv4/ip_forward", "1");
  });
  const realServers: RealServerConfig[] = [];
  for (let i = count - 1; i >= 0; i--) realServers.push(realServer(i));
  director.configure((draft) => {
    draft.ipvs.services.push({
      identity: { kind: "address", protocol, address: VIRTUAL_ADDRESS, port: SERVICE_PORT },
      scheduler: "rr",
      schedulerFlags: 0,
      persistenceTimeout: 0,
      persistenceNetmask: -1 as Ipv4Address,
      onePacket: false,
      persistenceEngine: "",
      realServers,
      localAddresses: [],
    });
    return 0;
  });
  director.ipvs.load(director.config.ipvs);
}

/** As an operator of a thousand machines does. */
function raiseThresholds(draft: NamespaceDraft): void {
  for (const [name, value] of [
    ["gc_thresh1", "4096"],
    ["gc_thresh2", "8192"],
    ["gc_thresh3", "16384"],
  ] as const)
    assert(writeSysctl(draft, `net/ipv4/neigh/default/${name}`, value) === 0, `no ${name}`);
}

class Builder {
  readonly simulation = new Simulation({ seed: "bench", trace: null });
  private macs = 0x020000000000;

  host(name: string): NetworkNamespace {
    return this.simulation.addNamespace(name, "6.1.192");
  }

  plug(namespace: NetworkNamespace, device: string, into: Switch): void {
    const mac = ++this.macs as MacAddress;
    this.simulation.attach({ namespace, device, mac }, into, `p${into.ports.length}`, CABLE);
  }
}

/** Builds the lab for a service of `protocol`. */
export function buildLab(clientCount: number, serverCount: number, protocol: number): Lab {
  assert(protocol === IpProtocol.udp || protocol === IpProtocol.tcp, "UDP or TCP");
  const builder = new Builder();
  const { simulation } = builder;
  const outer = simulation.addSwitch("outer");
  const inner = simulation.addSwitch("inner");
  const director = builder.host("director");
  builder.plug(director, "eth0", outer);
  builder.plug(director, "eth1", inner);
  configureDirector(director, protocol, serverCount);
  const clients: NetworkNamespace[] = [];
  for (let i = 0; i < clientCount; i++) {
    const client = builder.host(`client${i}`);
    builder.plug(client, "eth0", outer);
    client.configure((draft) => setAddress(draft, FIRST_ETHERNET, addressOf(OUTER, 2 + i)));
    clients.push(client);
  }
  const servers: NetworkNamespace[] = [];
  for (let i = 0; i < serverCount; i++) {
    const server = builder.host(`server${i}`);
    builder.plug(server, "eth0", inner);
    server.configure((draft) => {
      setAddress(draft, FIRST_ETHERNET, addressOf(INNER, 2 + i));
      return defaultRoute(draft, addressOf(INNER, GATEWAY));
    });
    servers.push(server);
  }
  return { simulation, clients, servers, director };
}
