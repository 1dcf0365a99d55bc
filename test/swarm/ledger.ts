/**
 * Double entry for frames: a trace that keeps, for every frame, how many copies a cable or a host holds. What came in must
 * go out, be delivered, or be dropped with a reason; when nothing happens any more nobody may hold anything.
 */
import {
  type ChangeOrigin,
  type DropReason,
  EtherType,
  FragmentField,
  type Frame,
  FrameOrigin,
  formatIpv4Address,
  type Instant,
  type Ipv4Address,
  type NoteKind,
  type PlaceId,
  type Trace,
} from "@lvsim/core";

const OFFSET = FragmentField.offsetMask;
const isPart = (frame: Frame): boolean =>
  (frame.fragment & (OFFSET | FragmentField.moreFragments)) !== 0;

/** How many copies of a frame someone holds, and what he knows of it. */
interface Holding {
  copies: number;
  /** The TTL with which it came in; 0 when it did not come in. */
  ttl: number;
  /** Its fragment offset when it came in. */
  offset: number;
}

/** A name in the trace: a host or its device, a switch or its port, a cable. */
interface Place {
  readonly kind: "host" | "switch" | "cable";
  readonly name: string;
  /** The host or switch. */
  readonly owner: string;
  /** The device of a host, the port of a switch; "" for the whole. */
  readonly device: string;
  sent: number;
  received: number;
  /** Of the latter, IPv4 packets. */
  receivedIpv4: number;
}

export interface LedgerOptions {
  readonly hosts: readonly string[];
  readonly switches: readonly string[];
  /** Whether any cable may double frames. */
  readonly duplicates: boolean;
  /** Whether to keep what happened to every frame. */
  readonly tellsStories: boolean;
  /** Whether the host may take in a packet for this address. */
  readonly owns: (host: string, address: Ipv4Address) => boolean;
  /** Whether the host puts fragments together that only pass, as a director does to see their ports. */
  readonly gathers: (host: string) => boolean;
}

export class Ledger implements Trace {
  /** What went wrong, in the order in which it was noticed. */
  readonly problems: string[] = [];
  readonly drops = new Map<DropReason, number>();
  eventCount = 0;
  readonly places: Place[] = [];
  /** By host, for those that are told at the host itself, not at a device. */
  readonly hostDrops = new Map<string, Map<DropReason, number>>();
  /** Frames of which one copy ended at a device while the host held another: nobody can tell which one it was. */
  private readonly unclear = new Set<number>();
  private readonly options: LedgerOptions;
  private readonly ids = new Map<string, PlaceId>();
  /** Copies on cables, by frame. */
  private readonly onCables = new Map<number, number>();
  /** Copies that hosts send to themselves. */
  private readonly inTunnels = new Map<string, number>();
  private readonly onLoopbacks = new Map<number, number>();
  /** By host or switch, then by frame. */
  private readonly holders = new Map<string, Map<number, Holding>>();
  /** Who made a frame, and how many copies of it. */
  /** What happened to each frame; kept only while somebody asks. */
  readonly stories: Map<number, string[]> | null;
  private readonly makers = new Map<number, { readonly host: string; count: number }>();

  constructor(options: LedgerOptions) {
    this.options = options;
    this.stories = options.tellsStories ? new Map() : null;
  }

  private tell(at: Instant, place: Place, what: string, frame: Frame): void {
    if (this.stories === null) return;
    const { id, parentId, etherType, source, destination, protocol, ttl } = frame;
    const from = formatIpv4Address(source);
    const to = formatIpv4Address(destination);
    const kind = etherType === EtherType.arp ? "ARP" : `protocol ${protocol} ttl ${ttl}`;
    const story = this.stories.get(id) ?? [];
    story.push(
      `${at / 1e6} ms ${place.name} ${what} #${id} (of #${parentId}) ${from} > ${to} ${kind}`,
    );
    this.stories.set(id, story);
  }

  place(name: string): PlaceId {
    let id = this.ids.get(name);
    if (id === undefined) {
      id = this.places.length;
      this.ids.set(name, id);
      this.places.push(this.describe(name));
    }
    return id;
  }

