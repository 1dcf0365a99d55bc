import { expect, test } from "vitest";
import { Frame } from "../../../packet/frame.ts";
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import { IpProtocol } from "../../../packet/protocol.ts";
import { START } from "../../../time/instant.ts";
import { ConnectionFlag } from "../connection.ts";
import { ConnectionRows } from "../connection-rows.ts";
import { Method } from "../method.ts";
import { Direction } from "./protocol.ts";
import { SctpProtocol } from "./sctp.ts";

const STATES = "NO I1 IN CS CR CW CO CE ES SS SR SA RJ CL".split(" ");
const CHUNKS = {
  data: 0,
  init: 1,
  "init-ack": 2,
  "cookie-echo": 10,
  "cookie-ack": 11,
  shutdown: 7,
  "shutdown-ack": 8,
  complete: 14,
  error: 9,
  abort: 6,
};
type Chunk = keyof typeof CHUNKS;

/** A packet whose chunks have these types and a length of 5, so that each fills 8 octets. */
function packet(...types: readonly number[]): Frame {
  const frame = new Frame(1);
  frame.protocol = IpProtocol.sctp;
  frame.payload = Uint8Array.from([
    ...new Array(8).fill(0),
    ...types.flatMap((type) => [type, 0, 0, 5, 1, 0, 0, 0]),
  ]);
  frame.payloadLength = frame.payload.length;
  return frame;
}

/** State and timeout after a packet in direction IN, OUT or IO. */
function next(direction: string, frame: Frame, state: number): readonly [string, number] {
  const rows = new ConnectionRows();
  const sctp = new SctpProtocol(rows);
  const address = 1 as Ipv4Address;
  const flags = direction === "IO" ? ConnectionFlag.noOutput : 0;
  const { masquerading } = Method;
  const entry = rows.add(132, address, 1, address, 1, 1, flags, masquerading, null, START);
  rows.setState(entry, state);
  sctp.advance(entry, direction === "OUT" ? Direction.output : Direction.input, frame);
  return [STATES[rows.state(entry)] as string, rows.timeoutSeconds(entry)];
}

/** What changes, state by state: `from>to`; every other state stays. */
const CHANGES: readonly (readonly [string, Chunk, string])[] = [
  ["IN", "data", "NO>ES"],
  ["IN", "init", "NO>I1 I1>IN RJ>IN CL>IN"],
  ["IN", "init-ack", "NO>CW I1>CW IN>CW CW>CO"],
  ["IN", "cookie-echo", "NO>CR I1>IN CS>CR"],
  ["IN", "cookie-ack", "NO>ES CE>ES"],
  ["IN", "shutdown", "NO>SR ES>SR"],
  ["IN", "shutdown-ack", "NO>CL I1>IN SS>CL SA>CL"],
  ["IN", "complete", "NO>CL I1>CL IN>CL SA>CL"],
  ["IN", "error", "NO>CL CE>CL"],
  ["IN", "abort", "NO>CL I1>CL IN>CL CS>CL CR>CL CW>RJ CO>CL CE>CL ES>CL SS>CL SR>CL SA>CL RJ>CL"],
  ["OUT", "data", "NO>ES"],
  ["OUT", "init", "NO>CW I1>CW IN>CW CS>CW CR>CW CO>CW CE>CW SS>CW SR>CW SA>CW RJ>CW CL>CW"],
  ["OUT", "init-ack", "NO>CS I1>CS IN>CS"],
  ["OUT", "cookie-echo", "NO>CE I1>CE IN>CE CS>CE CR>CE CW>CE CO>CE"],
  ["OUT", "cookie-ack", "NO>ES I1>ES IN>ES CS>ES CR>ES CW>ES CO>ES CE>ES"],
  ["OUT", "shutdown", "NO>SS I1>SS IN>SS CS>SS CR>SS CW>SS CO>SS CE>SS ES>SS"],
  ["OUT", "shutdown-ack", "NO>SA I1>SA IN>SA CS>SA CR>SA SS>SA SR>SA"],
  ["OUT", "complete", "NO>CL"],
  ["OUT", "error", "NO>CL I1>CL IN>CL CS>CL CR>CL"],
  ["OUT", "abort", "NO>CL I1>RJ IN>CL CS>CL CR>CL CW>CL CO>CL CE>CL ES>CL SS>CL SR>CL SA>CL RJ>CL"],
  ["IO", "data", "NO>ES CW>ES"],
  ["IO", "init", "NO>I1 I1>IN CS>IN CR>IN CW>IN RJ>IN CL>IN"],
  ["IO", "init-ack", "NO>CE I1>CE IN>CE CS>CE CR>CE CW>CE"],
  ["IO", "cookie-echo", "NO>ES I1>ES IN>ES CS>ES CR>ES CW>ES"],
  ["IO", "cookie-ack", "NO>ES CS>ES CR>ES CO>ES CE>ES"],
  ["IO", "shutdown", "NO>SR ES>SR"],
  ["IO", "shutdown-ack", "NO>CL I1>IN ES>CL SS>CL SA>CL"],
  ["IO", "complete", "NO>CL I1>CL IN>CL CS>CL CR>CL SR>CL SA>CL"],
  ["IO", "error", "NO>CL"],
  ["IO", "abort", "NO>CL I1>CL IN>CL CS>CL CR>CL CW>RJ CO>CL CE>CL ES>CL SS>CL SR>CL SA>CL RJ>CL"],
];

test.each(CHANGES)("%s %s moves %s and leaves the other states", (direction, chunk, changes) => {
  const moved = STATES.flatMap((from, state) => {
    const [to] = next(direction, packet(CHUNKS[chunk]), state);
    return to === from ? [] : [`${from}>${to}`];
  });
  expect(moved.join(" ")).toBe(changes);
});

test.each([
  ["NO", "data", "ES", 900],
  ["NO", "init", "I1", 4],
  ["I1", "init", "IN", 61],
  ["ES", "shutdown", "SR", 61],
  ["CW", "abort", "RJ", 4],
  ["ES", "abort", "CL", 61],
] as const)("%s after %s is %s for %i s", (from, chunk, to, seconds) => {
  expect(next("IN", packet(CHUNKS[chunk]), STATES.indexOf(from))).toEqual([to, seconds]);
});

test.each([
  ["an abort behind a cookie echo counts as abort", [10, 6], "CL"],
  ["an abort behind a cookie ack counts as abort", [11, 6], "CL"],
  ["an abort behind data is not seen", [0, 6], "ES"],
  ["a chunk of an unknown type counts as data", [192], "ES"],
  ["a packet without a chunk changes nothing", [], "ES"],
])("%s", (_, types, to) => {
  expect(next("IN", packet(...types), STATES.indexOf("ES"))[0]).toBe(to);
});
