/** Tunnels of a random lab: some with two ends that fit, some with one, some that lead through each other. */
import {
  ANY_TUNNEL,
  addAddress,
  addFouPort,
  addTunnel,
  GreFlag,
  IpProtocol,
  type Ipv4Address,
  type NamespaceDraft,
  type NetworkNamespace,
  type Rng,
  Scope,
  setLinkUp,
  type TunnelParameters,
} from "@lvsim/core";
import { chance, ip, ORIGIN, pick } from "../chance.ts";

const PORTS: readonly (readonly [port: number, protocol: number])[] = [
  [5555, IpProtocol.ipip],
  [5547, IpProtocol.gre],
  [6080, 0],
];

/** One to three tunnels, each on one host or two; their addresses are 10.9.T.1 and 10.9.T.2. */
export function randomTunnels(rng: Rng, hosts: readonly NetworkNamespace[]): void {
  for (const host of hosts) openPorts(rng, host);
  for (let number = 1 + rng.below(3); number > 0; number--) {
    const kind = pick(rng, ["ipip", "gre"] as const);
    const parameters = randomParameters(rng, kind);
    const [a, b] = [pick(rng, hosts), pick(rng, hosts)];
    const segment = rng.below(3);
    const numberOf = (host: NetworkNamespace): number => hosts.indexOf(host) + 1;
    const [hereA, hereB] = [ip(10, 0, segment, numberOf(a)), ip(10, 0, segment, numberOf(b))];
    const ends = (local: Ipv4Address, remote: Ipv4Address): TunnelParameters => ({
      ...parameters,
      local: chance(rng, 30) ? ip(0, 0, 0, 0) : local,
      remote: chance(rng, 10) ? pick(rng, [ip(0, 0, 0, 0), ip(10, 9, 1, 2)]) : remote,
    });
    makeTunnel(a, number, kind, ends(hereA, hereB), ip(10, 9, number, 1));
    if (a !== b && chance(rng, 85))
      makeTunnel(b, number, kind, ends(hereB, hereA), ip(10, 9, number, 2));
  }
}

function randomParameters(rng: Rng, kind: "ipip" | "gre"): TunnelParameters {
  const flags = kind === "gre" ? pick(rng, [0, 0, GreFlag.key, GreFlag.checksum, 0xb000]) : 0;
  const key = (flags & GreFlag.key) === 0 ? 0 : 7;
  const [port] = pick(rng, PORTS);
  const encapsulation = {
    kind: port === 6080 ? "gue" : "fou",
    ...{ sourcePort: 0, destinationPort: port, checksum: chance(rng, 50) },
    remoteChecksum: chance(rng, 50),
  } as const;
  return {
    ...ANY_TUNNEL,
    protocol: kind === "gre" ? IpProtocol.gre : IpProtocol.ipip,
    ...{ ttl: pick(rng, [0, 0, 3, 64]), tos: pick(rng, [0, 1]) },
    pathMtuDiscovery: chance(rng, 60),
    ...{ inputFlags: flags, outputFlags: flags, inputKey: key, outputKey: key },
    encapsulation: chance(rng, 40) ? encapsulation : null,
  };
}

function makeTunnel(
  host: NetworkNamespace,
  number: number,
  kind: "ipip" | "gre",
  parameters: TunnelParameters,
  local: Ipv4Address,
): void {
  const name = `tun${number}`;
  host.change(ORIGIN, (draft) => {
    const spec = { name, kind, parameters, mtu: 0, index: 0 };
    const refused = addTunnel(draft, spec, host.router);
    if (refused !== 0) return refused;
    const index = draft.devices.at(-1)?.index ?? 0;
    setLinkUp(draft, index);
    const peer = { peer: local, prefixLength: 24, broadcast: null };
    return addAddress(draft, index, { local, ...peer, scope: Scope.universe, label: name });
  });
}

function openPorts(rng: Rng, host: NetworkNamespace): void {
  const none = 0 as Ipv4Address;
  host.change(ORIGIN, (draft: NamespaceDraft) => {
    for (const [port, protocol] of PORTS) {
      const kind = protocol === 0 ? "gue" : "fou";
      const anywhere = { local: none, peer: none, peerPort: 0, device: 0 };
      if (chance(rng, 60)) addFouPort(draft, { port, kind, protocol, ...anywhere });
    }
    for (const fallback of [2, 3]) if (chance(rng, 40)) setLinkUp(draft, fallback);
    return 0;
  });
}
