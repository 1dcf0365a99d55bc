/**
 * What `ip -s link` and /proc/net/snmp count is what the trace told. Left out: devices that stand on others or join two, and
 * on directors all of /proc/net/snmp, because drops of IPVS have no counter there.
 */
import type { DropReason, IpCounters, NetworkNamespace } from "@lvsim/core";
import { EtherType, type Frame } from "@lvsim/core";
import type { Invariant, InvariantWatch, Tell } from "../invariant.ts";
import type { Place, Scene } from "../scene.ts";
import { isPlain, isWinding } from "./facts.ts";

export const counters: Invariant = {
  name: "counters show what happened",
  watch: (scene, tell) => new CounterLedger(scene, tell),
};

/** Counters of /proc/net/snmp, each with the drops that it stands for. */
const IP_COUNTERS: readonly (readonly [
  name: string,
  counted: (counters: IpCounters) => number,
  reasons: readonly DropReason[],
])[] = [
  [
    "InHdrErrors",
    (counters) => counters.InHdrErrors,
    ["ip-header-error", "ip-checksum", "ip-ttl-exceeded", "ip-bad-option"],
  ],
  ["InCsumErrors", (counters) => counters.InCsumErrors, ["ip-checksum"]],
  ["InUnknownProtos", (counters) => counters.InUnknownProtos, ["ip-protocol-unknown"]],
  ["IPReversePathFilter", (counters) => counters.IPReversePathFilter, ["ip-reverse-path-filter"]],
  ["IcmpInCsumErrors", (counters) => counters.IcmpInCsumErrors, ["icmp-checksum"]],
  ["FragFails", (counters) => counters.FragFails, ["ip-too-big"]],
  [
    "limited ICMP",
    (counters) => counters.IcmpOutRateLimitGlobal + counters.IcmpOutRateLimitHost,
    ["icmp-rate-limited"],
  ],
];

/** What a device was seen to do. */
interface Traffic {
  readonly place: Place;
  sent: number;
  received: number;
}

class CounterLedger implements InvariantWatch {
  private readonly scene: Scene;
  private readonly tell: Tell;
  private readonly traffic = new Map<number, Traffic>();
  /** By host: IPv4 packets that a device took in, and drops at the host itself. */
  private readonly arrived = new Map<string, number>();
  private readonly drops = new Map<string, Map<DropReason, number>>();
  /** Hosts that were directors at some time. */
  private readonly directors = new Set<string>();

  constructor(scene: Scene, tell: Tell) {
    this.scene = scene;
    this.tell = tell;
  }

  sent(_at: number, place: Place): void {
    if (place.host !== null) this.of(place).sent++;
  }

  received(_at: number, place: Place, frame: Frame): void {
    const { host, owner } = place;
    if (host === null) return;
    this.of(place).received++;
    if (frame.etherType === EtherType.ipv4 && frame.vlanTag < 0)
      this.arrived.set(owner, (this.arrived.get(owner) ?? 0) + 1);
  }

  dropped(_at: number, place: Place, _frame: Frame, reason: DropReason): void {
    if (place.kind !== "host") return;
    const mine = this.drops.get(place.owner) ?? new Map<DropReason, number>();
    this.drops.set(place.owner, mine);
    mine.set(reason, (mine.get(reason) ?? 0) + 1);
  }

  look(): number {
    for (const { name, config } of this.scene.simulation.namespaces)
      if (config.ipvs.services.length > 0) this.directors.add(name);
    return 0;
  }

  close(): void {
    for (const { place, sent, received } of this.traffic.values()) {
      const device = this.scene.device(place);
      if (device === undefined || isWinding(device)) continue;
      const { sentPackets, receivedPackets } = device.counters;
      if (sentPackets !== sent || receivedPackets !== received)
        this.tell(
          place.name,
          `counts ${sentPackets} sent and ${receivedPackets} received, the trace ${sent} and ${received}`,
        );
    }
    for (const host of this.scene.simulation.namespaces) this.checkHost(host);
  }

  private checkHost(host: NetworkNamespace): void {
    const { name, counters: counted } = host;
    if (this.directors.has(name)) return;
    if (!isPlain(host)) return;
    const drops = this.drops.get(name);
    for (const [counter, read, reasons] of IP_COUNTERS) {
      const seen = reasons.reduce((sum, reason) => sum + (drops?.get(reason) ?? 0), 0);
      if (read(counted) !== seen)
        this.tell(name, `counts ${counter} ${read(counted)}, not ${seen}`);
    }
    const arrived = this.arrived.get(name) ?? 0;
    if (counted.InReceives > arrived)
      this.tell(name, `counts ${counted.InReceives} packets, of which ${arrived} arrived`);
  }

  private of(place: Place): Traffic {
    let traffic = this.traffic.get(place.id);
    if (traffic === undefined) {
      traffic = { place, sent: 0, received: 0 };
      this.traffic.set(place.id, traffic);
    }
    return traffic;
  }
}
