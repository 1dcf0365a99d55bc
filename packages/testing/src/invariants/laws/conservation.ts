/**
 * Double entry for frames: for every frame, how many copies a cable or a host holds. What came in must go out, be delivered,
 * or be dropped with a reason; when nothing happens any more nobody may hold anything. Beside that, whatever a host sends
 * on has a lower TTL, and what it takes in is for an address of its own.
 *
 * Left out: networks with devices that stand on others or join two (bridges, VLANs, macvlans, veths, gretap), and with
 * network namespaces beside a machine's first. From where one is seen nothing more is told.
 */
import { EtherType, type Frame, FrameOrigin, formatIpv4Address } from "@lvsim/core";
import type { Invariant, InvariantWatch, Tell } from "../invariant.ts";
import type { Place, Scene } from "../scene.ts";
import { isPart, isWinding, OFFSET, ownsAddress, putsTogether, TUNNEL_KINDS } from "./facts.ts";

export const conservation: Invariant = {
  name: "every frame is received, kept or dropped with a reason",
  watch: (scene, tell) => new Ledger(scene, tell),
};

/** How many copies of a frame someone holds, and what he knows of it. */
interface Holding {
  copies: number;
  /** The TTL with which it came in; 0 when it did not come in. */
  ttl: number;
  /** Its fragment offset when it came in. */
  offset: number;
}

class Ledger implements InvariantWatch {
  private readonly scene: Scene;
  private readonly tell: Tell;
  private isBlind = false;
  /** Some cable has doubled frames, or may have. */
  private doubles = false;
  /** Frames of which one copy ended at a device while the host held another: nobody can tell which one it was. */
  private readonly unclear = new Set<number>();
  /** Copies on cables, by frame. */
  private readonly onCables = new Map<number, number>();
  /** Copies that hosts send to themselves. */
  private readonly inTunnels = new Map<string, number>();
  private readonly onLoopbacks = new Map<number, number>();
  /** By host or switch, then by frame. */
  private readonly holders = new Map<string, Map<number, Holding>>();
  private readonly isSwitch = new Map<string, boolean>();
  /** Who made a frame, and how many copies of it. */
  private readonly makers = new Map<number, { readonly host: string; count: number }>();

  constructor(scene: Scene, tell: Tell) {
    this.scene = scene;
    this.tell = tell;
  }

  sent(_at: number, place: Place, frame: Frame): void {
    if (this.cannotFollow(place)) return;
    if (this.isTunnel(place)) return this.enter(place, frame);
    if (place.kind === "device") this.leave(place, frame, "sent");
    else this.holding(place, frame.id).copies--;
    this.carry(place, frame.id, 1);
  }

  received(_at: number, place: Place, frame: Frame): void {
    if (this.cannotFollow(place)) return;
    // what comes out of a tunnel was on no cable
    if (!this.isTunnel(place)) this.carry(place, frame.id, -1);
    const holding = this.holding(place, frame.id);
    holding.copies++;
    holding.ttl = Math.max(holding.ttl, frame.ttl);
    holding.offset = frame.fragment & OFFSET;
  }

  delivered(_at: number, place: Place, frame: Frame): void {
    if (this.cannotFollow(place)) return;
    this.leave(place, frame, "delivered");
    const { host } = place;
    if (host === null || frame.etherType === EtherType.arp || ownsAddress(host, frame.destination))
      return;
    if (isPart(frame) && putsTogether(host)) return;
    const to = formatIpv4Address(frame.destination);
    this.problem(place, frame.id, `took in #${frame.id} for ${to}, which it does not own`);
  }

  dropped(_at: number, place: Place, frame: Frame, reason: string): void {
    if (this.cannotFollow(place)) return;
    const isHeld = place.kind !== "cable" && this.holding(place, frame.id).copies > 0;
    const mayArrive = place.part !== "" && this.mayArrive(place, frame.id);
    if (mayArrive && isHeld) this.unclear.add(frame.id);
    const wasOnCable = mayArrive && !isHeld;
    if (place.kind === "cable" || wasOnCable) this.carry(place, frame.id, -1);
    else if (place.bridge !== null) this.holding(place, frame.id).copies--;
    else this.leave(place, frame, reason);
  }

  look(): number {
    this.doubles ||= this.mayDouble();
    return 0;
  }

  close(isQuiet: boolean): void {
    if (this.isBlind || !isQuiet) return;
    const { doubles } = this;
    for (const [id, count] of this.onCables)
      if (count > 0 || (count < 0 && !doubles))
        this.report("", id, `${count} copies of #${id} are on cables for good`);
    for (const [id, count] of this.onLoopbacks)
      if (count !== 0) this.tell("", `${count} copies of #${id} are on lo for good`, id);
    for (const [owner, mine] of this.holders)
      for (const [id, { copies }] of mine)
        if (copies > 0 || (copies < 0 && this.isSwitch.get(owner) !== true))
          this.report(owner, id, `keeps ${copies} copies of #${id} for good`);
  }

