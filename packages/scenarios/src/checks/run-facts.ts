/** What checks look up in a run: requests, events of the trace, owners of addresses. */
import {
  formatIpv4Address,
  type Ipv4Address,
  type MacAddress,
  parseIpv4Address,
  type TraceEvent,
} from "@lvsim/core";
import type { RequestPattern, TracePattern } from "../lab-file/check-schema.ts";
import { hostOfPlace } from "../run/answers.ts";
import type { LabRun, RequestRun } from "../run/lab-run.ts";
import { ownershipOf } from "../views/ownership.ts";
import { matchesPacket } from "./packet-match.ts";

/** What of a run is looked at. */
export type SeenRun = Pick<LabRun, "hosts" | "requests" | "events" | "frames">;

export class RunFacts {
  readonly run: SeenRun;
  private readonly hosts: ReadonlySet<string>;
  private readonly macs = new Map<string, Set<MacAddress>>();
  private readonly owners = new Map<MacAddress, string>();

  constructor(run: SeenRun) {
    this.run = run;
    this.hosts = new Set(run.hosts.map(({ name }) => name));
    for (const { name, before, after } of run.hosts)
      for (const { kind, name: device, mac } of [...before.devices, ...after.devices]) {
        if (kind === "loopback") continue;
        for (const plug of [name, `${name}.${device}`])
          this.macs.set(plug, (this.macs.get(plug) ?? new Set()).add(mac));
        this.owners.set(mac, `${name}.${device}`);
      }
  }

  requests(pattern: RequestPattern): RequestRun[] {
    const { from, run, status, server, stdout, stderr, longer, shorter } = pattern;
    return this.run.requests.filter((request) => {
      const took = request.endedAt - request.beganAt;
      return (
        (from === undefined || request.from === from) &&
        (run === undefined || request.command.includes(run)) &&
        (status === undefined || request.status === status) &&
        (server === undefined || (request.server ?? "none") === server) &&
        (stdout === undefined || request.stdout.includes(stdout)) &&
        (stderr === undefined || request.stderr.includes(stderr)) &&
        (longer === undefined || took > longer) &&
        (shorter === undefined || took < shorter)
      );
    });
  }

  events(pattern: TracePattern): TraceEvent[] {
    return this.run.events.filter((event) => this.matches(event, pattern));
  }

  /** `rs1.eth0`: whom `host` takes for the owner of an address; "" for nobody. */
  ownerOf(address: string, host: string): string {
    const parsed = parseIpv4Address(address) as Ipv4Address;
    const { beliefs } = ownershipOf(this.run, parsed);
    const owner = beliefs.find((belief) => belief.host === host)?.owner;
    return owner === undefined ? "" : (this.owners.get(owner) ?? "");
  }

  private matches(event: TraceEvent, pattern: TracePattern): boolean {
    const { event: kind, at, reason, by, address, packet } = pattern;
    if (event.kind !== kind) return false;
    if (at !== undefined && event.place !== at && hostOfPlace(event.place, this.hosts) !== at)
      return false;
    if (reason !== undefined && !(event.kind === "dropped" && event.reason === reason))
      return false;
    if (by !== undefined && !("decider" in event && event.decider?.describe().includes(by)))
      return false;
    if (address !== undefined && addressOf(event) !== address) return false;
    if (packet === undefined) return true;
    const header = "header" in event ? event.header : this.headerOf(event);
    return (
      header !== undefined &&
      matchesPacket(header, packet, (plug) => this.macs.get(plug) ?? new Set())
    );
  }

  /** Of the packet that a note is about, when it was seen last. */
  private headerOf(event: TraceEvent) {
    if (!("frame" in event)) return undefined;
    const before = this.run.frames
      .story(event.frame)
      .filter((other) => "header" in other && other.index < event.index)
      .at(-1);
    return before !== undefined && "header" in before ? before.header : undefined;
  }
}

/** The address that a note is about; undefined for other events. */
function addressOf(event: TraceEvent): string | undefined {
  switch (event.kind) {
    case "scheduled":
      return formatIpv4Address(event.server as Ipv4Address);
    case "neighbour":
      return formatIpv4Address(event.address as Ipv4Address);
    case "arp-suppressed":
      return formatIpv4Address(event.target as Ipv4Address);
    case "forwarded":
      return formatIpv4Address(event.destination as Ipv4Address);
    default:
      return undefined;
  }
}
