/**
 * All that can be seen of a run without a trace: every frame at every tap with its instant, and what the kernels list. A run
 * without a trace takes short cuts that one with a trace does not, and must look the same.
 */
import {
  encodeFrame,
  encodePacket,
  type HostDevice,
  type NetworkNamespace,
  neighbourListing,
  type Simulation,
} from "@lvsim/core";

/** FNV-1a of words and octets, 32 bits. */
const mix = (hash: number, word: number): number => Math.imul(hash ^ word, 0x01000193);
const FIRST = 0x811c9dc5;

export class Seen {
  readonly simulation: Simulation;
  private readonly devices: HostDevice[] = [];
  /** Of each frame at each tap: when, at which of the devices, and a digest of its octets and direction. */
  private readonly instants: number[] = [];
  private readonly places: number[] = [];
  private readonly digests: number[] = [];

  /** Sees everything from now on, at all devices that there are and that are made later. */
  constructor(simulation: Simulation) {
    this.simulation = simulation;
    for (const namespace of simulation.namespaces) {
      this.tapAll(namespace);
      namespace.watch({
        configChanged: () => this.tapAll(namespace),
        carrierChanged: () => {},
        neighbourChanged: () => {},
      });
    }
  }

  /** So many frames passed a tap. */
  get count(): number {
    return this.digests.length;
  }

  /** What differs first between two runs, in words; null when nothing does. */
  differenceTo(other: Seen): string | null {
    const count = Math.max(this.count, other.count);
    for (let i = 0; i < count; i++)
      if (
        this.instants[i] !== other.instants[i] ||
        this.places[i] !== other.places[i] ||
        this.digests[i] !== other.digests[i]
      )
        return `frame ${i}: ${this.frame(i)}, or ${other.frame(i)}`;
    const lists = [listed(this.simulation), listed(other.simulation)] as const;
    const at = lists[0].findIndex((line, i) => line !== lists[1][i]);
    if (at >= 0) return `${lists[0][at]}, or ${lists[1][at]}`;
    return lists[0].length === lists[1].length ? null : "one lists more than the other";
  }

  private tapAll(namespace: NetworkNamespace): void {
    for (const device of namespace.devices()) this.tap(device);
  }

  private tap(device: HostDevice): void {
    if (this.devices.includes(device)) return;
    const place = this.devices.push(device) - 1;
    const encode = device.hasLinkHeader ? encodeFrame : encodePacket;
    const { engine } = this.simulation;
    device.taps = [
      ...(device.taps ?? []),
      {
        tapped: (frame, direction) => {
          const octets = encode(frame);
          let hash = mix(FIRST, direction === "in" ? 0 : 1);
          for (let i = 0; i < octets.length; i++) hash = mix(hash, octets[i] as number);
          this.instants.push(engine.now);
          this.places.push(place);
          this.digests.push(hash);
        },
      },
    ];
  }

  private frame(at: number): string {
    const device = this.devices[this.places[at] ?? -1];
    const digest = ((this.digests[at] ?? 0) >>> 0).toString(16);
    return device === undefined
      ? "none"
      : `${digest} at ${(this.instants[at] ?? 0) / 1e9} s on ${this.nameOf(device)}`;
  }

  private nameOf(device: HostDevice): string {
    const { namespaces } = this.simulation;
    const owner = namespaces.find((namespace) => namespace.devices().includes(device));
    return `${owner?.name ?? "?"}.${device.name}`;
  }
}

/** What the kernels of a run know now: counters, neighbours, virtual services, connections. */
export function listed({ engine, namespaces }: Simulation): string[] {
  const lines = [`${engine.eventCount} events until ${engine.now}`];
  for (const namespace of namespaces) {
    const { name, counters, neighbours, ipvs, netfilter } = namespace;
    const tell = (what: string, value: unknown): void => {
      lines.push(`${name} ${what} ${JSON.stringify(value)}`);
    };
    tell("counts", counters);
    for (const device of namespace.devices()) tell(device.name, device.counters);
    for (const entry of neighbours.entries()) {
      const { device, ...facts } = neighbourListing(entry, entry.state);
      tell(`neighbour on ${device.name}`, facts);
    }
    tell("IPVS", [ipvs.totals(), ipvs.counted(), ipvs.syncCounters]);
    for (const service of ipvs.services()) tell("service", service);
    for (const connection of ipvs.connections()) tell("connection", connection);
    for (const tracked of netfilter.connections.loaded?.list() ?? [])
      tell("tracks", [tracked.describe(), tracked.status, tracked.timeout]);
  }
  return lines;
}
