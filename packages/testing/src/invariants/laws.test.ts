/** Each invariant notices what it is there for: a trace is told what must not happen. */
import {
  ChecksumFault,
  EtherType,
  Frame,
  FrameOrigin,
  type Instant,
  IpProtocol,
  type Ipv4Address,
  type MacAddress,
  NeighbourState,
  newNeighbour,
  parseIpv4Address,
  Simulation,
  writeSysctl,
} from "@lvsim/core";
import { expect, test } from "vitest";
import { INVARIANTS } from "./all.ts";
import { Watch } from "./watch.ts";

const NOW = 0 as Instant;
const ORIGIN = { machine: "h", process: "test", file: "", line: 0 };
const ip = (text: string): Ipv4Address => parseIpv4Address(text) as Ipv4Address;

/** Two hosts at a switch, of which nothing but what a test tells is heard. */
class Network {
  readonly watch = new Watch(INVARIANTS);
  readonly simulation = new Simulation({ seed: "1", trace: null });
  readonly host = this.simulation.addNamespace("h", "6.1.192");

  constructor() {
    const bridge = this.simulation.addSwitch("s");
    for (const [i, port] of ["p", "q"].entries()) {
      const mac = (0x020000000001 + i) as MacAddress;
      this.simulation.attach({ namespace: this.host, device: `eth${i}`, mac }, bridge, port);
    }
    // a trace numbers places, and so do devices that have one
    for (const device of this.host.devices()) device.place = this.watch.place(`h.${device.name}`);
    this.watch.follow(this.simulation);
  }

  sent(place: string, frame: Frame, at = NOW): void {
    this.watch.sent(at, this.watch.place(place), frame);
  }

  received(place: string, frame: Frame, at = NOW): void {
    this.watch.received(at, this.watch.place(place), frame);
  }

  /** What was told, of all invariants or of those that begin so. */
  told(invariant = "", isQuiet = true): string[] {
    this.watch.close(isQuiet);
    return this.watch.violations
      .filter((violation) => violation.invariant.startsWith(invariant))
      .map(({ where, what }) => `${where} ${what}`.trim());
  }
}

function packet(): Frame {
  const frame = new Frame(1);
  frame.source = ip("10.0.0.1");
  frame.destination = ip("10.0.0.2");
  frame.protocol = IpProtocol.udp;
  frame.length = 28;
  return frame;
}

test("a frame that is lost on a cable", () => {
  const network = new Network();
  network.sent("h.eth0", packet());
  expect(network.told("every frame")).toEqual(["1 copies of #1 are on cables for good"]);
});

test("nobody asks for frames that are under way when the run ends early", () => {
  const network = new Network();
  network.sent("h.eth0", packet());
  expect(network.told("every frame", false)).toEqual([]);
});

test("a frame that vanishes in a host", () => {
  const network = new Network();
  network.sent("s:p", packet());
  network.received("h.eth0", packet());
  expect(network.told("every frame")).toEqual(["h keeps 1 copies of #1 for good"]);
});

test("a story that ends twice", () => {
  const network = new Network();
  for (let i = 0; i < 2; i++)
    network.watch.dropped(NOW, network.watch.place("h"), packet(), "ip-no-route");
  expect(network.told("every frame")).toEqual(["h ip-no-route #1, of which it holds no copy"]);
});

test("a TTL that does not fall, and a packet for somebody else", () => {
  const network = new Network();
  network.sent("s:p", packet());
  network.received("h.eth0", packet());
  network.sent("h.eth1", packet());
  network.received("s:q", packet());
  network.sent("s:p", packet());
  network.received("h.eth0", packet());
  network.watch.delivered(NOW, network.watch.place("h"), packet());
  expect(network.told("every frame")).toEqual([
    "h sent #1 on with TTL 64 of 64",
    "h took in #1 for 10.0.0.2, which it does not own",
  ]);
});

test("a network with devices on others is not judged by its frames", () => {
  const network = new Network();
  Object.assign(network.host.deviceNamed("eth0") ?? {}, { kind: "bridge" });
  network.sent("h.eth0", packet());
  network.sent("h.eth1", packet());
  expect(network.told("every frame")).toEqual([]);
});

