/** One UDP socket (RFC 768; net/ipv4/udp.c). Left out: IP_MULTICAST_LOOP, SO_BROADCAST, corking, encapsulation. */
import { Errno } from "../../../base/errno.ts";
import { Frame, FrameOrigin } from "../../../packet/frame.ts";
import { ANY_ADDRESS, type Ipv4Address, isMulticastAddress } from "../../../packet/ipv4-address.ts";
import { IPV4_HEADER_LENGTH, UDP_HEADER_LENGTH } from "../../../packet/lengths.ts";
import { FragmentField, IpProtocol } from "../../../packet/protocol.ts";
import type { OutputWay } from "../../ip/output-ways.ts";
import { RouteType } from "../../route/config.ts";
import type { Route } from "../../route/route.ts";
import type { TransportSecrets } from "../secrets.ts";
import type { Datagram, Endpoint, UdpOptions, UdpSocket } from "../socket.ts";
import { inodeOf, type SocketNumbers } from "../socket-numbers.ts";
import type { TransportCounters } from "../transport.ts";
import type { TransportHost } from "../transport-host.ts";
import { truesize } from "../truesize.ts";
import { ReceivedDatagram } from "./received-datagram.ts";

const LOOPBACK = 0x7f000001 as Ipv4Address;
/** What the 16-bit IPv4 total length leaves. */
const PAYLOAD_MAX = 65_507;
const HEADERS = 75;
const HEADERS_LENGTH = IPV4_HEADER_LENGTH + UDP_HEADER_LENGTH;

/** What all UDP sockets of a namespace share. */
export interface UdpContext {
  readonly host: TransportHost;
  readonly counters: TransportCounters;
  readonly secrets: () => TransportSecrets;
  readonly numbers: SocketNumbers;
  /** The frame that is being answered; 0 while none is processed. */
  readonly causeId: number;
  /** Gives a packet to IP; what comes back at once waits until the present work is done. */
  send(frame: Frame): void;
  add(socket: UdpSocketHandle): void;
  remove(socket: UdpSocketHandle): void;
  /** Whether a socket without SO_REUSEADDR may bind there. */
  isFree(address: Ipv4Address, port: number): boolean;
  /** A free ephemeral port; 0 when there is none. */
  choosePort(address: Ipv4Address): number;
}

/** What a datagram that waits takes of the buffer. */
const costOf = (frame: Frame): number => truesize(HEADERS, frame.payloadLength);

/** A datagram that waits behind another. */
class Waiting {
  readonly frame: Frame;
  next: Waiting;

  constructor(frame: Frame) {
    this.frame = frame;
    this.next = this;
  }
}

export class UdpSocketHandle implements UdpSocket {
  onEvent: (() => void) | null = null;
  localAddress: Ipv4Address = ANY_ADDRESS;
  localPort = 0;
  remoteAddress: Ipv4Address = ANY_ADDRESS;
  remotePort = 0;
  connected = false;
  readonly cookie: number;
  private readonly layer: UdpContext;
  private error: Errno = 0;
  private closed = false;
  /** The oldest datagram that waits to be read; made a `Datagram` only then. Most are alone. */
  private first: Frame | null = null;
  /** The newest of those behind it, which is followed by the oldest of them; and what they take of the buffer. */
  private newest: Waiting | null = null;
  private memoryBehind = 0;
  private identification = -1;
  /** The route that was taken last, where it led, and the generation of routes of which it is. */
  private route: Route | null = null;
  private routeDestination: Ipv4Address = ANY_ADDRESS;
  private routeGeneration = -1;
  /** Of packets by that route: their source, their time to live, and how long they are if they are whole for certain. */
  private routeSource: Ipv4Address = ANY_ADDRESS;
  private routeTtl = 0;
  private routeLongest = 0;
  /** The way of the last datagram, which went by that route and was such a packet; null when it went the whole way. */
  private way: OutputWay | null = null;
  /** Bound to an address of its own choice: connect does not change it. */
  private addressBound = false;
  /** SO_BINDTODEVICE; 0 for any. */
  private device = 0;
  private groupDevice = 0;
  private groupTtl = 1;
  private discoverPathMtu = true;
  /** A group that it joined, and where; the device is 0 for none. */
  private joinedGroup = ANY_ADDRESS;
  private joinedDevice = 0;

  constructor(layer: UdpContext) {
    this.layer = layer;
    this.cookie = layer.numbers.next();
  }

  get local(): Endpoint {
    return { address: this.localAddress, port: this.localPort };
  }

  get remote(): Endpoint | null {
    return this.connected ? { address: this.remoteAddress, port: this.remotePort } : null;
  }

  get inode(): number {
    return inodeOf(this.cookie);
  }

  /** Octets of buffer in use, as `ss` shows them. */
  get receiveQueue(): number {
    return this.first === null ? 0 : costOf(this.first) + this.memoryBehind;
  }

  takeError(): Errno {
    const { error } = this;
    this.error = 0;
    return error;
  }

