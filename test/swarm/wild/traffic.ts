/** What happens in a random lab: datagrams, connections, echo requests, octets without sense, faults and changes of mind. */
import {
  BROADCAST_MAC,
  decodeFrame,
  Frame,
  type HostDevice,
  IcmpType,
  IpProtocol,
  type Ipv4Address,
  type MacAddress,
  NeighbourState,
  type NetworkNamespace,
  newNeighbour,
  type Rng,
  removeAddress,
  setLinkDown,
  setLinkUp,
  type TcpSocket,
} from "@lvsim/core";
import { chance, ORIGIN, pick } from "../chance.ts";
import {
  randomAddress,
  randomMultipath,
  randomRoute,
  randomRule,
  randomSysctl,
  someAddress,
  type WildLab,
} from "./lab.ts";

const ANY = 0 as Ipv4Address;
const ECHO_PORT = 7;
const WEB_PORT = 80;

/** Every host echoes datagrams, and answers and closes connections. */
export function serve(hosts: readonly NetworkNamespace[]): void {
  for (const { sockets } of hosts) {
    const echo = sockets.udp();
    echo.bind({ address: ANY, port: ECHO_PORT });
    echo.onEvent = () => {
      echo.takeError();
      for (let one = echo.receive(); one !== undefined; one = echo.receive())
        echo.send(one.octets, one.from);
    };
    const listener = sockets.listen({ address: ANY, port: WEB_PORT }, 4);
    if (typeof listener === "number") continue;
    listener.onEvent = () => {
      for (let one = listener.accept(); one !== undefined; one = listener.accept()) answer(one);
    };
  }
}

function answer(socket: TcpSocket): void {
  const read = (): void => {
    const octets = socket.receive(65_536);
    if (octets === null) return;
    if (octets.length > 0) socket.send(octets);
    socket.close();
    socket.onEvent = null;
  };
  socket.onEvent = read;
  read();
}

type Act = (rng: Rng, host: NetworkNamespace, lab: WildLab) => void;

const sendDatagram: Act = (rng, { sockets }) => {
  const socket = sockets.udp();
  const address = someAddress(rng);
  const octets = new Uint8Array(pick(rng, [0, 10, 1400, 1473, 4000, 20_000]));
  for (let i = 1 + rng.below(4); i > 0; i--)
    socket.send(octets, { address, port: chance(rng, 70) ? ECHO_PORT : 9 });
};

const connect: Act = (rng, { sockets }) => {
  const socket = sockets.tcp();
  socket.onEvent = () => {
    socket.takeError();
    if (socket.receive(65_536)?.length === 0) socket.close();
  };
  socket.connect({ address: someAddress(rng), port: chance(rng, 80) ? WEB_PORT : 9 });
  socket.send(new Uint8Array(pick(rng, [1, 3000])));
};

const ping: Act = (rng, host, { simulation }) => {
  const destination = someAddress(rng);
  const route = host.ip.routeOutput(destination, ANY, 0, 0, 0);
  if (typeof route === "number") return;
  const length = pick(rng, [28, 84, 1500, 1501, 5000]);
  const frame = new Frame(simulation.engine.newFrameId());
  frame.protocol = IpProtocol.icmp;
  frame.icmpType = IcmpType.echoRequest;
  frame.source = host.ip.sourceFor(route, destination);
  frame.destination = destination;
  frame.identification = host.ip.nextIdentification(destination);
  frame.ttl = pick(rng, [64, 64, 1, 2]);
  frame.length = length;
  frame.payload = new Uint8Array(length - 28);
  frame.payloadLength = length - 28;
  frame.route = route;
  host.ip.output(frame);
};

/** A frame that a bare machine on the cable could have put there, more or less well formed. */
const inject: Act = (rng, host, lab) => {
  const device = pick(
    rng,
    lab.hosts.flatMap((one) => one.devices().filter(isCable)),
  );
  const frame = decodeFrame(randomOctets(rng, device.mac), lab.simulation.engine.newFrameId());
  const from = pick(rng, host.devices().filter(isCable));
  from.transmit(frame);
};