test("counters that show something else", () => {
  const network = new Network();
  network.sent("h.eth0", packet());
  network.host.counters.InHdrErrors = 2;
  network.host.counters.InReceives = 1;
  expect(network.told("counters")).toEqual([
    "h.eth0 counts 0 sent and 0 received, the trace 1 and 0",
    "h counts InHdrErrors 2, not 0",
    "h counts 1 packets, of which 0 arrived",
  ]);
});

test("frames that pass where nothing can", () => {
  const network = new Network();
  network.host.deviceNamed("eth0")?.setUp(false);
  network.simulation.links[1]?.setSound(false);
  network.sent("h.eth0", packet());
  network.received("s:q", packet());
  expect(network.told("no frame passes")).toEqual([
    "h.eth0 sends #1 although it is down",
    "s:q receives #1 although it has no carrier",
  ]);
});

test("a switch that sends a frame back", () => {
  const network = new Network();
  network.received("s:p", packet());
  network.sent("s:q", packet());
  network.sent("s:p", packet());
  expect(network.told("a switch")).toEqual(["s:p sends #1 back, which came by this port"]);
});

test("something that happens at another time than now", () => {
  const network = new Network();
  network.sent("h.eth0", packet(), 5 as Instant);
  network.sent("h.eth0", packet());
  expect(network.told("time")).toEqual([
    "h.eth0 something happens at 5 ns, when it is 0 ns",
    "h.eth0 something happens at 0 ns, after 5 ns",
  ]);
});

test("lengths that contradict each other, and a hole where a payload should be", () => {
  const network = new Network();
  network.sent("h.eth0", Object.assign(packet(), { length: 27 }));
  network.sent("h.eth0", Object.assign(packet(), { id: 2, ttl: 300 }));
  expect(network.told("frames on the wire")).toEqual([
    "h.eth0 sends #1: frame 1 claims 27 octets and has 28",
    "h.eth0 sends #2 with TTL 300, read back as 44",
  ]);
});

test("damage that is gone", () => {
  const network = new Network();
  const frame = packet();
  frame.checksumFaults = ChecksumFault.transport;
  network.received("h.eth0", frame);
  frame.checksumFaults = 0;
  network.sent("h.eth1", frame);
  expect(network.told("a host does not make")).toEqual([
    "h.eth1 sends #1 on as sound, which came with a wrong checksum",
  ]);
});

test.each<[value: number, told: string[]]>([
  [0, []],
  [1, ["h.eth0 answers 10.0.0.9 that 10.0.0.1 is here, in spite of arp_ignore=1"]],
  [8, ["h.eth0 answers 10.0.0.9 that 10.0.0.1 is here, in spite of arp_ignore=8"]],
])("an answer for an address of lo with arp_ignore %i", (value, told) => {
  const network = new Network();
  network.host.change(ORIGIN, (draft) => {
    writeSysctl(draft, "net/ipv4/conf/eth0/arp_ignore", String(value));
    const lo = draft.devices.find(({ name }) => name === "lo");
    const local = ip("10.0.0.1");
    lo?.addresses.push({
      ...{ local, peer: local, prefixLength: 32, broadcast: null, scope: 0 },
      ...{ label: "lo", secondary: false },
    });
    return 0;
  });
  const answer = Object.assign(new Frame(1), { arpOperation: 2, origin: FrameOrigin.answer });
  answer.etherType = EtherType.arp;
  answer.source = ip("10.0.0.1");
  answer.destination = ip("10.0.0.9");
  network.sent("h.eth0", answer);
  expect(network.told("a host answers ARP")).toEqual(told);
});

test("a neighbour entry that is there twice", () => {
  const network = new Network();
  const { neighbours } = network.host;
  const device = network.host.deviceNamed("eth0");
  if (device === undefined) throw new Error("no eth0");
  const flags = { create: true, exclusive: false, replace: true };
  newNeighbour(neighbours, device, ip("10.0.0.9"), 1 as MacAddress, NeighbourState.stale, flags);
  const [entry] = neighbours.entries();
  Object.assign(neighbours, { entries: () => [entry, entry] });
  expect(network.told("a neighbour table")).toEqual(
    ["10.0.0.9 dev eth0 has two neighbour entries"].map((what) => `h ${what}`),
  );
});

test("an invariant that does not hold again and again is told a few times only", () => {
  const network = new Network();
  for (let id = 1; id <= 50; id++) network.sent("h.eth0", Object.assign(packet(), { id }));
  expect(network.told("every frame")).toHaveLength(10);
});