  private describe(name: string): Place {
    const { hosts, switches } = this.options;
    const counts = { sent: 0, received: 0, receivedIpv4: 0 };
    const [host = "", device = "", ...more] = name.split(".");
    if (hosts.includes(host) && more.length === 0 && !device.includes("-"))
      return { kind: "host", name, owner: host, device, ...counts };
    const [bridge = "", port = ""] = name.split(":");
    if (switches.includes(bridge))
      return { kind: "switch", name, owner: bridge, device: port, ...counts };
    return { kind: "cable", name, owner: "", device: "", ...counts };
  }

  sent(at: Instant, device: PlaceId, frame: Frame): void {
    this.eventCount++;
    const place = this.places[device] as Place;
    this.tell(at, place, "sent", frame);
    place.sent++;
    if (isTunnel(place.device)) return this.enter(place, frame);
    if (place.kind === "host") this.leave(place, frame, "sent");
    else this.holding(place.owner, frame.id).copies--;
    this.carry(place, frame.id, 1);
  }

  /** What is sent by a tunnel stays on its host, inside another packet. */
  private enter(place: Place, frame: Frame): void {
    this.leave(place, frame, "sent");
    const key = `${place.owner} ${frame.id}`;
    this.inTunnels.set(key, (this.inTunnels.get(key) ?? 0) + 1);
  }

  /** Whether the packet went into a tunnel by a device, and not by IPVS; asked once for each time. */
  private entered(host: string, id: number): boolean {
    const key = `${host} ${id}`;
    const count = this.inTunnels.get(key) ?? 0;
    if (count > 0) this.inTunnels.set(key, count - 1);
    return count > 0;
  }

  received(at: Instant, device: PlaceId, frame: Frame): void {
    this.eventCount++;
    const place = this.places[device] as Place;
    this.tell(at, place, "received", frame);
    place.received++;
    if (frame.etherType === EtherType.ipv4 && frame.vlanTag < 0) place.receivedIpv4++;
    // what comes out of a tunnel was on no cable
    if (!isTunnel(place.device)) this.carry(place, frame.id, -1);
    const holding = this.holding(place.owner, frame.id);
    holding.copies++;
    holding.ttl = Math.max(holding.ttl, frame.ttl);
    holding.offset = frame.fragment & OFFSET;
  }

  delivered(at: Instant, host: PlaceId, frame: Frame): void {
    this.eventCount++;
    const place = this.places[host] as Place;
    this.tell(at, place, "took in", frame);
    this.leave(place, frame, "delivered");
    const isForIt =
      frame.etherType === EtherType.arp ||
      this.options.owns(place.owner, frame.destination) ||
      (isPart(frame) && this.options.gathers(place.owner));
    if (!isForIt) {
      const to = formatIpv4Address(frame.destination);
      this.problems.push(`${place.owner} took in #${frame.id} for ${to}, which it does not own`);
    }
  }

  dropped(now: Instant, at: PlaceId, frame: Frame, reason: DropReason): void {
    this.eventCount++;
    this.drops.set(reason, (this.drops.get(reason) ?? 0) + 1);
    const place = this.places[at] as Place;
    this.tell(now, place, `dropped (${reason})`, frame);
    const isHeld = place.kind !== "cable" && this.holding(place.owner, frame.id).copies > 0;
    if (place.kind === "host" && place.device === "") this.countDrop(place.owner, reason);
    const mayArrive = place.device !== "" && this.mayArrive(place, frame.id);
    if (mayArrive && isHeld) this.unclear.add(frame.id);
    const wasOnCable = mayArrive && !isHeld;
    if (place.kind === "cable" || wasOnCable) this.carry(place, frame.id, -1);
    else if (place.kind === "switch") this.holding(place.owner, frame.id).copies--;
    else this.leave(place, frame, reason);
  }

  private countDrop(host: string, reason: DropReason): void {
    const mine = this.hostDrops.get(host) ?? new Map<DropReason, number>();
    this.hostDrops.set(host, mine);
    mine.set(reason, (mine.get(reason) ?? 0) + 1);
  }

