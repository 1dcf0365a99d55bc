import { expect, test } from "vitest";
import { Frame } from "../../packet/frame.ts";
import { packetLength } from "../../packet/lengths.ts";
import { IpProtocol, TcpFlag } from "../../packet/protocol.ts";
import { WireDetail } from "../../packet/wire-detail.ts";
import { hexOf, octetsOf } from "../../testing/hex.ts";
import { setTcpOptionArea, tcpOptionArea } from "../../wire/tcp-option-area.ts";
import { reduceSegmentSize, removeTimestamps } from "./segment-options.ts";

const STAMPS = { hasTimestamps: true, timestampValue: 0x01020304, timestampEcho: 0 };
const SYN = {
  tcpFlags: TcpFlag.syn,
  synOptions: { maximumSegmentSize: 1460, windowScale: 7, sackPermitted: true },
};

function segment(changes: Partial<Frame>): Frame {
  const frame = Object.assign(new Frame(1), { protocol: IpProtocol.tcp }, changes);
  frame.length = packetLength(frame);
  return frame;
}

const optionsOf = (frame: Frame): string => hexOf(tcpOptionArea(frame));

test("timestamps of a SYN become NOPs and everything else stays where it was", () => {
  const frame = segment({ ...SYN, ...STAMPS });
  const { length } = frame;
  removeTimestamps(frame);
  expect(optionsOf(frame)).toBe(`020405b40402${"01".repeat(10)}01030307`);
  expect(frame).toMatchObject({ length, hasTimestamps: false, timestampValue: 0, ...SYN });
  expect(packetLength(frame)).toBe(length);
});

test("a segment without timestamps is left as it is", () => {
  const frame = segment(SYN);
  removeTimestamps(frame);
  expect(frame.wire).toBeNull();
  expect(optionsOf(frame)).toBe("020405b40101040201030307");
});

test("what the decoder found wrong with a segment outlasts a change of its options", () => {
  const wire = Object.assign(new WireDetail(), { urgentPointer: 9, tcpReserved: 3 });
  const frame = segment({ ...SYN, ...STAMPS, wire });
  removeTimestamps(frame);
  expect(frame.wire).toMatchObject({ urgentPointer: 9, tcpReserved: 3 });
  expect(wire.tcpOptions).toBeNull();
});

test.each([
  ["laid out as Linux does", "020405b40101040201030307", "020405ac0101040201030307"],
  ["in another order", "0402020405b40101", "0402020405ac0101"],
  ["not there", "01030307", "01030307"],
])("the segment size is reduced where it is %s", (_what, before, after) => {
  const frame = segment({ tcpFlags: TcpFlag.syn | TcpFlag.ack });
  setTcpOptionArea(frame, octetsOf(before));
  reduceSegmentSize(frame, 8);
  expect(optionsOf(frame)).toBe(after);
  expect(frame.length).toBe(40 + after.length / 2);
});
