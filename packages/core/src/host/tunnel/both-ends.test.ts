import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { copyFrame } from "../../packet/copy-frame.ts";
import type { Frame } from "../../packet/frame.ts";
import { GreFlag } from "../../packet/gre-header.ts";
import { IpProtocol } from "../../packet/protocol.ts";
import { arbitraryPlainPacket } from "../../testing/arbitrary-frame.ts";
import { address } from "../../testing/small-network.ts";
import { openFouPort, type TunnelPair, tunnelPair } from "../../testing/tunnel-network.ts";
import { wireFields } from "../../testing/wire-fields.ts";
import { decodeFrame } from "../../wire/decode.ts";
import { encodeFrame } from "../../wire/encode.ts";
import type { TunnelParameters, UdpEncapsulation } from "../device/tunnel-parameters.ts";
import { type Hook, HookPoint, Verdict } from "../netfilter/hook.ts";
import { encapsulatedTos } from "./ecn.ts";

const PORT = 5555;
const encapsulation: fc.Arbitrary<UdpEncapsulation | null> = fc.option(
  fc.record({
    kind: fc.constantFrom("fou" as const, "gue" as const),
    sourcePort: fc.constantFrom(0, 4242),
    destinationPort: fc.constant(PORT),
    checksum: fc.boolean(),
    remoteChecksum: fc.boolean(),
  }),
);

/** What the sender sends, and the receiver of it expects. */
const configuration = fc.record({
  kind: fc.constantFrom("ipip" as const, "gre" as const),
  encapsulation,
  flags: fc.array(fc.constantFrom(GreFlag.key, GreFlag.checksum, GreFlag.sequence)),
  key: fc.integer(),
  ttl: fc.constantFrom(0, 7),
  tos: fc.constantFrom(0, 1, 0x28),
  remoteOnly: fc.boolean(),
});
type Configuration = typeof configuration extends fc.Arbitrary<infer T> ? T : never;

function pairOf({
  kind,
  encapsulation,
  flags,
  key,
  ttl,
  tos,
  remoteOnly,
}: Configuration): TunnelPair {
  const gre = kind === "gre" ? flags.reduce((sum: number, flag) => sum | flag, 0) : 0;
  const withKey = (gre & GreFlag.key) === 0 ? 0 : key;
  const ofA: Partial<TunnelParameters> = {
    encapsulation,
    ttl,
    tos,
    outputFlags: gre,
    outputKey: withKey,
  };
  const any = remoteOnly ? { local: address("0.0.0.0") } : {};
  const pair = tunnelPair(kind, ofA, { inputFlags: gre, inputKey: withKey, ...any });
  if (encapsulation !== null)
    openFouPort(pair.b, PORT, encapsulation.kind === "gue" ? 0 : kind === "gre" ? 47 : 4);
  return pair;
}

/** Sends a packet through `a`'s tunnel and gives what came out of `b`'s; `cable` may rebuild the outer one. */
function passThrough(pair: TunnelPair, packet: Frame, cable: (outer: Frame) => Frame): Frame[] {
  const { net, a, b, atA } = pair;
  const out: Frame[] = [];
  pair.atB.taps = [{ tapped: (frame) => out.push(copyFrame(frame, frame.id)) }];
  const heard = net.listen(a, "eth0");
  atA.transmit(packet);
  net.run(1);
  const outer = heard.filter(
    ({ frame, direction }) => direction === "out" && frame.arpOperation === 0,
  );
  expect(outer).toHaveLength(1);
  out.length = 0;
  pair.atB.inputSequence = 0;
  const again = cable((outer[0] as { frame: Frame }).frame);
  b.deviceNamed("eth0")?.receive(again);
  net.run(1);
  return out;
}

/** A packet of somebody else, or one of this host's own, whose checksum is still open. */
const packets = fc
  .tuple(arbitraryPlainPacket, fc.constantFrom(0, 6))
  .map(([packet, from]) => Object.assign(packet, { inputInterface: from }));

describe("what goes into a tunnel comes out of its other end", () => {
  test.prop([configuration, packets], { numRuns: 200 })(
    "as a simulated packet",
    (config, packet) => {
      const sent = wireFields(packet);
      const out = passThrough(pairOf(config), packet, (outer) => copyFrame(outer, outer.id));
      expect(out.map(wireFields)).toEqual([sent]);
    },
  );

  test.prop([configuration, packets], { numRuns: 200 })("as octets", (config, packet) => {
    const sent = wireFields(packet);
    const out = passThrough(pairOf(config), packet, (outer) => decodeFrame(encodeFrame(outer), 1));
    expect(out.map(wireFields)).toEqual([sent]);
  });

  test.prop([configuration, packets])(
    "the outer header says what was asked for",
    (config, packet) => {
      const { ttl, tos } = packet;
      const pair = pairOf(config);
      passThrough(pair, packet, (outer) => {
        expect(outer.ttl).toBe(config.ttl === 0 ? ttl : config.ttl);
        expect(outer.tos).toBe(encapsulatedTos(config.tos === 1 ? tos : config.tos, tos));
        const own = config.kind === "gre" ? IpProtocol.gre : IpProtocol.ipip;
        expect(outer.protocol).toBe(config.encapsulation === null ? own : IpProtocol.udp);
        expect(outer.length).toBeLessThanOrEqual(20 + pair.atA.headerLength + packet.length);
        return copyFrame(outer, outer.id);
      });
    },
  );
});

/** Notes what passes a hook point by devices and mark; `marks` is given to packets of one protocol. */
const watching = (point: HookPoint, seen: string[], protocol = 0, marks = 0): Hook => ({
  point,
  priority: 0,
  describe: () => "watching",
  run: (frame, input, output) => {
    if (frame.protocol === protocol) frame.mark = marks;
    seen.push(`${frame.protocol} ${input?.name ?? ""}>${output?.name ?? ""} mark ${frame.mark}`);
    return Verdict.accept;
  },
});

test("the hooks see the packet inside and out, and the mark goes with it both ways", () => {
  const { net, a, b } = tunnelPair("gre", {}, {});
  const [sent, received]: [string[], string[]] = [[], []];
  a.hooks.register(watching(HookPoint.localOut, sent, IpProtocol.icmp, 5));
  a.hooks.register(watching(HookPoint.postRouting, sent));
  b.hooks.register(watching(HookPoint.preRouting, received, IpProtocol.gre, 7));
  b.hooks.register(watching(HookPoint.localIn, received));
  net.ping(a, "10.9.0.2", { change: (frame) => Object.assign(frame, { icmpType: 0 }) });
  net.run(10);
  expect(sent).toEqual(["1 >t0 mark 5", "1 >t0 mark 5", "47 >eth0 mark 5", "47 t0>eth0 mark 5"]);
  expect(received).toEqual(["47 eth0> mark 7", "47 eth0> mark 7", "1 t0> mark 7", "1 t0> mark 7"]);
});

test("congestion on the way is marked on the packet inside", () => {
  const { net, a, atA, atB } = tunnelPair("ipip", {}, {});
  const tos: number[] = [];
  atB.taps = [{ tapped: (frame) => tos.push(frame.tos) }];
  a.hooks.register({
    ...watching(HookPoint.postRouting, []),
    run: (frame) => {
      if (frame.protocol === IpProtocol.ipip) frame.tos |= 3;
      return Verdict.accept;
    },
  });
  net.ping(a, "10.9.0.2", { change: (frame) => Object.assign(frame, { icmpType: 0, tos: 0x2a }) });
  net.run(10);
  expect([tos, atA.counters.sentPackets, atB.counters.receivedPackets]).toEqual([[0x2b], 1, 1]);
});
