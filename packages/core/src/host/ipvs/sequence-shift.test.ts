import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { Frame } from "../../packet/frame.ts";
import { packetLength } from "../../packet/lengths.ts";
import { IpProtocol, TcpFlag } from "../../packet/protocol.ts";
import { decodeFrame } from "../../wire/decode.ts";
import { encodeFrame } from "../../wire/encode.ts";
import { setTcpOptionArea, tcpOptionArea } from "../../wire/tcp-option-area.ts";
import { shiftAcknowledgement, shiftSequence } from "./sequence-shift.ts";

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const blocks = fc.option(
  fc
    .integer({ min: 1, max: 4 })
    .chain((count) => fc.array(word, { minLength: 2 * count, maxLength: 2 * count })),
);

function segment(changes: Partial<Frame>): Frame {
  const frame = Object.assign(new Frame(1), { protocol: IpProtocol.tcp }, changes);
  frame.length = packetLength(frame);
  return frame;
}

/** What a receiver reads out of the octets. */
const received = (frame: Frame): Frame => decodeFrame(encodeFrame(frame), 2);

test.prop([word, word])("a sequence number is shifted around the circle of 2^32", (at, delta) => {
  const frame = segment({ sequenceNumber: at });
  shiftSequence(frame, delta);
  expect(received(frame).sequenceNumber >>> 0).toBe(
    Number((BigInt(at) + BigInt(delta)) & 0xffff_ffffn),
  );
});

test.prop([word, word, blocks, fc.boolean()])(
  "an acknowledgement and all SACK edges are shifted alike, however the options are kept",
  (acknowledgementNumber, delta, sackBlocks, rewritten) => {
    const frame = segment({ tcpFlags: TcpFlag.ack, acknowledgementNumber, sackBlocks });
    if (rewritten && sackBlocks !== null && sackBlocks.length < 8) {
      // the padding behind instead of before the blocks
      const area = tcpOptionArea(frame);
      setTcpOptionArea(frame, Uint8Array.from([...area.subarray(2), 1, 1]));
      expect(frame.wire?.tcpOptions).not.toBeNull();
    }
    shiftAcknowledgement(frame, delta);
    const plain = (edge: number): number => Number(BigInt.asIntN(32, BigInt(edge) + BigInt(delta)));
    const read = received(frame);
    expect(read.checksumFaults).toBe(0);
    expect(read.acknowledgementNumber).toBe(plain(acknowledgementNumber));
    expect(read.sackBlocks).toEqual(sackBlocks?.map(plain) ?? null);
  },
);

test("a SYN acknowledges nothing, so nothing of it is shifted", () => {
  const frame = segment({ tcpFlags: TcpFlag.syn, acknowledgementNumber: 0 });
  shiftAcknowledgement(frame, 77);
  expect(frame.acknowledgementNumber).toBe(0);
});
