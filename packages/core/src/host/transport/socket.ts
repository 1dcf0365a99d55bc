/**
 * What applications see of transport: non-blocking sockets with one callback, called when something may be done
 * (readable, writable, accepted, failed, closed). Apps of core and processes of the shell use the same interface.
 * Everything happens in simulated time; no call blocks, and no callback runs inside the call that caused it.
 */
import type { Errno } from "../../base/errno.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";

/** One end of a flow. */
export interface Endpoint {
  readonly address: Ipv4Address;
  readonly port: number;
}

export interface Datagram {
  readonly from: Endpoint;
  /** The address it was sent to (IP_PKTINFO). */
  readonly to: Endpoint;
  readonly octets: Uint8Array;
}

/** Options of a UDP socket that most never set. */
export interface UdpOptions {
  /** SO_BINDTODEVICE: an interface index. */
  readonly device?: number;
  /** IP_MULTICAST_IF: the device by which it sends to groups. */
  readonly groupDevice?: number;
  /** IP_MULTICAST_TTL. */
  readonly groupTtl?: number;
  /** IP_PMTUDISC_DONT when false: datagrams may be fragmented on their way. */
  readonly discoverPathMtu?: boolean;
}

export interface UdpSocket {
  /** The number of the file that it is to its process. */
  readonly inode: number;
  /** Called after a datagram or an error came in. */
  onEvent: (() => void) | null;
  /** SO_ERROR: the pending asynchronous error, which reading it clears. */
  takeError(): Errno;
  /** Address 0 binds to any address, port 0 picks an ephemeral one. */
  bind(local: Endpoint): Errno;
  connect(remote: Endpoint): Errno;
  /** To `remote`, or to the connected end when it is null. */
  send(octets: Uint8Array, remote: Endpoint | null): Errno;
  /** The oldest datagram; undefined when there is none. */
  receive(): Datagram | undefined;
  setOptions(options: UdpOptions): void;
  /** IP_ADD_MEMBERSHIP on a device; closing the socket leaves the group. */
  joinGroup(group: Ipv4Address, device: number): void;
  readonly local: Endpoint;
  readonly remote: Endpoint | null;
  close(): void;
}

/** RFC 9293 §3.3.2's states with Linux's numbers (`include/net/tcp_states.h`). */
export const TcpState = {
  established: 1,
  synSent: 2,
  synReceived: 3,
  finWait1: 4,
  finWait2: 5,
  timeWait: 6,
  close: 7,
  closeWait: 8,
  lastAck: 9,
  listen: 10,
  closing: 11,
  newSynReceived: 12,
} as const;
export type TcpState = (typeof TcpState)[keyof typeof TcpState];

export interface TcpSocket {
  /** The number of the file that it is to its process. */
  readonly inode: number;
  /** Called after anything changed that the owner may act on. */
  onEvent: (() => void) | null;
  readonly state: TcpState;
  readonly local: Endpoint;
  readonly remote: Endpoint | null;
  /** SO_ERROR: the pending error (ECONNREFUSED, ETIMEDOUT, ECONNRESET …), which reading it clears. */
  takeError(): Errno;
  bind(local: Endpoint): Errno;
  /** Starts the handshake; EINPROGRESS is success. */
  connect(remote: Endpoint): Errno;
  /** Queues octets to send and returns how many fitted; −errno on failure. */
  send(octets: Uint8Array): number;
  /** Up to `max` octets in order; null when nothing is there yet; an empty array at the end of the stream. */
  receive(max: number): Uint8Array | null;
  /** Octets that `receive` could give now. */
  readonly available: number;
  /** No more to send: FIN once the queue is empty (SHUT_WR). */
  shutdown(): void;
  /** close(2): FIN, or RST when unread data is left. */
  close(): void;
  /** SO_LINGER 0: RST at once. */
  abort(): void;
}

export interface TcpListener {
  /** The number of the file that it is to its process. */
  readonly inode: number;
  /** Called when a connection may be accepted. */
  onEvent: (() => void) | null;
  readonly local: Endpoint;
  /** The oldest established connection; undefined when there is none. */
  accept(): TcpSocket | undefined;
  close(): void;
}

/** What a namespace offers to its applications. */
export interface SocketLayer {
  udp(): UdpSocket;
  tcp(): TcpSocket;
  /** Listens; an errno (EADDRINUSE, EADDRNOTAVAIL) on failure. */
  listen(local: Endpoint, backlog: number): TcpListener | Errno;
}
