/** NAT without a network: connections are begun, bound, confirmed and answered by hand. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { Frame } from "../../../packet/frame.ts";
import {
  formatIpv4Address,
  type Ipv4Address,
  parseIpv4Address,
} from "../../../packet/ipv4-address.ts";
import { IcmpType, IpProtocol } from "../../../packet/protocol.ts";
import { createRng } from "../../../rng/rng.ts";
import { Engine } from "../../../time/engine.ts";
import { initialSysctls } from "../../sysctl/defaults.ts";
import { globalSysctls } from "../../sysctl/global-sysctls.ts";
import { ConnectionTracking } from "../connection-tracking.ts";
import type { TrackedPacket } from "../tracked-connection.ts";
import { Tuple } from "../tuple.ts";
import { wayOf } from "../way.ts";
import { chooseAddress } from "./address-choice.ts";
import { Nat } from "./nat.ts";
import { Manipulation, NatRange, RangeFlag } from "./range.ts";
import { rewriteError, rewritePacket } from "./rewrite.ts";

const address = (text: string): Ipv4Address => parseIpv4Address(text) as Ipv4Address;
const { source, destination } = Manipulation;

const range = (flags: number, addresses: string, ports = "0-0"): NatRange => {
  const [first = "0.0.0.0", last = first] = addresses.split("-");
  const [from = 0, to = from] = ports.split("-").map(Number);
  return new NatRange(flags, address(first), address(last), from, to, 0);
};

interface Flow {
  readonly protocol: number;
  readonly from: string;
  readonly port: number;
  readonly to: string;
  readonly toPort: number;
}

function frameOf({ protocol, from, port, to, toPort }: Flow): Frame {
  const frame = new Frame(1);
  frame.protocol = protocol;
  frame.source = address(from);
  frame.destination = address(to);
  if (protocol === IpProtocol.icmp) {
    frame.icmpType = IcmpType.echoRequest;
    frame.icmpRest = port << 16;
  } else {
    frame.sourcePort = port;
    frame.destinationPort = toPort;
  }
  return frame;
}

const describeFrame = (frame: Frame): string =>
  frame.protocol === IpProtocol.icmp
    ? `${formatIpv4Address(frame.source)} > ${formatIpv4Address(frame.destination)} id ${frame.icmpRest >>> 16}`
    : `${formatIpv4Address(frame.source)}:${frame.sourcePort} > ${formatIpv4Address(frame.destination)}:${frame.destinationPort}`;

/** What the receiver of `frame` sends back. */
function answerTo(frame: Frame): Frame {
  const answer = new Frame(2);
  answer.protocol = frame.protocol;
  answer.source = frame.destination;
  answer.destination = frame.source;
  answer.sourcePort = frame.destinationPort;
  answer.destinationPort = frame.sourcePort;
  answer.icmpType = IcmpType.echoReply;
  answer.icmpRest = frame.icmpRest;
  return answer;
}

class Gateway {
  readonly tracking: ConnectionTracking;
  readonly nat: Nat;

  constructor() {
    const { conntrack } = globalSysctls(initialSysctls());
    this.tracking = new ConnectionTracking({ engine: new Engine(), conntrackSysctls: conntrack });
    this.nat = new Nat(this.tracking, createRng("nat"));
  }

  /** A packet's way through PRE_ROUTING and POST_ROUTING; false when it is dropped. */
  pass(frame: Frame, toDestination: NatRange | null, toSource: NatRange | null): boolean {
    frame.conntrack = null;
    if (!this.tracking.track(frame, true)) return false;
    const view = frame.conntrack as TrackedPacket | null;
    if (view === null) return true;
    const way = wayOf(view.info);
    for (const [manipulation, wanted] of [
      [destination, toDestination],
      [source, toSource],
    ] as const) {
      if (view.connection.status < 8 || !this.isDone(view, manipulation)) {
        if (wanted === null) this.nat.bindToItself(view.connection, manipulation);
        else this.nat.setUp(view.connection, wanted, manipulation);
      }
      rewritePacket(frame, view.connection, way, manipulation);
    }
    return this.tracking.confirm(frame);
  }

