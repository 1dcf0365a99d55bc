/**
 * A lab's checks as lines of a script. Commands, requests, owners of addresses and frames on cables can be looked up on a
 * real machine; what only a simulation sees (decisions, drop reasons, which server took a request in) is named as unseen.
 */
import type { Check, PacketPattern, TracePattern } from "../lab-file/check-schema.ts";
import type { LabDefinition } from "../lab-file/schema.ts";
import { devicesOf, type PlacedDevice } from "./devices.ts";
import { command } from "./shell-words.ts";

/** When a check can be made: while the machines still run, or when the captures are closed. */
export interface CheckLine {
  readonly when: "running" | "recorded";
  readonly line: string;
}

export const checkLine = (lab: LabDefinition, check: Check, index: number): CheckLine => {
  const head = [index + 1, check.level] as const;
  const unseen = (why: string): CheckLine => ({
    when: "recorded",
    line: command("unseen", ...head, why),
  });
  const { nodes, exec, valid, wait, requests, trace, owner } = check;
  if (exec !== undefined && nodes !== undefined) {
    const { status, stdout, without, stderr } = valid ?? {};
    const words = [status ?? "", stdout ?? "", without ?? "", stderr ?? ""];
    const seconds = Math.ceil((wait ?? 0) / 1e9);
    const line = command("check_command", ...head, seconds, nodes.join(" "), exec, ...words);
    return { when: "running", line };
  }
  if (owner !== undefined) {
    const macs = macsOf(lab, owner.is);
    if (macs.length === 0)
      return unseen(`${owner.is} has no MAC address of its own in the lab file`);
    return {
      when: "running",
      line: command("check_owner", ...head, owner.seenBy, owner.of, ...macs),
    };
  }
  const times = check.times ?? "some";
  if (requests !== undefined) {
    const { from, run, status, server, stdout, stderr, longer, shorter } = requests;
    if (server !== undefined) return unseen("which server took a request in");
    const words = [from ?? "", run ?? "", status ?? "", stdout ?? "", stderr ?? ""];
    const limits = [longer, shorter].map((limit) => (limit === undefined ? "" : limit / 1e6));
    return {
      when: "recorded",
      line: command("check_requests", ...head, times, ...words, ...limits),
    };
  }
  return trace === undefined ? unseen("nothing") : traceLine(lab, trace, times, head, unseen);
};

function traceLine(
  lab: LabDefinition,
  { event, at, reason, by, address, packet }: TracePattern,
  times: number | string,
  head: readonly (string | number)[],
  unseen: (why: string) => CheckLine,
): CheckLine {
  if ((event !== "sent" && event !== "received") || reason !== undefined || by !== undefined)
    return unseen(`${event}: what the kernel decides`);
  if (at === undefined || address !== undefined) return unseen(`${event} at any place`);
  const places = placesOf(lab, at);
  if (places.length === 0) return unseen(`${at} is no device of the lab file`);
  const way = event === "sent" ? "ether src" : "not ether src";
  const files = places.map(({ host, device, mac }) => `${host}.${device}=${way} ${mac}`);
  const filter = packetFilter(lab, packet ?? {});
  return { when: "recorded", line: command("check_frames", ...head, times, filter, ...files) };
}

/** A host's devices, or the one that `host.device` names. */
const placesOf = (lab: LabDefinition, plug: string): PlacedDevice[] =>
  devicesOf(lab).filter(({ host, device }) => plug === host || plug === `${host}.${device}`);

const macsOf = (lab: LabDefinition, plug: string): string[] =>
  placesOf(lab, plug).map(({ mac }) => mac);

const FLAG_BITS: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, A: 16, U: 32 };
const PROTOCOLS: Readonly<Record<PacketPattern["protocol"] & {}, string>> = {
  arp: "arp",
  icmp: "icmp",
  ipip: "ip proto 4",
  tcp: "tcp",
  udp: "udp",
  gre: "ip proto 47",
  vrrp: "ip proto 112",
};

/** The pattern in tcpdump's words. */
export function packetFilter(lab: LabDefinition, pattern: PacketPattern): string {
  const { protocol, source, destination, sourcePort, destinationPort } = pattern;
  const { flags, icmp, arp, sourceMac, destinationMac, ttl } = pattern;
  const terms: string[] = [];
  if (protocol !== undefined) terms.push(PROTOCOLS[protocol]);
  if (source !== undefined) terms.push(`src host ${source}`);
  if (destination !== undefined) terms.push(`dst host ${destination}`);
  if (sourcePort !== undefined) terms.push(`src port ${sourcePort}`);
  if (destinationPort !== undefined) terms.push(`dst port ${destinationPort}`);
  if (flags !== undefined) {
    const bits = [...flags].reduce((sum, letter) => sum + (FLAG_BITS[letter] ?? 0), 0);
    terms.push(`tcp[13] & 0x3f = ${bits}`);
  }
  if (icmp !== undefined) {
    const [type = "", code = ""] = icmp.split("/");
    terms.push(`icmp[0] = ${type} and icmp[1] = ${code}`);
  }
  if (arp !== undefined) terms.push(`arp[6:2] = ${arp === "request" ? 1 : 2}`);
  if (ttl !== undefined) terms.push(`ip[8] = ${ttl}`);
  for (const [side, plug] of [
    ["src", sourceMac],
    ["dst", destinationMac],
  ] as const) {
    if (plug === undefined) continue;
    const macs = macsOf(lab, plug);
    // none of its devices stands in the lab file: no frame of a cable has it
    terms.push(
      macs.length === 0 ? "less 1" : `(${macs.map((m) => `ether ${side} ${m}`).join(" or ")})`,
    );
  }
  return terms.length === 0 ? "greater 0" : terms.join(" and ");
}
