import { expect, test } from "vitest";
import { Frame } from "../packet/frame.ts";
import { tcpHeaderLength } from "../packet/lengths.ts";
import { TcpFlag } from "../packet/protocol.ts";
import { WireDetail } from "../packet/wire-detail.ts";
import { hexOf, octetsOf } from "../testing/hex.ts";
import { readTcpOptions, writeTcpOptions } from "./tcp-options.ts";

const syn = (maximumSegmentSize: number, windowScale: number, sackPermitted: boolean) => ({
  tcpFlags: TcpFlag.syn,
  synOptions: { maximumSegmentSize, windowScale, sackPermitted },
});
const stamps = { hasTimestamps: true, timestampValue: 0x01020304, timestampEcho: -1 };

function frameOf(changes: Partial<Frame>): Frame {
  return Object.assign(new Frame(1), changes);
}

test.each<{ name: string; fields: Partial<Frame>; hex: string }>([
  { name: "nothing", fields: syn(0, -1, false), hex: "" },
  { name: "segment size alone", fields: syn(1460, -1, false), hex: "020405b4" },
  {
    name: "permission in the place of the timestamps' padding",
    fields: { ...syn(1460, 7, true), ...stamps },
    hex: "020405b4 0402080a01020304ffffffff 01030307",
  },
  {
    name: "permission with its own padding",
    fields: syn(1460, 7, true),
    hex: "020405b4 01010402 01030307",
  },
  {
    name: "timestamps without permission",
    fields: { ...syn(1460, 0, false), ...stamps },
    hex: "020405b4 0101080a01020304ffffffff 01030300",
  },
  { name: "timestamps of a segment", fields: stamps, hex: "0101080a01020304ffffffff" },
  {
    name: "SACK behind timestamps",
    fields: { ...stamps, sackBlocks: [1, 2, -2, -1] },
    hex: "0101080a01020304ffffffff 01010512 0000000100000002fffffffeffffffff",
  },
  {
    name: "a further option behind the others",
    fields: { ...stamps, tcpOptions: octetsOf("fe04f989") },
    hex: "0101080a01020304ffffffff fe04f989",
  },
])("Linux's layout: $name", ({ fields, hex }) => {
  const frame = frameOf(fields);
  const area = new Uint8Array(tcpHeaderLength(frame) - 20);
  expect(writeTcpOptions(frame, area, 0)).toBe(area.length);
  expect(hexOf(area)).toBe(hex.replaceAll(" ", ""));

  const decoded = frameOf({ tcpFlags: frame.tcpFlags });
  const detail = new WireDetail();
  readTcpOptions(decoded, detail, area);
  expect(detail.tcpOptions).toBeNull();
  expect(decoded).toMatchObject(fields);
});

test.each<{ name: string; flags: number; hex: string; says: Partial<Frame> }>([
  {
    name: "another order is kept and understood",
    flags: TcpFlag.syn,
    hex: "020405b4 010303080101 0402",
    says: syn(1460, 8, true),
  },
  {
    name: "timestamps and SACK that share their padding",
    flags: TcpFlag.ack,
    hex: "080a0000000100000002 050a0000000300000004",
    says: { hasTimestamps: true, timestampEcho: 2, sackBlocks: [3, 4] },
  },
  {
    name: "a shift above 14 counts as 14 (RFC 7323 §2.3)",
    flags: TcpFlag.syn,
    hex: "0103030f",
    says: syn(0, 14, false),
  },
])("foreign layout: $name", ({ flags, hex, says }) => {
  const frame = frameOf({ tcpFlags: flags });
  const detail = new WireDetail();
  const area = octetsOf(hex);
  readTcpOptions(frame, detail, area);
  expect(detail.tcpOptions).toEqual(area);
  expect(frame).toMatchObject(says);
  frame.wire = detail;
  expect(tcpHeaderLength(frame)).toBe(20 + area.length);
});

test.each([
  { name: "the list's end hides what follows", hex: "00020405b4000000" },
  { name: "an impossible length ends the list", hex: "0201020405b40000" },
  { name: "a length beyond the header ends the list", hex: "01010208" },
  { name: "only a SYN has a segment size", hex: "020405b4", flags: TcpFlag.ack },
])("raw: $name", ({ hex, flags }) => {
  const frame = frameOf({ tcpFlags: flags ?? TcpFlag.syn });
  const area = octetsOf(hex);
  readTcpOptions(frame, new WireDetail(), area);
  expect(frame.synOptions?.maximumSegmentSize ?? 0).toBe(0);
  expect(frame.tcpOptions).toEqual(area);
});
