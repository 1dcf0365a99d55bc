/**
 * What the LOG and TRACE targets tell of a packet, as values; log-line.ts has the kernel's words. Left out: --log-uid
 * (frames do not know their socket) and --log-macdecode.
 */
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { MacAddress } from "../../packet/mac-address.ts";
import { IpProtocol } from "../../packet/protocol.ts";
import type { Instant } from "../../time/instant.ts";
import { writeTcpOptions } from "../../wire/tcp-options.ts";
import type { TableName } from "./config.ts";
import type { HookPoint } from "./hook.ts";

/** The packet as it was then. */
export interface PacketFacts {
  readonly source: Ipv4Address;
  readonly destination: Ipv4Address;
  readonly protocol: number;
  readonly ttl: number;
  readonly tos: number;
  readonly identification: number;
  /** Flags and offset, see `FragmentField`. */
  readonly fragment: number;
  /** IP total length and header length in octets. */
  readonly length: number;
  readonly headerLength: number;
  readonly ipOptions: Uint8Array;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly tcpFlags: number;
  readonly sequenceNumber: number;
  readonly acknowledgementNumber: number;
  readonly window: number;
  readonly tcpOptions: Uint8Array;
  readonly icmpType: number;
  readonly icmpCode: number;
  readonly icmpRest: number;
}

/** What a rule adds to the packet. */
export interface LogHead {
  readonly at: Instant;
  readonly table: TableName;
  /** The built-in chain by which the packet came; the rule may stand in a user's chain. */
  readonly point: HookPoint;
  readonly prefix: string;
  /** Syslog's levels: 4 is warning. */
  readonly level: number;
  /** --log-tcp-sequence. */
  readonly withSequence: boolean;
  /** --log-tcp-options, --log-ip-options. */
  readonly withTcpOptions: boolean;
  readonly withIpOptions: boolean;
  /** Names of the devices; "" where the kernel has none. */
  readonly input: string;
  readonly output: string;
  /** Ports of a bridge; "" for none. */
  readonly physicalInput: string;
  readonly physicalOutput: string;
}

/** One line for the kernel's log. */
export interface LogEntry extends LogHead, PacketFacts {
  readonly sourceMac: MacAddress;
  readonly destinationMac: MacAddress;
  readonly mark: number;
  /** The packet that an ICMP error quotes; null for none. */
  readonly quoted: PacketFacts | null;
}

/** Takes the lines that a namespace's rules make. */
export type LogSink = (entry: LogEntry) => void;

/** IPv4 header without options. */
const HEADER_LENGTH = 20;
const TCP_OPTIONS_MAX = 40;
const NONE = new Uint8Array(0);

function tcpOptionsOf(frame: Frame): Uint8Array {
  if (frame.protocol !== IpProtocol.tcp) return NONE;
  const octets = new Uint8Array(TCP_OPTIONS_MAX);
  return octets.subarray(0, writeTcpOptions(frame, octets, 0));
}

const factsOf = (frame: Frame): PacketFacts => ({
  source: frame.source,
  destination: frame.destination,
  protocol: frame.protocol,
  ttl: frame.ttl,
  tos: frame.tos,
  identification: frame.identification,
  fragment: frame.fragment,
  length: frame.length,
  headerLength: HEADER_LENGTH + (frame.ipOptions?.length ?? 0),
  ipOptions: frame.ipOptions ?? NONE,
  sourcePort: frame.sourcePort,
  destinationPort: frame.destinationPort,
  tcpFlags: frame.tcpFlags,
  sequenceNumber: frame.sequenceNumber,
  acknowledgementNumber: frame.acknowledgementNumber,
  window: frame.window,
  tcpOptions: tcpOptionsOf(frame),
  icmpType: frame.icmpType,
  icmpCode: frame.icmpCode,
  icmpRest: frame.icmpRest,
});

export const logEntry = (head: LogHead, frame: Frame): LogEntry => ({
  ...head,
  ...factsOf(frame),
  sourceMac: frame.sourceMac,
  destinationMac: frame.destinationMac,
  mark: frame.mark,
  quoted: frame.protocol === IpProtocol.icmp && frame.inner !== null ? factsOf(frame.inner) : null,
});