  setOptions({ device, groupDevice, groupTtl, discoverPathMtu }: UdpOptions): void {
    this.device = device ?? this.device;
    this.groupDevice = groupDevice ?? this.groupDevice;
    this.groupTtl = groupTtl ?? this.groupTtl;
    this.discoverPathMtu = discoverPathMtu ?? this.discoverPathMtu;
    this.forgetRoute();
  }

  joinGroup(group: Ipv4Address, device: number): void {
    this.leaveGroup();
    this.joinedGroup = group;
    this.joinedDevice = device;
    this.layer.host.groups.join(device, group);
  }

  private leaveGroup(): void {
    if (this.joinedDevice !== 0) this.layer.host.groups.leave(this.joinedDevice, this.joinedGroup);
    this.joinedDevice = 0;
  }

  bind(local: Endpoint): Errno {
    const { ip, sysctls } = this.layer.host;
    const { address } = local;
    if (this.localPort !== 0 || this.closed) return Errno.EINVAL;
    const foreign = address !== ANY_ADDRESS && !ip.isLocalAddress(address);
    if (foreign && sysctls.ip_nonlocal_bind === 0 && !isMulticastAddress(address))
      return Errno.EADDRNOTAVAIL;
    if (local.port !== 0 && !this.layer.isFree(address, local.port)) return Errno.EADDRINUSE;
    const port = local.port === 0 ? this.layer.choosePort(address) : local.port;
    if (port === 0) return Errno.EADDRINUSE;
    this.addressBound = address !== ANY_ADDRESS;
    this.localAddress = address;
    this.localPort = port;
    this.forgetRoute();
    this.layer.add(this);
    return 0;
  }

  connect(remote: Endpoint): Errno {
    const { host } = this.layer;
    const address = remote.address === ANY_ADDRESS ? LOOPBACK : remote.address;
    const bound = this.addressBound ? this.localAddress : ANY_ADDRESS;
    const route = host.ip.routeOutput(address, bound, this.deviceTowards(address), 0, 0);
    if (typeof route === "number") return -route as Errno;
    if (route.type === RouteType.broadcast) return Errno.EACCES;
    const error = this.autobind();
    if (error !== 0) return error;
    if (!this.addressBound) this.localAddress = host.ip.sourceFor(route, address);
    this.remoteAddress = address;
    this.remotePort = remote.port;
    this.connected = true;
    this.identification = this.layer.secrets().identification();
    this.keepRoute(route, address);
    return 0;
  }

  /** The device by which packets there must leave; 0 for any. */
  private deviceTowards(destination: Ipv4Address): number {
    return this.device === 0 && isMulticastAddress(destination) ? this.groupDevice : this.device;
  }

  private autobind(): Errno {
    return this.localPort === 0 ? this.bind({ address: ANY_ADDRESS, port: 0 }) : 0;
  }

  send(octets: Uint8Array, remote: Endpoint | null): Errno {
    const { way } = this;
    const destination = remote === null ? this.remoteAddress : remote.address;
    const port = remote === null ? this.remotePort : remote.port;
    if (
      way === null ||
      way.destination !== destination ||
      way.stands === false ||
      port === 0 ||
      this.error !== 0
    )
      return this.sendAnew(octets, remote);
    const length = HEADERS_LENGTH + octets.length;
    if (length > this.routeLongest) return this.sendAnew(octets, remote);
    way.send(
      this.datagram(octets, length, FragmentField.dontFragment, destination, port, way.route),
    );
    return 0;
  }

  /** `send`, when there is more to it than to the last datagram. */
  private sendAnew(octets: Uint8Array, remote: Endpoint | null): Errno {
    if (octets.length > PAYLOAD_MAX) return Errno.EMSGSIZE;
    if (remote === null && !this.connected) return Errno.EDESTADDRREQ;
    if (this.error !== 0) return this.takeError();
    const to = remote ?? { address: this.remoteAddress, port: this.remotePort };
    if (to.port === 0) return Errno.EINVAL;
    const destination = to.address === ANY_ADDRESS ? LOOPBACK : to.address;
    const route = this.routeTo(destination);
    if (typeof route === "number") return -route as Errno;
    // without SO_BROADCAST
    if (route.type === RouteType.broadcast) return Errno.EACCES;
    const bound = this.autobind();
    if (bound !== 0) return bound;
    this.transmit(octets, destination, to.port, route);
    return 0;
  }

  private routeTo(destination: Ipv4Address): Route | number {
    const { route } = this;
    return route !== null &&
      this.routeDestination === destination &&
      this.routeGeneration === this.layer.host.routeGeneration()
      ? route
      : this.findRoute(destination);
  }

  private forgetRoute(): void {
    this.route = null;
    this.way = null;
  }

  private findRoute(destination: Ipv4Address): Route | number {
    const { host } = this.layer;
    const device = this.deviceTowards(destination);
    const route = host.ip.routeOutput(destination, this.localAddress, device, 0, 0);
    this.forgetRoute();
    if (typeof route !== "number") this.keepRoute(route, destination);
    return route;
  }

