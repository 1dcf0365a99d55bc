/** Network namespaces of one kernel with virtual devices between them, for tests: who reaches whom, by which devices. */
import { assert } from "../base/assert.ts";
import type { Errno } from "../base/errno.ts";
import { addAddress } from "../host/addressing/addresses.ts";
import { setMaster } from "../host/addressing/bridge-ports.ts";
import { addLink, type LinkSpec, setLinkUp } from "../host/addressing/links.ts";
import type { BridgeDetails, MacvlanMode } from "../host/device/config.ts";
import { KernelNetwork } from "../host/kernel-network.ts";
import { NetworkNamespace } from "../host/namespace.ts";
import type { NamespaceDraft } from "../host/namespace-config.ts";
import { Frame } from "../packet/frame.ts";
import type { Ipv4Address } from "../packet/ipv4-address.ts";
import type { MacAddress } from "../packet/mac-address.ts";
import { EtherType, IcmpType, IpProtocol } from "../packet/protocol.ts";
import { createRng } from "../rng/rng.ts";
import { Engine } from "../time/engine.ts";
import { type Instant, milliseconds } from "../time/instant.ts";
import type { DropReason } from "../trace/drop-reason.ts";
import type { Trace } from "../trace/trace.ts";
import { address } from "./small-network.ts";

const ORIGIN = { machine: "test", process: "test", file: "", line: 0 };

export const PLAIN_BRIDGE: BridgeDetails = {
  kind: "bridge",
  ageingTime: 30_000,
  forwardDelay: 1500,
  helloTime: 200,
  maxAge: 2000,
  priority: 0x8000,
  stp: false,
  macIsSet: false,
  mtuIsSet: false,
  callIptables: false,
  addresses: [],
};

export class DeviceLab {
  readonly engine = new Engine();
  readonly kernel: KernelNetwork;
  /** Reasons of all drops, in order. */
  readonly drops: DropReason[] = [];
  private readonly namespaces = new Map<string, NetworkNamespace>();
  private macs = 0x020000000000;

  constructor() {
    const trace: Trace = {
      place: () => 0,
      sent: () => {},
      received: () => {},
      changed: () => {},
      delivered: () => {},
      note: () => {},
      dropped: (_at, _place, _frame, reason) => this.drops.push(reason),
    };
    const { engine } = this;
    const rng = createRng("test");
    const kernel = "6.1.192";
    const first = new NetworkNamespace({ name: "host", engine, rng, trace, kernel });
    this.kernel = new KernelNetwork(first);
    this.namespaces.set("", first);
  }

  /** The namespace with this name, made at its first mention with lo up. */
  ns(name: string): NetworkNamespace {
    let found = this.namespaces.get(name);
    if (found === undefined) {
      found = this.kernel.create(name);
      this.namespaces.set(name, found);
      this.do(name, (draft) => setLinkUp(draft, 1));
    }
    return found;
  }

  /** A change that must not be refused. */
  do(name: string, recipe: (draft: NamespaceDraft) => number): void {
    const errno = this.ns(name).change(ORIGIN, recipe);
    assert(errno === 0, `${name}: refused with errno ${errno}`);
  }

  index(name: string, device: string): number {
    const found = this.ns(name).deviceNamed(device);
    assert(found !== undefined, `no device ${name}.${device}`);
    return found.index;
  }

  /** The next address of 02:00:00:00:00:01 on. */
  mac(): MacAddress {
    return ++this.macs as MacAddress;
  }

  private spec(name: string, kind: LinkSpec["kind"], more: Partial<LinkSpec> = {}): LinkSpec {
    return { name, kind, mac: this.mac(), mtu: 1500, noArp: false, index: 0, ...more };
  }

  /** A veth pair, both ends up; ends are given as `namespace device`. */
  veth(one: string, other: string): void {
    const [a = "", deviceA = ""] = one.split(" ");
    const [b = "", deviceB = ""] = other.split(" ");
    const end = { namespace: this.ns(a), spec: this.spec(deviceA, "veth") };
    const peer = { namespace: this.ns(b), spec: this.spec(deviceB, "veth") };
    assert(this.kernel.addVeth(end, peer, ORIGIN) === 0, "veth refused");
    this.up(a, deviceA);
    this.up(b, deviceB);
  }

  up(name: string, device: string): void {
    const index = this.index(name, device);
    this.do(name, (draft) => setLinkUp(draft, index));
  }