  private isDone(view: TrackedPacket, manipulation: Manipulation): boolean {
    return view.connection.has(manipulation === source ? 128 : 256);
  }
}

const UDP: Flow = { protocol: 17, from: "10.0.0.2", port: 4000, to: "192.0.2.9", toPort: 53 };
const MASQUERADED = range(RangeFlag.addresses, "198.51.100.1");

describe("SNAT", () => {
  test("keeps the source port while it is free, and takes another of its class when it is not", () => {
    const gateway = new Gateway();
    const ports = ["10.0.0.2", "10.0.0.3", "10.0.0.4"].map((from) => {
      const frame = frameOf({ ...UDP, from });
      expect(gateway.pass(frame, null, MASQUERADED)).toBe(true);
      expect(formatIpv4Address(frame.source)).toBe("198.51.100.1");
      return frame.sourcePort;
    });
    expect(ports[0]).toBe(4000);
    expect(new Set(ports).size).toBe(3);
    for (const port of ports) expect(port).toBeGreaterThanOrEqual(1024);
  });

  test.each([
    [80, 1, 511],
    [700, 600, 1023],
    [5000, 1024, 65_535],
  ])("a taken port %i becomes one from %i to %i", (port, first, last) => {
    const gateway = new Gateway();
    gateway.pass(frameOf({ ...UDP, port }), null, MASQUERADED);
    const second = frameOf({ ...UDP, from: "10.0.0.3", port });
    gateway.pass(second, null, MASQUERADED);
    expect(second.sourcePort).not.toBe(port);
    expect(second.sourcePort).toBeGreaterThanOrEqual(first);
    expect(second.sourcePort).toBeLessThanOrEqual(last);
  });

  test("one sender keeps its translated source towards everybody", () => {
    const gateway = new Gateway();
    const pool = range(RangeFlag.addresses | RangeFlag.ports, "198.51.100.1", "1000-1100");
    const first = frameOf(UDP);
    gateway.pass(first, null, pool);
    const second = frameOf({ ...UDP, to: "192.0.2.77" });
    gateway.pass(second, null, pool);
    expect(second.sourcePort).toBe(first.sourcePort);
    expect(first.sourcePort).toBeGreaterThanOrEqual(1000);
    expect(first.sourcePort).toBeLessThanOrEqual(1100);
  });

  test("a full range of ports drops the packet that finds none", () => {
    const gateway = new Gateway();
    const pool = range(RangeFlag.addresses | RangeFlag.ports, "198.51.100.1", "1000-1001");
    const passed = ["10.0.0.2", "10.0.0.3", "10.0.0.4"].map((from) =>
      gateway.pass(frameOf({ ...UDP, from }), null, pool),
    );
    expect(passed).toEqual([true, true, false]);
  });
});

test("a connection without a rule gets another port when its answers would be another one's", () => {
  const gateway = new Gateway();
  gateway.pass(frameOf(UDP), null, range(RangeFlag.addresses, "10.0.0.3"));
  const own = frameOf({ ...UDP, from: "10.0.0.3" });
  expect(gateway.pass(own, null, null)).toBe(true);
  expect(own.sourcePort).not.toBe(UDP.port);
});

test("an ICMP error about a translated packet reads as if nothing had been translated", () => {
  const gateway = new Gateway();
  const frame = frameOf(UDP);
  gateway.pass(
    frame,
    range(RangeFlag.addresses | RangeFlag.ports, "10.9.9.9", "5353"),
    MASQUERADED,
  );
  expect(describeFrame(frame)).toBe("198.51.100.1:4000 > 10.9.9.9:5353");
  const error = new Frame(3);
  error.protocol = IpProtocol.icmp;
  error.icmpType = IcmpType.destinationUnreachable;
  error.source = address("10.9.9.9");
  error.destination = address("198.51.100.1");
  error.inner = frame;
  gateway.tracking.track(error, true);
  const { connection, info } = error.conntrack as TrackedPacket;
  for (const manipulation of [destination, source])
    expect(rewriteError(error, connection, wayOf(info), manipulation)).toBe(true);
  expect(describeFrame(error.inner)).toBe("10.0.0.2:4000 > 192.0.2.9:53");
  expect([error.source, error.destination].map(formatIpv4Address)).toEqual([
    "192.0.2.9",
    "10.0.0.2",
  ]);
  expect(describeFrame(frame)).toBe("198.51.100.1:4000 > 10.9.9.9:5353");
});

