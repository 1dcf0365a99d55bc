import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { Frame } from "../packet/frame.ts";
import { parseIpv4Address } from "../packet/ipv4-address.ts";
import { EtherType, IpProtocol, TcpFlag } from "../packet/protocol.ts";
import type { Instant } from "../time/instant.ts";
import { eventToJson } from "./event-json.ts";
import { FrameIndex } from "./frame-index.ts";
import { Recorder } from "./recorder.ts";
import type { TraceEvent } from "./trace-event.ts";

const at = (ns: number): Instant => ns as Instant;
const bits = (count: number): fc.Arbitrary<number> => fc.nat(2 ** count - 1);
const mac = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const int32 = fc.integer();
const header = fc.record({
  parentId: fc.nat(),
  origin: fc.nat(6),
  destinationMac: mac,
  sourceMac: mac,
  vlanTag: fc.integer({ min: -1, max: 0xffff }),
  source: int32,
  destination: int32,
  protocol: bits(8),
  ttl: bits(8),
  tos: bits(8),
  identification: bits(16),
  fragment: bits(16),
  length: bits(16),
  sourcePort: bits(16),
  destinationPort: bits(16),
  tcpFlags: bits(8),
  sequenceNumber: int32,
  acknowledgementNumber: int32,
  window: bits(16),
  icmpType: bits(8),
  icmpCode: bits(8),
  icmpRest: int32,
  payloadLength: bits(16),
});
const arp = fc.record({
  etherType: fc.constant(EtherType.arp),
  arpOperation: bits(16),
  arpSenderMac: mac,
  arpTargetMac: mac,
});

function frameOf(id: number, fields: object): Frame {
  return Object.assign(new Frame(id), fields);
}

const address = (text: string): number => parseIpv4Address(text) as number;

