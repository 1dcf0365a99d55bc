/**
 * The network namespaces of one kernel, and what concerns two of them at once: veth pairs across them, devices that move,
 * the going of a namespace. Every change is one change in each namespace that it touches, and nothing changed when
 * the kernel refuses. Left out: that a VLAN goes down with a lower device of another namespace.
 */
import { assert } from "../base/assert.ts";
import { Errno } from "../base/errno.ts";
import type { ChangeOrigin } from "../trace/trace.ts";
import { uppersOf } from "./addressing/edit-devices.ts";
import { addLink, type LinkSpec, removeLink } from "./addressing/links.ts";
import { asMoved, isBoundToNetwork, putInLink, takeOutLink } from "./addressing/move-link.ts";
import { type DeviceConfig, OWN_NETWORK } from "./device/config.ts";
import { configLike } from "./initial-config.ts";
import { NetworkNamespace } from "./namespace.ts";
import type { NamespaceDraft } from "./namespace-config.ts";
import { forgetBridgeSysctls } from "./sysctl/access.ts";

/** A device by where it is. */
export interface DevicePlace {
  readonly namespace: NetworkNamespace;
  readonly index: number;
}

/** One end of a veth pair to be made. */
export interface VethEnd {
  readonly namespace: NetworkNamespace;
  readonly spec: LinkSpec;
}

export class KernelNetwork {
  /** init_net. */
  readonly first: NetworkNamespace;
  private readonly made: NetworkNamespace[] = [];
  /** For each namespace that has any, the ids that it gave to others. */
  private readonly ids = new Map<NetworkNamespace, Map<NetworkNamespace, number>>();

  constructor(first: NetworkNamespace) {
    this.first = first;
  }

  /** In the order of making. */
  get all(): readonly NetworkNamespace[] {
    return [this.first, ...this.made];
  }

  /** A namespace with lo and the fallback devices, all down; `label` tells it apart in the trace. */
  create(label: string): NetworkNamespace {
    const { name, engine, rng, trace, kernel, kernelDevices, history, schedulers, config } =
      this.first;
    const namespace = new NetworkNamespace({
      name: `${name}/${label}`,
      engine,
      rng: rng.stream(`netns/${label}`),
      trace,
      kernel,
      kernelDevices,
      history,
      schedulers,
      config: configLike(config),
    });
    this.made.push(namespace);
    return namespace;
  }

  /** `modprobe br_netfilter` and its removal, which forgets the settings (net.bridge). */
  loadBridgeNetfilter(isLoaded: boolean, origin: ChangeOrigin): void {
    for (const namespace of this.all)
      namespace.change(origin, (draft) => {
        draft.bridgeNetfilter = isLoaded;
        if (!isLoaded) forgetBridgeSysctls(draft);
        return 0;
      });
  }

  /** `modprobe toa` and its removal. */
  loadToa(isLoaded: boolean, origin: ChangeOrigin): void {
    for (const namespace of this.all)
      namespace.change(origin, (draft) => {
        draft.toa = isLoaded;
        return 0;
      });
  }

  /** A namespace ends: Ethernet devices of hardware come back to the first, others go. */
  destroy(namespace: NetworkNamespace, origin: ChangeOrigin): void {
    assert(namespace !== this.first, "the first namespace stays");
    if (!this.made.includes(namespace)) return;
    for (const { index, kind, name } of namespace.config.devices) {
      if (namespace.device(index) === undefined || kind === "loopback") continue;
      if (kind === "ethernet") this.refund(namespace, index, name, origin);
      else this.remove({ namespace, index }, origin);
    }
    this.made.splice(this.made.indexOf(namespace), 1);
    this.ids.delete(namespace);
    for (const known of this.ids.values()) known.delete(namespace);
  }

  private refund(from: NetworkNamespace, index: number, name: string, origin: ChangeOrigin): void {
    const { first } = this;
    const isTaken = (wanted: string): boolean => first.deviceNamed(wanted) !== undefined;
    let free = isTaken(name) ? `dev${index}` : name;
    for (let i = 0; isTaken(free); i++) free = `dev${i}`;
    this.move({ namespace: from, index }, first, free, origin);
  }

  /** What the namespace `of` calls `other` (RTM_GETNSID); −1 when it has no name for it. */
  idOf(of: NetworkNamespace, other: NetworkNamespace): number {
    return this.ids.get(of)?.get(other) ?? -1;
  }

  /** As `idOf`, and gives an id where there is none. */
  giveId(of: NetworkNamespace, other: NetworkNamespace): number {
    const known = this.ids.get(of) ?? new Map<NetworkNamespace, number>();
    this.ids.set(of, known);
    const there = known.get(other);
    if (there !== undefined) return there;
    const taken = Array.from(known.values());
    let id = 0;
    while (taken.includes(id)) id++;
    known.set(other, id);
    return id;
  }

