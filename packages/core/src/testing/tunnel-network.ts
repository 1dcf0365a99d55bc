/** For tests: two hosts on one segment, each with a tunnel to the other. */
import { assert } from "../base/assert.ts";
import { addFouPort } from "../host/addressing/fou-ports.ts";
import { setLinkUp } from "../host/addressing/links.ts";
import { addTunnel, type TunnelKind } from "../host/addressing/tunnels.ts";
import { ANY_TUNNEL, type TunnelParameters } from "../host/device/tunnel-parameters.ts";
import type { NetworkNamespace } from "../host/namespace.ts";
import { TunnelDevice } from "../host/tunnel/tunnel-device.ts";
import type { Ipv4Address } from "../packet/ipv4-address.ts";
import { IpProtocol } from "../packet/protocol.ts";
import type { DropReason } from "../trace/drop-reason.ts";
import type { Recorder } from "../trace/recorder.ts";
import type { Trace } from "../trace/trace.ts";
import { address, SmallNetwork } from "./small-network.ts";

const TUNNEL_ORIGIN = { machine: "test", process: "test", file: "", line: 0 };

/** A tunnel device `name`, up; what is not said is as `ip tunnel add` has it. */
export function makeTunnel(
  at: NetworkNamespace,
  name: string,
  kind: TunnelKind,
  changes: Partial<TunnelParameters>,
): TunnelDevice {
  const protocol = kind === "gre" ? IpProtocol.gre : IpProtocol.ipip;
  const parameters = { ...ANY_TUNNEL, protocol, pathMtuDiscovery: true, ...changes };
  const errno = at.change(TUNNEL_ORIGIN, (draft) => {
    const refused = addTunnel(draft, { name, kind, parameters, mtu: 0, index: 0 }, at.router);
    return refused === 0 ? setLinkUp(draft, draft.devices.at(-1)?.index ?? 0) : refused;
  });
  assert(errno === 0, `tunnel ${name} refused with errno ${errno}`);
  const device = at.deviceNamed(name);
  assert(device instanceof TunnelDevice, `${name} is no tunnel`);
  return device;
}

/** `ip fou add port PORT …`; protocol 0 is GUE. */
export function openFouPort(at: NetworkNamespace, port: number, protocol: number): void {
  const none = 0 as Ipv4Address;
  const where = { local: none, peer: none, peerPort: 0, device: 0 };
  const kind = protocol === 0 ? "gue" : "fou";
  const errno = at.change(TUNNEL_ORIGIN, (draft) =>
    addFouPort(draft, { port, kind, protocol, ...where }),
  );
  assert(errno === 0, `port ${port} refused with errno ${errno}`);
}

export interface TunnelPair {
  readonly net: SmallNetwork;
  readonly a: NetworkNamespace;
  readonly b: NetworkNamespace;
  readonly atA: TunnelDevice;
  readonly atB: TunnelDevice;
}

/** `a` is 10.0.0.1, `b` 10.0.0.2; their tunnels `t0` have 10.9.0.1/24 and 10.9.0.2/24. */
export function tunnelPair(
  kind: TunnelKind,
  ofA: Partial<TunnelParameters>,
  ofB: Partial<TunnelParameters>,
  trace: Trace | null = null,
): TunnelPair {
  const net = new SmallNetwork(trace);
  const a = net.host("a", "lan 10.0.0.1/24");
  const b = net.host("b", "lan 10.0.0.2/24");
  const [hereA, hereB] = [address("10.0.0.1"), address("10.0.0.2")];
  const atA = makeTunnel(a, "t0", kind, { local: hereA, remote: hereB, ...ofA });
  const atB = makeTunnel(b, "t0", kind, { local: hereB, remote: hereA, ...ofB });
  net.addAddress(a, "t0", "10.9.0.1/24");
  net.addAddress(b, "t0", "10.9.0.2/24");
  return { net, a, b, atA, atB };
}

/** Why frames ended, in order. */
export const dropsOf = (recorder: Recorder): DropReason[] =>
  Array.from(recorder.events()).flatMap((event) =>
    event.kind === "dropped" ? [event.reason] : [],
  );