  /** A bridge that is up, with these ports. */
  bridge(name: string, bridge: string, ports: readonly string[], details = PLAIN_BRIDGE): void {
    const spec = this.spec(bridge, "bridge", { details });
    this.do(name, (draft) => addLink(draft, spec));
    this.up(name, bridge);
    for (const port of ports) this.enslave(name, port, bridge);
  }

  enslave(name: string, port: string, bridge: string): void {
    const [index, master] = [this.index(name, port), this.index(name, bridge)];
    this.do(name, (draft) => setMaster(draft, index, master).errno);
  }

  /** `DEVICE.ID` on `device`, up. */
  vlan(name: string, device: string, id: number): void {
    const lower = this.ns(name).deviceNamed(device);
    assert(lower !== undefined, `no device ${device}`);
    const spec = this.spec(`${device}.${id}`, "vlan", {
      mac: lower.mac,
      lower: lower.index,
      details: { kind: "vlan", id, macIsSet: false },
    });
    this.do(name, (draft) => addLink(draft, spec));
    this.up(name, spec.name);
  }

  /** A macvlan on `device`, up. */
  macvlan(name: string, device: string, macvlan: string, mode: MacvlanMode): void {
    const lower = this.ns(name).deviceNamed(device);
    assert(lower !== undefined, `no device ${device}`);
    const spec = this.spec(macvlan, "macvlan", {
      lower: lower.index,
      details: { kind: "macvlan", mode },
      ...(mode === "passthru" ? { mac: lower.mac } : {}),
    });
    this.do(name, (draft) => addLink(draft, spec));
    this.up(name, macvlan);
  }

  /** `ip link set DEVICE netns TO`, and up there; the errno. */
  move(name: string, device: string, to: string): Errno {
    const place = { namespace: this.ns(name), index: this.index(name, device) };
    const errno = this.kernel.move(place, this.ns(to), "", ORIGIN);
    if (errno === 0) this.up(to, device);
    return errno;
  }

  /** `ip addr add ADDRESS/LENGTH dev DEVICE`. */
  address(name: string, device: string, prefix: string): void {
    const [text = "", length = "32"] = prefix.split("/");
    const local = address(text);
    const spec = { local, peer: local, prefixLength: Number(length), broadcast: null, scope: 0 };
    const index = this.index(name, device);
    this.do(name, (draft) => addAddress(draft, index, { ...spec, label: device }));
  }

  run(ms: number): void {
    this.engine.run((this.engine.now + milliseconds(ms)) as Instant);
  }

  /** Whether an echo request of `length` octets from a namespace is answered within ten milliseconds. */
  ping(from: string, to: string, length = 84): boolean {
    const namespace = this.ns(from);
    const destination = address(to);
    const route = namespace.ip.routeOutput(destination, 0 as Ipv4Address, 0, 0, 0);
    if (typeof route === "number") return false;
    let isAnswered = false;
    const tap = {
      tapped: (frame: Frame, direction: "in" | "out"): void => {
        if (direction === "in" && frame.source === destination && isEchoReply(frame))
          isAnswered = true;
      },
    };
    for (const device of namespace.devices()) device.taps = [tap];
    const frame = this.frame({ protocol: IpProtocol.icmp, length });
    frame.icmpType = IcmpType.echoRequest;
    frame.source = namespace.ip.sourceFor(route, destination);
    frame.destination = destination;
    frame.payload = new Uint8Array(length - 28);
    frame.payloadLength = length - 28;
    frame.route = route;
    namespace.ip.output(frame);
    this.run(10);
    for (const device of namespace.devices()) device.taps = null;
    return isAnswered;
  }

  /** A frame of `length` octets of IPv4, to be sent from a device as it is. */
  frame(fields: Partial<Frame>): Frame {
    const frame = new Frame(this.engine.newFrameId());
    return Object.assign(frame, { length: 84, ...fields });
  }

  /** How many frames each device, given as `namespace device`, takes in while `body` happens and 10 ms after. */
  received(devices: readonly string[], body: () => void): number[] {
    const live = devices.map((text) => {
      const [name = "", device = ""] = text.split(" ");
      return this.ns(name).device(this.index(name, device));
    });
    const before = live.map((device) => device?.counters.receivedPackets ?? 0);
    body();
    this.run(10);
    return live.map((device, i) => (device?.counters.receivedPackets ?? 0) - (before[i] ?? 0));
  }
}

const isEchoReply = (frame: Frame): boolean =>
  frame.etherType === EtherType.ipv4 &&
  frame.protocol === IpProtocol.icmp &&
  frame.icmpType === IcmpType.echoReply;