describe("recorder", () => {
  test.prop([
    header,
    fc.oneof(arp, fc.constant({})),
    header,
    fc.integer({ min: 0, max: 2 ** 53 - 1 }),
  ])(
    "gives back every header field and one level of what is carried",
    (outer, link, inner, instant) => {
      const trace = new Recorder();
      const place = trace.place("h-eth0");
      const fields = { ...outer, ...link };
      trace.sent(at(instant), place, frameOf(7, { ...fields, inner: frameOf(5, inner) }));
      const event = trace.event(0);
      expect(event).toMatchObject({ kind: "sent", at: instant, place: "h-eth0", frame: 7 });
      expect(event).toMatchObject({ header: { ...fields, innerId: 5, inner } });
    },
  );

  test.prop([fc.integer({ min: 1, max: 40 }), fc.nat(200)])(
    "keeps the latest events and says how many it lost",
    (capacity, count) => {
      const trace = new Recorder(capacity);
      const place = trace.place("a");
      const inner = frameOf(1, { ttl: 9 });
      for (let i = 0; i < count; i++)
        trace.received(at(i), place, frameOf(1 + (i % 3), { ttl: i >> 3, inner }));
      const kept = [...trace.events()];
      expect(trace.lostCount).toBe(Math.max(0, count - capacity));
      expect(kept.map((event) => event.at)).toEqual(
        Array.from({ length: Math.min(count, capacity) }, (_, i) => trace.lostCount + i),
      );
      for (const event of kept)
        expect(event).toMatchObject({ header: { ttl: event.at >> 3, inner: { ttl: 9 } } });
    },
  );

  test("a later change of the frame does not change what was recorded", () => {
    const trace = new Recorder();
    const place = trace.place("r");
    const frame = frameOf(1, { ttl: 64, etherType: EtherType.ipv4 });
    trace.received(at(1), place, frame);
    frame.ttl = 63;
    trace.sent(at(2), place, frame);
    frame.vlanTag = 5;
    trace.sent(at(3), place, frame);
    trace.received(at(4), place, frame);
    frame.vlanTag = -1;
    trace.received(at(5), place, frame);
    const seen = [...trace.events()].map((event) =>
      "header" in event ? [event.header.ttl, event.header.vlanTag] : [],
    );
    expect(seen).toEqual([64, 63, 63, 63, 63].map((ttl, i) => [ttl, i === 2 || i === 3 ? 5 : -1]));
  });

  test("notes come back with their numbers by name", () => {
    const trace = new Recorder();
    const host = trace.place("h");
    const decider = { describe: () => "arp_ignore = 1" };
    const mac48 = 0x02_00_00_00_01_10;
    trace.note("neighbour", at(5), host, null, decider, address("10.0.0.1"), 0, 2, mac48);
    expect(trace.event(0)).toEqual({
      kind: "neighbour",
      index: 0,
      at: 5,
      place: "h",
      frame: 0,
      decider,
      address: address("10.0.0.1"),
      from: 0,
      to: 2,
      linkAddress: mac48,
    });
  });

  test("every kind of event has its line of JSON", () => {
    const trace = new Recorder();
    const [host, device] = [trace.place("h"), trace.place("h-eth0")];
    const decider = { describe: () => "default via 10.0.0.254" };
    const segment = frameOf(3, {
      parentId: 2,
      origin: 1,
      destinationMac: 0x02_00_00_00_00_01,
      source: address("10.0.0.1"),
      destination: address("10.0.0.2"),
      protocol: IpProtocol.tcp,
      length: 40,
      fragment: 0x4000,
      sourcePort: 80,
      destinationPort: 4000,
      tcpFlags: TcpFlag.syn | TcpFlag.ack,
      sequenceNumber: -1,
    });
    const arpFrame = frameOf(4, { etherType: EtherType.arp, arpOperation: 2, vlanTag: 0x2005 });
    trace.sent(at(1), device, segment);
    trace.dropped(at(2), host, arpFrame, "arp-ignored", decider);
    trace.note("route", at(3), host, segment, decider, 1, 6, address("10.0.0.254"), 1);
    const origin = { machine: "h", process: "ip addr add", file: "start.sh", line: 2 };
    trace.changed(at(4), host, origin, [{ op: "add", path: ["a", 0], value: 1 }]);
    const lines = [...trace.events()].map((event) => JSON.stringify(eventToJson(event)));
    expect(lines).toMatchInlineSnapshot(`
      [
        "{"index":0,"at":1,"place":"h-eth0","kind":"sent","frame":3,"parent":2,"origin":"answer","eth":{"dst":"02:00:00:00:00:01","src":"00:00:00:00:00:00"},"ip":{"src":"10.0.0.1","dst":"10.0.0.2","ttl":64,"proto":6,"len":40,"id":0,"df":true,"tcp":{"sport":80,"dport":4000,"flags":"SA","seq":4294967295,"ack":0,"win":0,"len":0}}}",
        "{"index":1,"at":2,"place":"h","kind":"dropped","frame":4,"reason":"arp-ignored","decider":"default via 10.0.0.254","eth":{"dst":"00:00:00:00:00:00","src":"00:00:00:00:00:00","vlan":5},"arp":{"op":2,"sha":"00:00:00:00:00:00","spa":"0.0.0.0","tha":"00:00:00:00:00:00","tpa":"0.0.0.0"}}",
        "{"index":2,"at":3,"place":"h","kind":"route","frame":3,"routeType":1,"outputInterface":6,"nextHop":"10.0.0.254","phase":1,"decider":"default via 10.0.0.254"}",
        "{"index":3,"at":4,"place":"h","kind":"changed","origin":{"machine":"h","process":"ip addr add","file":"start.sh","line":2},"patches":[{"op":"add","path":["a",0],"value":1}]}",
      ]
    `);
  });

  test("a frame's story, its parent, its children and its whole family are found", () => {
    const trace = new Recorder();
    const host = trace.place("h");
    const say = (id: number, parentId: number, origin: number): void =>
      trace.sent(at(id), host, frameOf(id, { parentId, origin }));
    say(1, 0, 0);
    say(2, 1, 2);
    say(3, 2, 5);
    say(4, 0, 0);
    trace.note("application", at(9), host, frameOf(3, {}), null);
    const frames = new FrameIndex(trace.events());
    const kinds = (events: readonly TraceEvent[]) => events.map(({ kind }) => kind);
    expect(kinds(frames.story(3))).toEqual(["sent", "application"]);
    expect(frames.parentOf(2)).toEqual({ parent: 1, origin: 2 });
    expect(frames.childrenOf(1)).toEqual([2]);
    expect(frames.rootOf(3)).toBe(1);
    expect(frames.family(1).map(({ at: instant }) => instant)).toEqual([1, 2, 3, 9]);
  });
});