  private keepRoute(route: Route, destination: Ipv4Address): void {
    const { host } = this.layer;
    this.route = route;
    this.routeDestination = destination;
    this.routeGeneration = host.routeGeneration();
    const { localAddress: bound } = this;
    const { ip_default_ttl } = host.sysctls;
    this.routeSource = bound === ANY_ADDRESS ? host.ip.sourceFor(route, destination) : bound;
    this.routeTtl = route.type === RouteType.multicast ? this.groupTtl : ip_default_ttl;
    this.routeLongest = this.discovers() ? host.ip.lastingMtuOf(route) : 0;
    this.way = null;
  }

  private discovers(): boolean {
    return this.discoverPathMtu && this.layer.host.sysctls.ip_no_pmtu_disc === 0;
  }

  /** Don't Fragment as long as it fits (IP_PMTUDISC_WANT); a longer datagram is fragmented here. */
  private fragmentOf(length: number, destination: Ipv4Address, route: Route): number {
    const fits = this.discovers() && length <= this.layer.host.ip.mtuOf(route, destination);
    return fits ? FragmentField.dontFragment : 0;
  }

  private transmit(octets: Uint8Array, destination: Ipv4Address, port: number, route: Route): void {
    const length = HEADERS_LENGTH + octets.length;
    const { layer, routeLongest } = this;
    if (length > routeLongest) {
      const fragment = this.fragmentOf(length, destination, route);
      return layer.send(this.datagram(octets, length, fragment, destination, port, route));
    }
    const way = layer.host.ip.wayTo(destination, route);
    const frame = this.datagram(
      octets,
      length,
      FragmentField.dontFragment,
      destination,
      port,
      route,
    );
    if (way === null || length > way.mtu) return layer.send(frame);
    this.way = way;
    if (way.mtu < routeLongest) this.routeLongest = way.mtu;
    way.send(frame);
  }

  /** What it takes is asked before the frame is made: V8 leaves out what would only be overwritten. */
  private datagram(
    octets: Uint8Array,
    length: number,
    fragment: number,
    destination: Ipv4Address,
    port: number,
    route: Route,
  ): Frame {
    const { layer, localPort, routeSource, routeTtl } = this;
    const { host, causeId } = layer;
    layer.counters.UdpOutDatagrams++;
    const identification = this.nextIdentification(destination);
    const frame = new Frame(host.engine.newFrameId());
    frame.parentId = causeId;
    frame.origin = causeId === 0 ? FrameOrigin.original : FrameOrigin.answer;
    frame.source = routeSource;
    frame.destination = destination;
    frame.protocol = IpProtocol.udp;
    frame.ttl = routeTtl;
    frame.identification = identification;
    frame.fragment = fragment;
    frame.length = length;
    frame.sourcePort = localPort;
    frame.destinationPort = port;
    frame.payload = octets;
    frame.payloadLength = length - HEADERS_LENGTH;
    frame.route = route;
    return frame;
  }

  private nextIdentification(destination: Ipv4Address): number {
    if (this.connected === false) return this.layer.host.ip.nextIdentification(destination);
    const { identification } = this;
    this.identification = (identification + 1) & 0xffff;
    return identification;
  }

  /** Queues a datagram; false when the buffer is full. */
  enqueue(frame: Frame): boolean {
    if (this.first !== null) return this.enqueueBehind(this.first, frame);
    this.first = frame;
    return true;
  }

  /** `enqueue` behind `first`, and maybe others. */
  private enqueueBehind(first: Frame, frame: Frame): boolean {
    const memory = costOf(first) + this.memoryBehind;
    if (memory > this.layer.host.sysctls.rmem_default) return false;
    const waiting = new Waiting(frame);
    this.memoryBehind += costOf(frame);
    const { newest } = this;
    if (newest !== null) {
      waiting.next = newest.next;
      newest.next = waiting;
    }
    this.newest = waiting;
    return true;
  }

  /** Takes the oldest of those that wait behind the first. */
  private takeNext(newest: Waiting): Frame {
    const { frame, next } = newest.next;
    if (next === newest.next) this.newest = null;
    else newest.next = next;
    this.memoryBehind -= costOf(frame);
    return frame;
  }

  receive(): Datagram | undefined {
    const { first: frame, newest } = this;
    if (frame === null) return undefined;
    this.first = newest === null ? null : this.takeNext(newest);
    return new ReceivedDatagram(frame);
  }

  fail(error: Errno): void {
    this.error = error;
    this.onEvent?.();
  }

  /** Whether this socket takes a datagram from there to here (`compute_score`). */
  takes(local: Ipv4Address, remote: Ipv4Address, remotePort: number, device: number): boolean {
    if (this.device !== 0 && this.device !== device) return false;
    if (this.localAddress !== ANY_ADDRESS && this.localAddress !== local) return false;
    if (this.connected === false) return true;
    return this.remoteAddress === remote && this.remotePort === remotePort;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.onEvent = null;
    this.first = null;
    this.newest = null;
    if (this.localPort !== 0) this.layer.remove(this);
    this.leaveGroup();
  }
}
