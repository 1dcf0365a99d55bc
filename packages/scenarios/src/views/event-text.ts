/** One event of the trace as one line. */
import {
  EtherType,
  type FrameHeader,
  type Ipv4Address,
  type MacAddress,
  NEIGHBOUR_STATE_NAMES,
  type NeighbourState,
  type NoteEvent,
  TCP_STATE_NAMES,
  type TraceEvent,
  Verdict,
} from "@lvsim/core";
import { padTo, timeText } from "./layout.ts";
import type { Names } from "./names.ts";
import { hookName, methodName, packetText } from "./packet-text.ts";
import { type Line, line, type Page, span } from "./styled.ts";
import { say } from "./texts.ts";

const VERDICT_NAMES: ReadonlyMap<number, string> = new Map<number, string>([
  [Verdict.accept, "ACCEPT"],
  [Verdict.drop, "DROP"],
  [Verdict.stolen, "STOLEN"],
]);

/** Every event, one line each, in the trace's own words. */
export function eventLines(events: Iterable<TraceEvent>, names: Names, page: Page): Line[] {
  const lines: Line[] = [];
  for (const event of events) {
    const frame = event.kind === "changed" || event.frame === 0 ? "" : `#${event.frame}`;
    const head = `${padTo(page, timeText(event.at), 11)}${padTo(page, frame, 6)}${padTo(page, event.place, 22)} `;
    const bad = event.kind === "dropped";
    const text = eventText(event, names);
    lines.push(
      line(
        span(head, "dim"),
        span(`${padTo(page, event.kind, 11)} ${text}`, bad ? "bad" : "plain"),
      ),
    );
  }
  return lines;
}

export function eventsHeading(count: number, page: Page): Line {
  return line(span(say(page.language, "eventsHeading", { count }), "title"));
}

function eventText(event: TraceEvent, names: Names): string {
  switch (event.kind) {
    case "changed": {
      const { process, file, line: at } = event.origin;
      const where = file === "" ? "" : ` (${file}:${at})`;
      const what = event.patches.map(({ path }) => path.join("/")).join(" ");
      return `${process}${where}: ${what}`;
    }
    case "sent":
    case "received":
    case "delivered":
      return headerText(event.header, names);
    case "dropped":
      return `${event.reason}${deciderText(event)} ${headerText(event.header, names)}`;
    default:
      return `${noteText(event, names)}${deciderText(event)}`;
  }
}

const deciderText = ({ decider }: Pick<NoteEvent, "decider">): string =>
  decider === null ? "" : ` [${decider.describe()}]`;

function headerText(header: FrameHeader, names: Names): string {
  const macs =
    header.sourceMac === 0
      ? ""
      : `${names.mac(header.sourceMac)} → ${names.mac(header.destinationMac)}, `;
  if (header.etherType === EtherType.arp) {
    const ends = `${names.address(header.source)} → ${names.address(header.destination)}`;
    return `${macs}ARP ${header.arpOperation === 1 ? "request" : "reply"} ${ends}`;
  }
  return `${macs}${packetText(header, names)} ttl ${header.ttl}`;
}

function noteText(event: NoteEvent, names: Names): string {
  const address = (value: number): string => names.address(value as Ipv4Address);
  switch (event.kind) {
    case "verdict":
      return `${hookName(event.hook)} ${VERDICT_NAMES.get(event.verdict) ?? event.verdict}`;
    case "log":
      return hookName(event.hook);
    case "route":
      return `device ${event.outputInterface} via ${address(event.nextHop)}`;
    case "scheduled":
      return `${address(event.server)}:${event.serverPort} ${methodName(event.forwardingMethod)}`;
    case "connection":
      return `${TCP_STATE_NAMES[event.from] ?? event.from} → ${TCP_STATE_NAMES[event.to] ?? event.to}`;
    case "forwarded":
      return `${address(event.destination)}:${event.destinationPort} ${methodName(event.forwardingMethod)}`;
    case "neighbour": {
      const state = (value: number): string =>
        NEIGHBOUR_STATE_NAMES.get(value as NeighbourState) ?? String(value);
      const owner = names.mac(event.linkAddress as MacAddress);
      return `${address(event.address)} is ${owner}: ${state(event.from)} → ${state(event.to)}`;
    }
    case "arp-suppressed":
      return `${address(event.target)} asked by ${address(event.sender)}`;
    case "tcp-state":
      return `${event.from} → ${event.to}, port ${event.localPort} ↔ ${event.remotePort}`;
    case "tcp-retransmit":
      return `sequence ${event.sequenceNumber >>> 0}, after ${event.timeoutMs} ms, try ${event.attempt}`;
    case "application":
      return "";
    case "process":
      return event.status === -1 ? `pid ${event.pid}` : `pid ${event.pid} ended: ${event.status}`;
  }
}