  /** `ip netns set`: EEXIST when the namespace has an id already, ENOSPC when the id is another's. */
  setId(of: NetworkNamespace, other: NetworkNamespace, id: number): Errno {
    const known = this.ids.get(of) ?? new Map<NetworkNamespace, number>();
    if (known.has(other)) return Errno.EEXIST;
    if (Array.from(known.values()).includes(id)) return Errno.ENOSPC;
    this.ids.set(of, known);
    known.set(other, id);
    return 0;
  }

  /** What a device is linked to (IFLA_LINK): a veth's other end, the device below; null for none. */
  linkOf(namespace: NetworkNamespace, device: DeviceConfig): DevicePlace | null {
    if (device.kind === "veth") return this.peerOf(namespace, device);
    if (device.lower === 0) return null;
    if (device.lowerNetwork === OWN_NETWORK) return { namespace, index: device.lower };
    const home = this.all.find(({ network }) => network === device.lowerNetwork);
    return home === undefined ? null : { namespace: home, index: device.lower };
  }

  private peerOf(from: NetworkNamespace, { index, pair }: DeviceConfig): DevicePlace | null {
    for (const namespace of this.all)
      for (const other of namespace.config.devices)
        if (other.pair === pair && !(namespace === from && other.index === index))
          return { namespace, index: other.index };
    return null;
  }

  /** `ip link add type veth`: the peer comes first, in the namespace that it was given. */
  addVeth(end: VethEnd, peer: VethEnd, origin: ChangeOrigin): Errno {
    const pair = this.first.kernelDevices.newPair();
    const add =
      ({ spec }: VethEnd) =>
      (draft: NamespaceDraft): Errno =>
        addLink(draft, { ...spec, pair });
    const { namespace } = end;
    if (namespace === peer.namespace)
      return namespace.change(origin, (draft) => add(peer)(draft) || add(end)(draft)) as Errno;
    const refusal = peer.namespace.check(add(peer)) || namespace.check(add(end));
    if (refusal !== 0) return refusal as Errno;
    peer.namespace.change(origin, add(peer));
    namespace.change(origin, add(end));
    this.acquaint(namespace, peer.namespace);
    return 0;
  }

  private acquaint(one: NetworkNamespace, other: NetworkNamespace): void {
    if (one === other) return;
    this.giveId(one, other);
    this.giveId(other, one);
  }

  /** `ip link del`: a veth's other end goes as well, and what stands on the device. EOPNOTSUPP: it is hardware. */
  remove({ namespace, index }: DevicePlace, origin: ChangeOrigin): Errno {
    const device = namespace.config.devices.find((other) => other.index === index);
    if (device === undefined) return Errno.ENODEV;
    if (device.kind === "ethernet") return Errno.EOPNOTSUPP;
    const peer = device.kind === "veth" ? this.peerOf(namespace, device) : null;
    this.removeGuests({ namespace, index }, origin);
    if (peer === null || peer.namespace !== namespace) {
      const errno = namespace.change(origin, (draft) => removeLink(draft, index));
      if (errno !== 0 || peer === null) return errno as Errno;
      this.removeGuests(peer, origin);
      return peer.namespace.change(origin, (draft) => removeLink(draft, peer.index)) as Errno;
    }
    this.removeGuests(peer, origin);
    return namespace.change(
      origin,
      (draft) => removeLink(draft, index) || removeLink(draft, peer.index),
    ) as Errno;
  }

  /** Devices of other namespaces that stand on this one, or on what stands on it. */
  private removeGuests({ namespace, index }: DevicePlace, origin: ChangeOrigin): void {
    const { network, config } = namespace;
    for (const upper of uppersOf(config as NamespaceDraft, index))
      this.removeGuests({ namespace, index: upper.index }, origin);
    for (const other of this.all)
      for (const guest of other.config.devices)
        if (guest.lower === index && guest.lowerNetwork === network)
          this.remove({ namespace: other, index: guest.index }, origin);
  }

  /**
   * `ip link set netns`: under its name, or `name` if that is not "". EINVAL: the device stays where it is made; EEXIST:
   * the name is taken there.
   */
  move(
    { namespace, index }: DevicePlace,
    to: NetworkNamespace,
    name: string,
    origin: ChangeOrigin,
  ): Errno {
    const device = namespace.config.devices.find((other) => other.index === index);
    if (device === undefined) return Errno.ENODEV;
    if (namespace === to) return 0;
    if (isBoundToNetwork(device)) return Errno.EINVAL;
    const moved = { ...device, ...asMoved(device, namespace.network, to.network) };
    const arrive = (draft: NamespaceDraft): Errno =>
      putInLink(draft, moved, name === "" ? device.name : name);
    const refusal = to.check(arrive);
    if (refusal !== 0) return refusal as Errno;
    const live = namespace.device(index);
    this.removeGuests({ namespace, index }, origin);
    namespace.change(origin, (draft) => takeOutLink(draft, index));
    to.change(origin, arrive);
    const now = to.deviceNamed(name === "" ? device.name : name);
    if (live !== undefined && now !== undefined) Object.assign(now.counters, live.counters);
    const link = this.linkOf(to, { ...moved, index: now?.index ?? index });
    if (link !== null) this.acquaint(to, link.namespace);
    return 0;
  }
}
