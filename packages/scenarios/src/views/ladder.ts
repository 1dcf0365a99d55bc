/** A request as a sequence of messages between hosts: what text, Mermaid and SVG draw. */
import {
  ArpOperation,
  BROADCAST_MAC,
  type DropReason,
  EtherType,
  type FrameHeader,
  formatIpv4Address,
  type Instant,
  IpProtocol,
  type Ipv4Address,
  ZERO_MAC,
} from "@lvsim/core";
import type { LabRun, RequestRun } from "../run/lab-run.ts";
import { exchangeOf } from "./exchange.ts";
import type { Names } from "./names.ts";
import { methodName, packetText } from "./packet-text.ts";
import type { Page } from "./styled.ts";
import { say } from "./texts.ts";

/** One line of the ladder: a message, or something that happens on one host. */
export type Rung =
  | {
      readonly kind: "message";
      readonly at: Instant;
      readonly frame: number;
      readonly from: string;
      /** Of a broadcast the farthest who heard it, as far as the ladder shows them; itself when none does. */
      readonly to: string;
      readonly isBroadcast: boolean;
      readonly text: string;
    }
  | {
      readonly kind: "note";
      readonly at: Instant;
      readonly frame: number;
      readonly host: string;
      readonly text: string;
      readonly bad: boolean;
    };

export interface Ladder {
  /** In order of appearance, the one that asks first. */
  readonly hosts: readonly string[];
  readonly rungs: readonly Rung[];
  /** Rungs that were left out at the end. */
  readonly more: number;
}

const HARMLESS: ReadonlySet<DropReason> = new Set<DropReason>([
  "other-host",
  "arp-ignored",
  "arp-not-for-us",
]);

/** At most so many rungs. */
const RUNGS_MAX = 60;

export function ladderOf(
  run: LabRun,
  request: RequestRun,
  names: Names,
  page: Page,
  most: number = RUNGS_MAX,
): Ladder {
  const { request: asked, reply, arp, rest } = exchangeOf(run, request);
  const frames = new Set([...asked, ...reply, ...arp, ...rest]);
  const rungs: Rung[] = [];
  for (const event of run.events) {
    if (event.kind === "changed" || !frames.has(event.frame)) continue;
    const host = names.hostOf(event.place);
    if (host === "") continue;
    const base = { at: event.at, frame: event.frame };
    if (event.kind === "sent" && event.header.destinationMac !== ZERO_MAC) {
      const { destinationMac } = event.header;
      const isBroadcast = destinationMac === BROADCAST_MAC;
      const to = isBroadcast ? host : names.hostWith(destinationMac);
      const text = messageText(event.header, names, page);
      if (to !== "") rungs.push({ kind: "message", ...base, from: host, to, isBroadcast, text });
    } else if (event.kind === "scheduled") {
      const server = names.hostAt(event.server as Ipv4Address);
      const method = methodName(event.forwardingMethod);
      rungs.push({
        kind: "note",
        ...base,
        host,
        text: say(page.language, "ladderScheduled", { server, method }),
        bad: false,
      });
    } else if (event.kind === "dropped" && !HARMLESS.has(event.reason)) {
      const text = `✗ ${say(page.language, "dropped", { reason: event.reason })}`;
      rungs.push({ kind: "note", ...base, host, text, bad: true });
    }
  }
  const shown = rungs.slice(0, most);
  const hosts = hostsOf(shown, request.from);
  const spread = shown.map((rung) =>
    rung.kind === "message" && rung.isBroadcast
      ? { ...rung, to: farthest(run, rung, hosts, names) }
      : rung,
  );
  return { hosts, rungs: spread, more: rungs.length - shown.length };
}

/** The host of the ladder that heard a broadcast and stands farthest from its sender. */
function farthest(
  run: LabRun,
  { frame, from }: { readonly frame: number; readonly from: string },
  hosts: readonly string[],
  names: Names,
): string {
  const heard = new Set(
    run.frames
      .story(frame)
      .filter(({ kind }) => kind === "received")
      .map(({ place }) => names.hostOf(place)),
  );
  const away = (host: string): number => Math.abs(hosts.indexOf(host) - hosts.indexOf(from));
  return hosts
    .filter((host) => heard.has(host))
    .reduce((best, host) => (away(host) > away(best) ? host : best), from);
}

function messageText(header: FrameHeader, names: Names, { language }: Page): string {
  if (header.etherType !== EtherType.arp) {
    const inner = header.protocol === IpProtocol.icmp ? null : header.inner;
    const around = inner === null ? "" : ` [${packetText(inner, names)}]`;
    return `${packetText(header, names)}${around}`;
  }
  const address = names.short
    ? names.address(
        header.arpOperation === ArpOperation.request ? header.destination : header.source,
      )
    : formatIpv4Address(
        header.arpOperation === ArpOperation.request ? header.destination : header.source,
      );
  return header.arpOperation === ArpOperation.request
    ? say(language, "arpAsks", { address })
    : say(language, "arpReply", { address, host: names.hostWith(header.arpSenderMac) });
}

function hostsOf(rungs: readonly Rung[], first: string): string[] {
  const hosts = new Set([first]);
  for (const rung of rungs)
    for (const host of rung.kind === "note" ? [rung.host] : [rung.from, rung.to])
      if (host !== "") hosts.add(host);
  return [...hosts];
}
