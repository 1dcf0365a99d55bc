import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { Frame } from "../packet/frame.ts";
import type { Instant } from "../time/instant.ts";
import { Fingerprint } from "./fingerprint.ts";
import { Recorder } from "./recorder.ts";
import { tee } from "./tee.ts";
import type { Trace } from "./trace.ts";

const at = (ns: number): Instant => ns as Instant;

/** A frame in which every field counts: one that is ARP, TCP and ICMP at once; another one is carried in it. */
function richFrame(id = 9): Frame {
  return Object.assign(new Frame(id), {
    parentId: 1,
    arpOperation: 1,
    tcpFlags: 2,
    hasTimestamps: true,
    synOptions: { maximumSegmentSize: 1460, windowScale: 7, sackPermitted: true },
    sackBlocks: [1, 2],
    inner: id === 9 ? richFrame(3) : null,
  });
}

const digestOf = (tell: (trace: Fingerprint) => void): string => {
  const trace = new Fingerprint();
  tell(trace);
  return trace.digest();
};

const FIELDS = [
  ...["id", "parentId", "origin", "destinationMac", "sourceMac", "etherType", "vlanTag"],
  ...["arpOperation", "arpSenderMac", "arpTargetMac", "source", "destination", "protocol", "ttl"],
  ...["tos", "identification", "fragment", "length", "sourcePort", "destinationPort", "tcpFlags"],
  ...["sequenceNumber", "acknowledgementNumber", "window", "timestampValue", "timestampEcho"],
  ...["icmpType", "icmpCode", "icmpRest", "payloadLength", "checksumFaults"],
];

describe("fingerprint", () => {
  test.prop([fc.constantFrom(...FIELDS), fc.integer({ min: 1, max: 120 }), fc.boolean()])(
    "differs when any one field of a frame differs, of a carried one too",
    (field, by, inside) => {
      const changed = richFrame();
      const target = (inside ? changed.inner : changed) as unknown as Record<string, number>;
      target[field] = (target[field] as number) + by;
      const digest = (frame: Frame) => digestOf((trace) => trace.sent(at(1), 1, frame));
      expect(digest(changed)).not.toBe(digest(richFrame()));
      expect(digest(richFrame())).toBe(digest(richFrame()));
    },
  );

  const frame = richFrame();
  const origin = { machine: "h", process: "ip", file: "", line: 0 };
  const decider = { describe: () => "a rule" };
  const patch = (value: unknown) => [{ op: "add" as const, path: ["a"], value }];
  test("differs for every kind of event and for every number of one", () => {
    const tellings: ((trace: Trace) => void)[] = [
      () => undefined,
      (trace) => trace.place("a"),
      (trace) => trace.place("b"),
      (trace) => trace.sent(at(1), 1, frame),
      (trace) => trace.sent(at(2), 1, frame),
      (trace) => trace.sent(at(1 + 2 ** 32), 1, frame),
      (trace) => trace.sent(at(1), 2, frame),
      (trace) => trace.received(at(1), 1, frame),
      (trace) => trace.delivered(at(1), 1, frame),
      (trace) => trace.dropped(at(1), 1, frame, "link-down", null),
      (trace) => trace.dropped(at(1), 1, frame, "queue-full", null),
      (trace) => trace.dropped(at(1), 1, frame, "queue-full", decider),
      (trace) => trace.note("log", at(1), 1, frame, null),
      (trace) => trace.note("route", at(1), 1, frame, null),
      (trace) => trace.note("route", at(1), 1, null, null),
      (trace) => trace.note("route", at(1), 1, null, null, 1),
      (trace) => trace.note("route", at(1), 1, null, null, 2 ** 32),
      (trace) => trace.note("route", at(1), 1, null, null, 0, 1),
      (trace) => trace.note("route", at(1), 1, null, null, 0, 0, 1),
      (trace) => trace.note("route", at(1), 1, null, null, 0, 0, 0, 1),
      (trace) => trace.changed(at(1), 1, origin, patch(1)),
      (trace) => trace.changed(at(1), 1, origin, patch("1")),
      (trace) => trace.changed(at(1), 1, origin, patch(new Map([[1, 2]]))),
      (trace) => trace.changed(at(1), 1, { ...origin, line: 3 }, patch(1)),
    ];
    expect(new Set(tellings.map(digestOf)).size).toBe(tellings.length);
  });

  test("does not depend on the order in which the keys of a value were set", () => {
    const digest = (value: unknown) =>
      digestOf((trace) => trace.changed(at(1), 1, origin, patch(value)));
    expect(digest({ a: 1, b: 2 })).toBe(digest({ b: 2, a: 1 }));
  });

  test("depends on the order of events", () => {
    const two = (first: number, second: number) =>
      digestOf((trace) => {
        trace.sent(at(1), first, frame);
        trace.sent(at(1), second, frame);
      });
    expect(two(1, 2)).not.toBe(two(2, 1));
  });

  test("is the same on every machine", () => {
    const digest = digestOf((trace) => {
      trace.sent(at(2 ** 40), trace.place("h-eth0"), frame);
      trace.changed(at(2 ** 40), trace.place("h"), origin, patch({ mtu: 1500 }));
    });
    expect(digest).toMatchInlineSnapshot(`"1020ba18655428e9"`);
  });
});

describe("tee", () => {
  test("tells each trace everything and numbers places alike", () => {
    const [recorder, fingerprint, alone] = [new Recorder(), new Fingerprint(), new Fingerprint()];
    const both = tee([recorder, fingerprint]) as Trace;
    for (const trace of [both, alone]) {
      const place = trace.place("h");
      const frame = richFrame();
      trace.sent(at(1), place, frame);
      trace.received(at(2), place, frame);
      trace.delivered(at(3), place, frame);
      trace.dropped(at(4), place, frame, "link-down", null);
      trace.note("log", at(5), place, frame, null, 1, 2, 3, 4);
      trace.changed(at(6), place, { machine: "", process: "", file: "", line: 0 }, []);
    }
    expect(recorder.recordedCount).toBe(6);
    expect(fingerprint.digest()).toBe(alone.digest());
    expect(tee([])).toBeNull();
    expect(tee([recorder])).toBe(recorder);
  });
});
