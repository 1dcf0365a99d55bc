import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { Frame } from "../../../packet/frame.ts";
import { packetLength } from "../../../packet/lengths.ts";
import { hexOf, octetsOf } from "../../../testing/hex.ts";
import { readClientAddress } from "../../../wire/client-address-option.ts";
import { setTcpOptionArea, tcpOptionArea } from "../../../wire/tcp-option-area.ts";
import { CLIENT, VIP } from "../director.fixture.ts";
import { ForkDirector, LOCAL } from "./fork-director.fixture.ts";

const LINUX_SYN = {
  synOptions: { maximumSegmentSize: 1460, windowScale: 7, sackPermitted: true },
  hasTimestamps: true,
  timestampValue: 0x01020304,
};
const TOA = "fe080fa00a140005";

/** A director whose server has answered the client's SYN from port 4000 with 7000. */
function opened(variant: "fullnat" | "dpvs" = "fullnat"): { director: ForkDirector; syn: Frame } {
  const director = new ForkDirector(1, LOCAL, variant);
  const syn = director.request(4000, "S", { sequenceNumber: 1000 }) as Frame;
  const acknowledgementNumber = (syn.sequenceNumber + 1) | 0;
  director.reply(syn, "SA", { sequenceNumber: 7000, acknowledgementNumber });
  return { director, syn };
}

describe("a SYN on its way to the server", () => {
  test("loses its timestamps and begins with the client's address", () => {
    const sent = new ForkDirector().request(4000, "S", LINUX_SYN) as Frame;
    const rest = `020405b40402${"01".repeat(10)}01030307`;
    expect(hexOf(tcpOptionArea(sent))).toBe(`${TOA}${rest}`);
    expect(sent).toMatchObject({ hasTimestamps: false, length: 20 + 20 + 8 + 20 });
    expect(packetLength(sent)).toBe(sent.length);
  });

  test("keeps its timestamps with vs.timestamp_remove_entry=0", () => {
    const director = new ForkDirector();
    director.turn({ timestamp_remove_entry: 0 });
    expect(director.request(4000, "S", LINUX_SYN)).toMatchObject({ timestampValue: 0x01020304 });
  });

  test("says whose it is whatever vs.toa_entry is, but not with DPVS", () => {
    const director = new ForkDirector();
    director.turn({ toa_entry: 0 });
    expect(readClientAddress(director.request(4000, "S") as Frame)).not.toBeNull();
    const dpvs = new ForkDirector(1, LOCAL, "dpvs");
    expect(readClientAddress(dpvs.request(4000, "S") as Frame)).toBeNull();
  });

  test("has no room for the address beside more than 32 octets of options", () => {
    const director = new ForkDirector();
    const withOptions = (octets: number): string => {
      const frame = director.segment(CLIENT, 4000, VIP, 80, "S");
      setTcpOptionArea(frame, octetsOf(`fd${octets.toString(16)}${"00".repeat(octets - 2)}`));
      const { tcpOptions } = frame;
      return hexOf(tcpOptionArea(director.request(4000, "S", { tcpOptions }) as Frame)).slice(0, 4);
    };
    expect(withOptions(32)).toBe("fe08");
    expect(withOptions(36)).toBe("fd24");
    expect(director.ipvs.fullNatCounters).toMatchObject({
      fullnat_add_toa_ok: 1,
      fullnat_add_toa_head_full: 1,
    });
  });
});

describe("segments after the SYN", () => {
  const told = (flags: string, fields: Partial<Frame>, variant?: "dpvs"): boolean => {
    const { director } = opened(variant);
    const sent = director.request(4000, flags, { acknowledgementNumber: 7001, ...fields });
    return readClientAddress(sent as Frame) !== null;
  };

  test.each([
    ["the ACK of the handshake", "A", {}, true],
    ["the first data", "PA", { payloadLength: 100 }, true],
    ["an ACK of data", "A", { acknowledgementNumber: 7002 }, false],
    ["a FIN", "FA", {}, false],
    ["a RST", "RA", {}, false],
    ["data that fills the way's MTU but for 8 octets", "PA", { payloadLength: 1452 }, true],
    ["data that leaves fewer", "PA", { payloadLength: 1453 }, false],
  ])("%s", (_what, flags, fields, expected) => {
    expect(told(flags, fields)).toBe(expected);
  });

  test("DPVS says it in a FIN as well", () => {
    expect(told("FA", {}, "dpvs")).toBe(true);
  });

  test("vs.toa_entry=0 keeps quiet, and a packet that would be too long is counted", () => {
    const { director } = opened();
    director.request(4000, "PA", { acknowledgementNumber: 7001, payloadLength: 1460 });
    expect(director.ipvs.fullNatCounters?.fullnat_add_toa_fail_len).toBe(1);
    director.turn({ toa_entry: 0 });
    const sent = director.request(4000, "A", { acknowledgementNumber: 7001 }) as Frame;
    expect(readClientAddress(sent)).toBeNull();
  });
});

test("a SYN+ACK announces 8 octets less, unless vs.mss_adjust_entry is 0", () => {
  const director = new ForkDirector();
  const synOptions = { maximumSegmentSize: 1460, windowScale: -1, sackPermitted: false };
  const syn = director.request(4000, "S") as Frame;
  const announced = (): number | undefined =>
    director.reply(syn, "SA", { synOptions })?.synOptions?.maximumSegmentSize;
  expect(announced()).toBe(1452);
  director.turn({ mss_adjust_entry: 0 });
  expect(announced()).toBe(1460);
});

/** Numbers of an octet stream as seen from either side of the director. */
property.prop([
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.array(fc.nat(2 ** 20), { minLength: 1, maxLength: 6 }),
])(
  "the server sees the client's stream moved, and the client hears of its own",
  (first, offsets) => {
    const director = new ForkDirector();
    const at = (base: number, offset: number): number =>
      Number(BigInt.asIntN(32, BigInt(base) + BigInt(offset)));
    const syn = director.request(4000, "S", { sequenceNumber: first }) as Frame;
    const moved = syn.sequenceNumber;
    for (const offset of offsets) {
      const sent = director.request(4000, "A", {
        sequenceNumber: at(first, offset),
        acknowledgementNumber: 7001,
        sackBlocks: [7010, 7020],
      });
      expect(sent?.sequenceNumber).toBe(at(moved, offset));
      expect(sent).toMatchObject({ acknowledgementNumber: 7001, sackBlocks: [7010, 7020] });
      const answer = director.reply(syn, "A", {
        sequenceNumber: 7001,
        acknowledgementNumber: at(moved, offset),
        sackBlocks: [at(moved, offset + 10), at(moved, offset + 20)],
      });
      expect(answer?.sequenceNumber).toBe(7001);
      expect(answer?.acknowledgementNumber).toBe(at(first, offset));
      expect(answer?.sackBlocks).toEqual([at(first, offset + 10), at(first, offset + 20)]);
    }
  },
);