const flow: fc.Arbitrary<Flow> = fc.record({
  protocol: fc.constantFrom(IpProtocol.udp, IpProtocol.icmp),
  from: fc.constantFrom("10.0.0.2", "10.0.0.3", "10.0.0.4", "198.51.100.1"),
  port: fc.constantFrom(53, 700, 4000, 4001, 1500),
  to: fc.constantFrom("192.0.2.9", "192.0.2.10", "10.0.0.3"),
  toPort: fc.constantFrom(53, 54),
});

const natRange: fc.Arbitrary<NatRange | null> = fc.option(
  fc
    .tuple(
      fc.constantFrom("198.51.100.1", "198.51.100.1-198.51.100.3", "10.0.0.3"),
      fc.option(fc.constantFrom("1500-1503", "53-53"), { nil: undefined }),
      fc.constantFrom(0, RangeFlag.random, RangeFlag.persistent),
    )
    .map(([addresses, ports, flags]) =>
      range(
        flags | RangeFlag.addresses | (ports === undefined ? 0 : RangeFlag.ports),
        addresses,
        ports,
      ),
    ),
  { nil: null },
);

test.prop([fc.array(fc.tuple(flow, natRange, natRange), { minLength: 1, maxLength: 40 })])(
  "no two connections expect the same answers, and every answer comes back as to the question",
  (flows) => {
    const gateway = new Gateway();
    const sent: { readonly asked: string; readonly outside: Frame; readonly question: Frame }[] =
      [];
    for (const [one, toDestination, toSource] of flows) {
      const question = frameOf(one);
      const outside = frameOf(one);
      if (!gateway.pass(outside, toDestination, toSource)) continue;
      // what is translated into somebody else's answer is no question
      if (wayOf((outside.conntrack as TrackedPacket).info) === 1) continue;
      sent.push({ asked: describeFrame(question), outside, question });
    }
    const answers = gateway.tracking.list().map(({ answer }) => {
      const { source: from, destination: to, sourcePort, destinationPort, protocol } = answer;
      return `${protocol} ${from} ${sourcePort} ${to} ${destinationPort}`;
    });
    expect(new Set(answers).size).toBe(answers.length);
    for (const { outside, question } of sent) {
      const answer = answerTo(outside);
      expect(gateway.pass(answer, null, null)).toBe(true);
      const expected = answerTo(question);
      expect(describeFrame(answer)).toBe(describeFrame(expected));
    }
  },
);

/** As a real kernel chose for 10.9.0.2 from 198.51.100.0 to 198.51.100.255. */
test.each([
  ["192.0.2.1", 0, "198.51.100.252"],
  ["192.0.2.2", 0, "198.51.100.162"],
  ["192.0.2.3", 0, "198.51.100.183"],
  ["192.0.2.4", 0, "198.51.100.67"],
  ["192.0.2.1", RangeFlag.persistent, "198.51.100.78"],
  ["192.0.2.2", RangeFlag.persistent, "198.51.100.78"],
])("towards %s a range with flags %i gives %s", (to, flags, chosen) => {
  const tuple = new Tuple();
  tuple.source = address("10.9.0.2");
  tuple.destination = address(to);
  chooseAddress(tuple, range(flags | RangeFlag.addresses, "198.51.100.0-198.51.100.255"), source);
  expect(formatIpv4Address(tuple.source)).toBe(chosen);
});
