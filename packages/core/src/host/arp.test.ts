/** The whole of ARP, in a host with routes and sysctls, against a second reading (arp-reading.fixture.ts). */
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { Frame } from "../packet/frame.ts";
import type { Ipv4Address } from "../packet/ipv4-address.ts";
import { BROADCAST_MAC, type MacAddress } from "../packet/mac-address.ts";
import { EtherType } from "../packet/protocol.ts";
import { address, SmallNetwork } from "../testing/small-network.ts";
import type { Instant } from "../time/instant.ts";
import { addAddress } from "./addressing/addresses.ts";
import {
  type Home,
  type Host,
  type Known,
  type Question,
  type Reading,
  readAnnouncement,
  readArp,
  type Settings,
} from "./arp-reading.fixture.ts";
import { Scope } from "./device/config.ts";
import type { HostDevice } from "./device/host-device.ts";
import type { NetworkNamespace } from "./namespace.ts";
import { newNeighbour } from "./neigh/neighbour-commands.ts";
import { NEIGHBOUR_STATE_NAMES, NeighbourState } from "./neigh/neighbour-state.ts";
import { addRoute } from "./route/add-route.ts";
import { routeOf } from "./route/route-types.ts";
import { writeSysctl } from "./sysctl/access.ts";

const DEVICES = ["lo", "eth0", "eth1"] as const;
/** It takes a second where nothing else runs. */
const TIMEOUT_MS = 60_000;
const HEARD: MacAddress = 0x020000000055 as MacAddress;
const OLD: MacAddress = 0x020000000099 as MacAddress;
const ANOTHER: MacAddress = 0x020000000077 as MacAddress;
const LOOPBACK: Home = { device: "lo", local: address("127.0.0.1"), length: 8, scope: Scope.host };

const addresses = (...texts: readonly string[]): fc.Arbitrary<Ipv4Address> =>
  fc.constantFrom(...texts.map(address));

const flag = fc.constantFrom(0, 0, 1);
const settings: fc.Arbitrary<Settings> = fc.record({
  arp_announce: fc.integer({ min: 0, max: 3 }),
  arp_ignore: fc.integer({ min: 0, max: 9 }).map((value) => (value > 4 && value < 8 ? 0 : value)),
  arp_filter: flag,
  arp_accept: fc.integer({ min: 0, max: 3 }),
  drop_gratuitous_arp: fc.constantFrom(0, 0, 0, 0, 1),
  proxy_arp: flag,
  proxy_arp_pvlan: flag,
  medium_id: fc.constantFrom(0, 0, -1, 5, 6),
  route_localnet: flag,
  rp_filter: fc.constantFrom(0, 0, 1, 2),
  accept_local: flag,
  send_redirects: fc.constantFrom(0, 1),
  forwarding: fc.constantFrom(0, 1),
});

const home: fc.Arbitrary<Home> = fc.record({
  device: fc.constantFrom(...DEVICES),
  local: addresses("10.0.0.1", "10.0.0.100", "10.0.0.2", "10.0.1.1", "10.0.1.100", "10.0.0.255"),
  length: fc.constantFrom(32, 24, 24, 16, 31),
  scope: fc.constantFrom(Scope.universe, Scope.universe, Scope.link, Scope.host),
});

const someone = addresses(
  ...["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.100", "10.0.1.3", "10.0.1.100", "10.0.0.255"],
  ...["172.16.0.9", "127.0.0.1", "127.0.0.9", "224.0.0.1", "255.255.255.255", "0.0.0.0", "0.0.0.7"],
);

const host: fc.Arbitrary<Host> = fc.record({
  devices: fc.constant(DEVICES),
  homes: fc.array(home, { maxLength: 5 }),
  defaultBy: fc.constantFrom("", "eth0", "eth1"),
  conf: fc.record({ all: settings, lo: settings, eth0: settings, eth1: settings }),
  proxies: fc.array(fc.record({ address: someone, device: fc.constantFrom("", "eth0", "eth1") }), {
    maxLength: 2,
  }),
});

const question: fc.Arbitrary<Question> = fc.record({
  on: fc.constantFrom("eth0", "eth1"),
  operation: fc.constantFrom(1, 1, 1, 2, 2, 3),
  sender: someone,
  target: someone,
  to: fc.constantFrom<Question["to"]>("us", "all", "all", "all", "another"),
  namesItself: fc.boolean(),
});

const known: fc.Arbitrary<Known | null> = fc.option(
  fc.record({
    state: fc.constantFrom<Known["state"]>("PERMANENT", "REACHABLE", "STALE", "FAILED"),
    same: fc.boolean(),
    age: fc.constantFrom(0.5, 2),
  }),
);

interface Made {
  readonly network: SmallNetwork;
  readonly namespace: NetworkNamespace;
  /** The addresses that were taken, those of lo first. */
  readonly homes: readonly Home[];
}