const isCable = (device: HostDevice): boolean => device.kind === "ethernet";

/** Ethernet and some of an IPv4 or ARP header, then anything. */
export function randomOctets(rng: Rng, to: MacAddress): Uint8Array {
  const octets = new Uint8Array(14 + rng.below(120));
  for (let i = 0; i < octets.length; i++) octets[i] = rng.below(256);
  const destination = pick(rng, [to, to, BROADCAST_MAC, 0x01005e000001 as MacAddress]);
  for (let i = 0; i < 6; i++) {
    octets[i] = Math.floor(destination / 2 ** (8 * (5 - i))) & 255;
    octets[6 + i] = [2, 0, 0, 0, 9, 9][i] as number;
  }
  const isArp = chance(rng, 30);
  if (chance(rng, 90)) octets.set(isArp ? [8, 6] : [8, 0], 12);
  if (octets.length < 46) return octets;
  if (isArp) octets.set([0, 1, 8, 0, 6, 4, 0, 1 + rng.below(2)], 14);
  else if (chance(rng, 90)) spellIpv4(rng, octets);
  return octets;
}

function spellIpv4(rng: Rng, octets: Uint8Array): void {
  const view = new DataView(octets.buffer);
  octets[14] = 0x45 + (chance(rng, 20) ? rng.below(4) : 0);
  view.setUint16(16, octets.length - 14);
  octets[23] = pick(rng, [1, 6, 17, 4, 99]);
  if (chance(rng, 70)) view.setUint16(20, 0);
  view.setInt32(26, someAddress(rng));
  view.setInt32(30, someAddress(rng));
  view.setUint16(24, 0);
  let sum = 0;
  for (let i = 14; i < 14 + ((octets[14] as number) & 15) * 4; i += 2) sum += view.getUint16(i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  if (chance(rng, 90)) view.setUint16(24, ~sum & 0xffff);
}

const cutOrMend: Act = (rng, _host, { links }) => pick(rng, links).setSound(chance(rng, 60));

const upOrDown: Act = (rng, host) => {
  const index = pick(rng, [1, 6, 6, 7]);
  const turn = chance(rng, 60) ? setLinkUp : setLinkDown;
  host.change(ORIGIN, (draft) => turn(draft, index));
};

const reconfigure: Act = (rng, host) => {
  host.change(ORIGIN, (draft) => {
    if (chance(rng, 30)) randomAddress(rng, draft);
    if (chance(rng, 30)) randomRoute(rng, draft);
    if (chance(rng, 60)) randomSysctl(rng, draft);
    if (chance(rng, 10)) randomMultipath(rng, draft);
    if (chance(rng, 10)) randomRule(rng, draft);
    const device = pick(rng, draft.devices);
    const address = device.addresses[0];
    if (address === undefined || chance(rng, 70)) return 0;
    const { local } = address;
    return removeAddress(draft, device.index, {
      ...{ local, prefixLength: null, peer: null, label: null },
    });
  });
};

const changeNeighbours: Act = (rng, host) => {
  const device = pick(rng, host.devices().filter(isCable));
  if (chance(rng, 20)) return host.neighbours.flushDevice(device);
  const state = pick(rng, [NeighbourState.permanent, NeighbourState.stale, NeighbourState.failed]);
  const mac = (0x020000000001 + rng.below(4) * 256) as MacAddress;
  const flags = { create: true, exclusive: false, replace: true };
  newNeighbour(host.neighbours, device, someAddress(rng), mac, state, flags);
};

const ACTS: readonly Act[] = [
  ...[sendDatagram, sendDatagram, sendDatagram, connect, connect, ping, ping, ping, inject, inject],
  ...[cutOrMend, upOrDown, reconfigure, reconfigure, changeNeighbours],
];

export const act = (rng: Rng, lab: WildLab): void =>
  pick(rng, ACTS)(rng, pick(rng, lab.hosts), lab);
