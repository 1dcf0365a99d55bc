/** A few hosts on one switch, for tests: addresses in words, frames as they were heard. */

import { assert } from "../base/assert.ts";
import { addAddress } from "../host/addressing/addresses.ts";
import { Scope } from "../host/device/config.ts";
import type { NetworkNamespace } from "../host/namespace.ts";
import { addRoute } from "../host/route/add-route.ts";
import { RouteProtocol, RouteTable, RouteType } from "../host/route/config.ts";
import { writeSysctl } from "../host/sysctl/access.ts";
import type { Switch } from "../link/switch.ts";
import { copyFrame } from "../packet/copy-frame.ts";
import { Frame } from "../packet/frame.ts";
import { type Ipv4Address, parseIpv4Address } from "../packet/ipv4-address.ts";
import type { MacAddress } from "../packet/mac-address.ts";
import { IcmpType, IpProtocol } from "../packet/protocol.ts";
import { Simulation } from "../sim/simulation.ts";
import { type Instant, milliseconds } from "../time/instant.ts";
import type { Trace } from "../trace/trace.ts";

/** An address in dotted form; a wrong one is a bug of the test. */
export function address(text: string): Ipv4Address {
  const parsed = parseIpv4Address(text);
  assert(parsed !== undefined, `not an address: ${text}`);
  return parsed;
}

const ORIGIN = { machine: "test", process: "test", file: "", line: 0 };
const MAC_BASE = 0x020000000000;

/** A frame that a device sent or received, with when. */
export interface Heard {
  readonly at: Instant;
  readonly direction: "in" | "out";
  readonly frame: Frame;
}

export class SmallNetwork {
  readonly simulation: Simulation;
  private readonly switches = new Map<string, Switch>();
  private devices = 0;

  constructor(trace: Trace | null = null) {
    this.simulation = new Simulation({ seed: "test", trace });
  }

  /** A host with devices `eth0`, `eth1`, … given as `segment address/length`. */
  host(name: string, ...devices: readonly string[]): NetworkNamespace {
    const namespace = this.simulation.addNamespace(name, "6.1.192");
    devices.forEach((spec, i) => {
      const [segment = "", prefix = ""] = spec.split(" ");
      const device = `eth${i}`;
      const mac = (MAC_BASE + ++this.devices) as MacAddress;
      const to = this.segment(segment);
      this.simulation.attach({ namespace, device, mac }, to, `${name}.${device}`);
      if (prefix !== "") this.addAddress(namespace, device, prefix);
    });
    return namespace;
  }

  addAddress(namespace: NetworkNamespace, device: string, prefix: string): void {
    const [local = "", length = "32"] = prefix.split("/");
    const index = namespace.deviceNamed(device)?.index ?? 0;
    namespace.configure((draft) =>
      addAddress(draft, index, {
        local: address(local),
        peer: address(local),
        prefixLength: Number(length),
        broadcast: null,
        scope: Scope.universe,
        label: device,
      }),
    );
  }

  /** `ip route add default via GATEWAY`. */
  defaultRoute(namespace: NetworkNamespace, gateway: string): void {
    const errno = namespace.change(ORIGIN, (draft) => {
      const { errno: refused } = addRoute(
        draft,
        {
          table: RouteTable.main,
          type: RouteType.unicast,
          destination: 0 as Ipv4Address,
          prefixLength: 0,
          gateway: address(gateway),
          device: 0,
          metric: 0,
          scope: Scope.universe,
          protocol: RouteProtocol.boot,
          preferredSource: 0 as Ipv4Address,
          tos: 0,
          onlink: false,
          mtu: 0,
        },
        "add",
      );
      return refused;
    });
    assert(errno === 0, `route refused: ${errno}`);
  }

  /** `echo VALUE > /proc/sys/PATH`. */
  sysctl(namespace: NetworkNamespace, path: string, value: number): void {
    const errno = namespace.change(ORIGIN, (draft) => writeSysctl(draft, path, String(value)));
    assert(errno === 0, `${path} refused: ${errno}`);
  }

  /** Copies of what passes a device from now on. */
  listen(namespace: NetworkNamespace, device = "eth0"): Heard[] {
    const heard: Heard[] = [];
    const at = namespace.deviceNamed(device);
    assert(at !== undefined, `no device ${device}`);
    at.taps ??= [];
    at.taps.push({
      tapped: (frame, direction) => {
        const { now } = this.simulation.engine;
        heard.push({ at: now, direction, frame: copyFrame(frame, frame.id) });
      },
    });
    return heard;
  }

  run(ms: number): void {
    const { engine } = this.simulation;
    this.simulation.run((engine.now + milliseconds(ms)) as Instant);
  }

  /** An echo request of `length` octets in all; `change` may spoil it before it is sent. */
  ping(
    from: NetworkNamespace,
    to: string,
    { length = 84, change = () => {} }: { length?: number; change?: (frame: Frame) => void } = {},
  ): void {
    const destination = address(to);
    const route = from.ip.routeOutput(destination, 0 as Ipv4Address, 0, 0, 0);
    assert(typeof route !== "number", `no route: ${route}`);
    const frame = new Frame(this.simulation.engine.newFrameId());
    frame.protocol = IpProtocol.icmp;
    frame.icmpType = IcmpType.echoRequest;
    frame.icmpRest = 0x00010001;
    frame.source = from.ip.sourceFor(route, destination);
    frame.destination = destination;
    frame.identification = 1;
    frame.length = length;
    frame.payload = new Uint8Array(length - 28);
    frame.payloadLength = length - 28;
    frame.route = route;
    change(frame);
    from.ip.output(frame);
  }

  private segment(name: string): Switch {
    let found = this.switches.get(name);
    if (found === undefined) {
      found = this.simulation.addSwitch(name);
      this.switches.set(name, found);
    }
    return found;
  }
}
