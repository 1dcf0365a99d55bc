/**
 * Random TCP segments through a router, and what connection tracking of a real kernel (6.18) made of each: its state
 * for rules, then the entry as `conntrack -L` shows it.
 */
import { expect, test } from "vitest";
import { Frame } from "../../packet/frame.ts";
import { type Ipv4Address, parseIpv4Address } from "../../packet/ipv4-address.ts";
import { IpProtocol, TcpFlag } from "../../packet/protocol.ts";
import { Engine } from "../../time/engine.ts";
import { initialSysctls } from "../sysctl/defaults.ts";
import { globalSysctls } from "../sysctl/global-sysctls.ts";
import { ConnectionTracking } from "./connection-tracking.ts";
import sequences from "./recorded-tcp.json" with { type: "json" };
import { TRACKED_TCP_STATE_NAMES } from "./tcp-state-table.ts";
import { ConnectionStatus, type TrackedPacket } from "./tracked-connection.ts";

const A = parseIpv4Address("10.9.0.50") as Ipv4Address;
const B = parseIpv4Address("10.8.0.50") as Ipv4Address;

const FLAGS: Readonly<Record<string, number>> = {
  S: TcpFlag.syn,
  F: TcpFlag.fin,
  R: TcpFlag.rst,
  P: TcpFlag.psh,
  A: TcpFlag.ack,
  "-": 0,
};

/** `side flags seq ack window length options`; options: 1 window scale in the upper bits, 2 SACK permitted. */
function segment(words: readonly string[]): Frame {
  const [side, flags = "", ...rest] = words;
  const [seq = 0, ack = 0, window = 0, length = 0, options = 0] = rest.map(Number);
  const frame = new Frame(1);
  frame.protocol = IpProtocol.tcp;
  frame.source = side === "a" ? A : B;
  frame.destination = side === "a" ? B : A;
  frame.sourcePort = side === "a" ? 20_000 : 80;
  frame.destinationPort = side === "a" ? 80 : 20_000;
  for (const letter of flags) frame.tcpFlags |= FLAGS[letter] ?? 0;
  frame.sequenceNumber = seq | 0;
  frame.acknowledgementNumber = ack | 0;
  frame.window = window;
  frame.payloadLength = length;
  if ((frame.tcpFlags & TcpFlag.syn) !== 0)
    frame.synOptions = {
      maximumSegmentSize: 0,
      windowScale: (options & 1) === 0 ? -1 : options >> 4,
      sackPermitted: (options & 2) !== 0,
    };
  return frame;
}

const INFO = ["ESTABLISHED", "RELATED", "NEW", "ESTABLISHED", "RELATED"];

/** What tracking makes of a segment, in the form of the recording. */
function judged(tracking: ConnectionTracking, frame: Frame): string {
  tracking.track(frame, true);
  tracking.confirm(frame);
  const view = frame.conntrack as TrackedPacket | null;
  const info = view === null ? "INVALID" : INFO[view.info];
  const [entry] = tracking.list();
  if (entry === undefined) return `${info} -`;
  const state = TRACKED_TCP_STATE_NAMES[entry.tcp?.state ?? 0];
  // the recording was made some milliseconds later
  const left = Math.ceil((entry.timeout - tracking.jiffies) / 250) - 1;
  const replied = entry.has(ConnectionStatus.seenReply) ? "R" : "-";
  const assured = entry.has(ConnectionStatus.assured) ? "A" : "-";
  return `${info} ${state} ${left} ${replied}${assured}`;
}

test.each((sequences as readonly (readonly string[])[]).map((steps, index) => ({ index, steps })))(
  "sequence $index is tracked as by a real kernel",
  ({ steps }) => {
    const engine = new Engine();
    const { conntrack } = globalSysctls(initialSysctls());
    const tracking = new ConnectionTracking({ engine, conntrackSysctls: conntrack });
    const got = steps.map((step) => {
      const [words = ""] = step.split(" > ");
      return `${words} > ${judged(tracking, segment(words.split(" ")))}`;
    });
    expect(got).toEqual(steps);
  },
);
