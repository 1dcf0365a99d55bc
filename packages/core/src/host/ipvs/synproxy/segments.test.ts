import { expect, test } from "vitest";
import { Frame } from "../../../packet/frame.ts";
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import { packetLength } from "../../../packet/lengths.ts";
import type { MacAddress } from "../../../packet/mac-address.ts";
import { IpProtocol, TcpFlag } from "../../../packet/protocol.ts";
import { type Instant, milliseconds } from "../../../time/instant.ts";
import { tcpOptionArea } from "../../../wire/tcp-option-area.ts";
import { initialSysctls } from "../../sysctl/defaults.ts";
import { globalSysctls } from "../../sysctl/global-sysctls.ts";
import type { SynProxySysctls } from "../../sysctl/syn-proxy-sysctls.ts";
import type { CookieData } from "./cookies.ts";
import { serverSyn, turnRound } from "./segments.ts";

const NOW = milliseconds(7) as number as Instant;
const { synProxy } = globalSysctls(initialSysctls());

/** A SYN as Linux sends it. */
function linuxSyn(): Frame {
  const syn = new Frame(1);
  syn.sourceMac = 11 as MacAddress;
  syn.destinationMac = 12 as MacAddress;
  syn.protocol = IpProtocol.tcp;
  syn.source = 1 as Ipv4Address;
  syn.destination = 2 as Ipv4Address;
  syn.sourcePort = 1024;
  syn.destinationPort = 80;
  syn.ttl = 61;
  syn.tos = 8;
  syn.tcpFlags = TcpFlag.syn;
  syn.sequenceNumber = 1000;
  syn.window = 64240;
  syn.synOptions = { maximumSegmentSize: 1460, windowScale: 7, sackPermitted: true };
  syn.hasTimestamps = true;
  syn.timestampValue = 99;
  syn.length = packetLength(syn);
  return syn;
}

const turned = (
  settings: Partial<SynProxySysctls> = {},
): { readonly answer: Frame; readonly data: CookieData } => {
  let data: CookieData | undefined;
  const answer = turnRound(linuxSyn(), 2, { ...synProxy, ...settings }, NOW, (given) => {
    data = given;
    return -5;
  });
  return { answer, data: data as CookieData };
};

const hex = (octets: Uint8Array): string =>
  Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join(" ");

test("a SYN is turned round: ends, numbers, TTL; its length and window stay", () => {
  const { answer } = turned();
  expect(answer).toMatchObject({
    sourceMac: 12,
    destinationMac: 11,
    source: 2,
    destination: 1,
    sourcePort: 80,
    destinationPort: 1024,
    ttl: 63,
    tos: 0,
    tcpFlags: TcpFlag.syn | TcpFlag.ack,
    sequenceNumber: -5,
    acknowledgementNumber: 1001,
    window: 64240,
    length: linuxSyn().length,
    parentId: 1,
  });
});

test.each<[Partial<SynProxySysctls>, string, CookieData]>([
  [
    {},
    "02 04 05 ac 04 02 01 01 01 01 01 01 01 01 01 01 01 01 01 01",
    { segmentSize: 1452, windowScale: 0, timestamps: false, sackPermitted: true },
  ],
  [
    { init_mss: 9000, sack: 0 },
    "02 04 05 b4 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01",
    { segmentSize: 1460, windowScale: 0, timestamps: false, sackPermitted: false },
  ],
  [
    { timestamp: 1, wscale: 2 },
    "02 04 05 ac 04 02 08 0a 00 00 00 07 00 00 00 63 01 03 03 02",
    { segmentSize: 1452, windowScale: 7, timestamps: true, sackPermitted: true },
  ],
])("with %j a SYN of Linux is answered with the options %s", (settings, options, data) => {
  const { answer, data: told } = turned(settings);
  expect(hex(tcpOptionArea(answer))).toBe(options);
  expect(told).toEqual(data);
});

test("a SYN without options is one for segments of 536 octets, and its answer has none", () => {
  const syn = linuxSyn();
  syn.synOptions = null;
  syn.hasTimestamps = false;
  syn.length = packetLength(syn);
  let size = 0;
  const answer = turnRound(syn, 2, synProxy, NOW, ({ segmentSize }) => {
    size = segmentSize;
    return 0;
  });
  expect([size, answer.length]).toEqual([536, 40]);
});

test("the server's SYN begins where the client did, with what the cookie says", () => {
  const ack = linuxSyn();
  ack.tcpFlags = TcpFlag.ack;
  ack.sequenceNumber = 1001;
  const data = { segmentSize: 1440, windowScale: 3, timestamps: true, sackPermitted: false };
  expect(serverSyn(ack, 3, data, NOW)).toMatchObject({
    source: 1,
    destination: 2,
    tcpFlags: TcpFlag.syn,
    sequenceNumber: 1000,
    acknowledgementNumber: 0,
    window: 5000,
    ttl: 64,
    tos: 8,
    synOptions: { maximumSegmentSize: 1440, windowScale: 3, sackPermitted: false },
    timestampValue: 7,
    timestampEcho: 0,
    length: 60,
  });
});