  private cannotFollow(place: Place): boolean {
    if (this.isBlind) return true;
    if (place.kind === "elsewhere") this.isBlind = true;
    const device = this.scene.device(place);
    if (device !== undefined && isWinding(device)) this.isBlind = true;
    return this.isBlind;
  }

  private isTunnel(place: Place): boolean {
    const device = this.scene.device(place);
    return device !== undefined && TUNNEL_KINDS.includes(device.kind);
  }

  private mayDouble(): boolean {
    return this.scene.simulation.links.some(
      ({ impairments }) => impairments !== null && impairments.config.duplication > 0,
    );
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

  /** A copy leaves the host; one that never came in must be of its own making. */
  private leave(place: Place, frame: Frame, how: string): void {
    const holding = this.holding(place, frame.id);
    if (holding.copies === 0) this.make(place, frame, how);
    else holding.copies--;
    const isOwn = this.makers.get(frame.id)?.host === place.owner;
    const forwarded = how === "sent" && !isOwn && place.part !== "lo" && holding.ttl > 0;
    // the fork sends on what it translated as it came
    const lowers = place.host?.config.ipvs.variant === "mainline";
    if (forwarded && lowers && frame.etherType === EtherType.ipv4 && frame.ttl >= holding.ttl)
      this.problem(place, frame.id, `sent #${frame.id} on with TTL ${frame.ttl} of ${holding.ttl}`);
  }

  private make(place: Place, frame: Frame, how: string): void {
    const host = place.owner;
    const maker = this.makers.get(frame.id) ?? { host, count: 0 };
    this.makers.set(frame.id, maker);
    maker.count++;
    // a broadcast of ours is heard by us as well
    const most = isBroadcast(frame) ? 2 : 1;
    if (maker.host !== host || maker.count > most)
      this.report(host, frame.id, `${how} #${frame.id}, of which it holds no copy`);
    this.transform(place, frame);
  }

  /** A fragment stands for its packet, and a tunnel's packet for the one inside. */
  private transform(place: Place, frame: Frame): void {
    if (frame.origin === FrameOrigin.encapsulated) return this.unwrap(place, frame);
    const { fragmentOf, parentId } = frame;
    if (frame.origin !== FrameOrigin.fragmented || fragmentOf === null) return;
    const parent = this.holding(place, parentId);
    if ((frame.fragment & OFFSET) !== parent.offset) return;
    if (parent.copies > 0) parent.copies--;
    // a tunnel's packet that was never sent as a whole
    else if (fragmentOf.origin === FrameOrigin.encapsulated) this.unwrap(place, fragmentOf);
  }

  /** What `outer` carries has left with it, unless it had left by the tunnel's own device. */
  private unwrap(place: Place, { parentId }: Frame): void {
    if (this.entered(place.owner, parentId)) return;
    const inner = this.holding(place, parentId);
    if (inner.copies > 0) inner.copies--;
  }

  /** Whether a copy may just be coming in by the device; nobody is told when a cable doubles a frame. */
  private mayArrive(place: Place, id: number): boolean {
    const count = this.carrierOf(place).get(id);
    if (count === undefined) return false;
    const isTwin = this.makers.get(id)?.host !== place.owner && (this.doubles || this.mayDouble());
    return count > 0 || isTwin;
  }

  private carrierOf({ part }: Place): Map<number, number> {
    return part === "lo" ? this.onLoopbacks : this.onCables;
  }

  private carry(place: Place, id: number, change: number): void {
    const carrier = this.carrierOf(place);
    carrier.set(id, (carrier.get(id) ?? 0) + change);
  }

  private holding({ owner, bridge }: Place, id: number): Holding {
    let mine = this.holders.get(owner);
    if (mine === undefined) {
      mine = new Map();
      this.holders.set(owner, mine);
      this.isSwitch.set(owner, bridge !== null);
    }
    let holding = mine.get(id);
    if (holding === undefined) {
      holding = { copies: 0, ttl: 0, offset: 0 };
      mine.set(id, holding);
    }
    return holding;
  }

  private report(where: string, id: number, what: string): void {
    if (!this.unclear.has(id)) this.tell(where, what, id);
  }

  private problem({ owner }: Place, id: number, what: string): void {
    this.tell(owner, what, id);
  }
}

const isBroadcast = (frame: Frame): boolean =>
  frame.etherType === EtherType.ipv4 && (frame.destination & 255) === 255;
