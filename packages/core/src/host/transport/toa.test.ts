import { describe, expect, test } from "vitest";
import { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { packetLength } from "../../packet/lengths.ts";
import { IpProtocol, TcpFlag } from "../../packet/protocol.ts";
import { octetsOf } from "../../testing/hex.ts";
import { addClientAddress, readClientAddress } from "../../wire/client-address-option.ts";
import { decodeFrame } from "../../wire/decode.ts";
import { encodeFrame } from "../../wire/encode.ts";
import { setTcpOptionArea } from "../../wire/tcp-option-area.ts";
import { Toa } from "./toa.ts";

const CLIENT = 0xac10000a | 0;

function segment(options: string): Frame {
  const frame = Object.assign(new Frame(1), { protocol: IpProtocol.tcp, tcpFlags: TcpFlag.ack });
  frame.length = packetLength(frame);
  setTcpOptionArea(frame, octetsOf(options));
  return frame;
}

describe("the client's address in a segment", () => {
  test("stands before the other options and survives the wire", () => {
    const frame = segment("0101080a0102030405060708");
    addClientAddress(frame, CLIENT as Ipv4Address, 40_001);
    const read = decodeFrame(encodeFrame(frame), 2);
    expect(read.checksumFaults).toBe(0);
    expect(readClientAddress(read)).toEqual({ address: CLIENT, port: 40_001 });
    expect(read).toMatchObject({ hasTimestamps: true, timestampValue: 0x01020304 });
  });

  test.each([
    ["behind padding and others", "01010402fe089c41ac10000a", true],
    ["of another length", "fe069c41ac100000", false],
    ["of another kind", "fd089c41ac10000a", false],
    ["behind the end of the list", "00000000fe089c41ac10000a", false],
    ["cut short by the header", "0101fe08", false],
  ])("%s", (_what, options, known) => {
    const told = readClientAddress(segment(options));
    expect(told).toEqual(known ? { address: CLIENT, port: 40_001 } : null);
  });
});

test("connections are counted by whether somebody named a client", () => {
  const toa = new Toa();
  expect(toa.peerOf(new Frame(1))).toBeNull();
  toa.accepted(toa.peerOf(segment("fe089c41ac10000a")));
  expect(toa).toMatchObject({ syn_recv_sock_toa: 1, syn_recv_sock_no_toa: 1, getname_toa_ok: 1 });
});