  note(_kind: NoteKind): void {
    this.eventCount++;
  }

  changed(_at: Instant, _host: PlaceId, _origin: ChangeOrigin): void {}

  /** A copy leaves the host; one that never came in must be of its own making. */
  private leave(place: Place, frame: Frame, how: string): void {
    const { owner, device } = place;
    const holding = this.holding(owner, frame.id);
    if (holding.copies === 0) this.make(owner, frame, how);
    else holding.copies--;
    const isOwn = this.makers.get(frame.id)?.host === owner;
    const forwarded = how === "sent" && !isOwn && device !== "lo" && holding.ttl > 0;
    if (forwarded && frame.etherType === EtherType.ipv4 && frame.ttl >= holding.ttl)
      this.problems.push(`${owner} sent #${frame.id} on with TTL ${frame.ttl} of ${holding.ttl}`);
  }

  private make(host: string, frame: Frame, how: string): void {
    const maker = this.makers.get(frame.id) ?? { host, count: 0 };
    this.makers.set(frame.id, maker);
    maker.count++;
    // a broadcast of ours is heard by us as well
    const most = isBroadcast(frame) ? 2 : 1;
    if (maker.host !== host || maker.count > most)
      this.report(frame.id, `${host} ${how} #${frame.id}, of which it holds no copy`);
    this.transform(host, frame);
  }

  /** A fragment stands for its packet, and a tunnel's packet for the one inside. */
  private transform(host: string, frame: Frame): void {
    const isOuter = frame.origin === FrameOrigin.encapsulated;
    if (isOuter && this.entered(host, frame.parentId)) return;
    const parent = this.holding(host, frame.parentId);
    if (parent.copies === 0) return;
    const first = (frame.fragment & OFFSET) === parent.offset;
    if (frame.origin === FrameOrigin.fragmented && frame.fragmentOf !== null && first)
      parent.copies--;
    if (isOuter) parent.copies--;
  }

  /** Whether a copy may just be coming in by the device; nobody is told when a cable doubles a frame. */
  private mayArrive(place: Place, id: number): boolean {
    const count = this.carrierOf(place).get(id);
    if (count === undefined) return false;
    const isTwin = this.options.duplicates && this.makers.get(id)?.host !== place.owner;
    return count > 0 || isTwin;
  }

  private carrierOf({ device }: Place): Map<number, number> {
    return device === "lo" ? this.onLoopbacks : this.onCables;
  }

  private carry(place: Place, id: number, change: number): void {
    const carrier = this.carrierOf(place);
    carrier.set(id, (carrier.get(id) ?? 0) + change);
  }

  private holding(owner: string, id: number): Holding {
    let mine = this.holders.get(owner);
    if (mine === undefined) {
      mine = new Map();
      this.holders.set(owner, mine);
    }
    let holding = mine.get(id);
    if (holding === undefined) {
      holding = { copies: 0, ttl: 0, offset: 0 };
      mine.set(id, holding);
    }
    return holding;
  }

  private report(id: number, problem: string): void {
    if (!this.unclear.has(id)) this.problems.push(problem);
  }

  /** To be asked when nothing happens any more. */
  close(): readonly string[] {
    for (const [id, count] of this.onCables)
      if (count > 0 || (count < 0 && !this.options.duplicates))
        this.report(id, `${count} copies of #${id} are on cables for good`);
    for (const [id, count] of this.onLoopbacks)
      if (count !== 0) this.problems.push(`${count} copies of #${id} are on lo for good`);
    for (const [owner, mine] of this.holders) {
      const isSwitch = this.options.switches.includes(owner);
      for (const [id, { copies }] of mine)
        if (copies > 0 || (copies < 0 && !isSwitch))
          this.report(id, `${owner} keeps ${copies} copies of #${id} for good`);
    }
    return this.problems;
  }
}

const isTunnel = (device: string): boolean => /^(tunl0|gre0|tun\d+)$/.test(device);
const isBroadcast = (frame: Frame): boolean =>
  frame.etherType === EtherType.ipv4 && (frame.destination & 255) === 255;