/** The host as configured; an address that the kernel refuses is left out of both readings. */
function make({ homes, conf, defaultBy, proxies }: Host): Made {
  const network = new SmallNetwork();
  const namespace = network.host("host", "left", "right");
  const indexOf = (name: string): number => namespace.deviceNamed(name)?.index ?? 0;
  const taken = [LOOPBACK];
  namespace.configure((draft) => {
    for (const { device, ...rest } of homes) {
      const { local, length: prefixLength, scope } = rest;
      const spec = { local, peer: local, prefixLength, broadcast: null, scope, label: device };
      if (addAddress(draft, indexOf(device), spec) === 0) taken.push({ device, ...rest });
    }
    if (defaultBy !== "") addRoute(draft, routeOf({ device: indexOf(defaultBy) }), "add");
    // all/forwarding sets every device's, so it comes first
    for (const name of ["all", ...DEVICES])
      for (const [field, value] of Object.entries(conf[name] as Settings))
        if (field !== "forwarding" || name !== "all")
          writeSysctl(draft, `net/ipv4/conf/${name}/${field}`, String(value));
    return 0;
  });
  for (const { address: to, device } of proxies) namespace.proxies.add(to, indexOf(device));
  return { network, namespace, homes: taken };
}

function know(made: Made, device: HostDevice, sender: Ipv4Address, before: Known | null): void {
  const { network, namespace } = made;
  network.simulation.run(100e9 as Instant);
  if (before === null) return;
  const state = NAMED.get(before.state) as NeighbourState;
  const mac = before.state === "FAILED" ? null : before.same ? HEARD : OLD;
  const flags = { create: true, exclusive: false, replace: true };
  newNeighbour(namespace.neighbours, device, sender, mac, state, flags);
  network.run(before.age * 1000);
}

const NAMED = new Map([...NEIGHBOUR_STATE_NAMES].map(([state, name]) => [name, state]));

function frameOf(asked: Question, device: HostDevice): Frame {
  const frame = new Frame(1_000_000);
  const to = { us: device.mac, all: BROADCAST_MAC, another: ANOTHER };
  frame.etherType = EtherType.arp;
  frame.arpOperation = asked.operation;
  frame.source = asked.sender;
  frame.destination = asked.target;
  frame.arpSenderMac = HEARD;
  frame.arpTargetMac = asked.namesItself ? HEARD : OLD;
  frame.sourceMac = HEARD;
  frame.destinationMac = to[asked.to];
  return frame;
}

/** What the module does, in the words of the second reading. */
function ask(made: Made, asked: Question, before: Known | null): Reading {
  const { network, namespace } = made;
  const device = namespace.deviceNamed(asked.on) as HostDevice;
  know(made, device, asked.sender, before);
  const heard = DEVICES.slice(1).map((name) => network.listen(namespace, name));
  const replies = (): number =>
    heard.flat().filter(({ direction, frame }) => {
      if (direction === "in" || frame.arpOperation !== 2) return false;
      expect(frame).toMatchObject({
        source: asked.target,
        destination: asked.sender,
        arpSenderMac: device.mac,
        arpTargetMac: HEARD,
        destinationMac: HEARD,
        parentId: 1_000_000,
      });
      return true;
    }).length;
  device.receive(frameOf(asked, device));
  const entry = namespace.neighbours.find(device, asked.sender);
  const same = entry?.linkAddress === HEARD && entry.state !== NeighbourState.failed;
  const state = entry === null ? "" : NEIGHBOUR_STATE_NAMES.get(entry.state);
  const now = replies();
  network.run(1000);
  const answer = now > 0 ? "now" : replies() > 0 ? "late" : "none";
  expect(replies()).toBeLessThanOrEqual(1);
  return { answer, known: `${state}${same ? " same" : ""}` };
}

test.prop([host, question, known], { numRuns: 4000 })(
  "a host answers and learns as the documentation says, whatever is set, wherever addresses live, whoever asks",
  (configured, asked, before) => {
    const made = make(configured);
    const reading = { ...configured, homes: made.homes };
    const settled =
      before !== null && before.state === "FAILED" ? { ...before, same: false } : before;
    expect(ask(made, asked, before)).toEqual(readArp(reading, asked, settled));
  },
  TIMEOUT_MS,
);

test.prop([host, fc.constantFrom("eth0", "eth1"), someone, someone], { numRuns: 1000 })(
  "a request names as its sender whom arp_announce says",
  (configured, on, source, target) => {
    const { network, namespace, homes } = make(configured);
    const device = namespace.deviceNamed(on) as HostDevice;
    const reading = { ...configured, homes };
    fc.pre(namespace.router.addressType(target) !== 3 && target >>> 28 !== 14);
    const heard = network.listen(namespace, on);
    const waiting = new Frame(1);
    waiting.source = source;
    namespace.neighbours.send(waiting, device, target);
    expect(heard[0]?.frame.source).toBe(readAnnouncement(reading, on, source, target));
  },
);
