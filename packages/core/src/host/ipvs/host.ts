/** What IPVS needs of the network namespace that it serves; the namespace implements it. */
import type { Errno } from "../../base/errno.ts";
import type { Generation } from "../../base/generation.ts";
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { Rng } from "../../rng/rng.ts";
import type { Engine } from "../../time/engine.ts";
import type { ChangeOrigin, PlaceId, Trace } from "../../trace/trace.ts";
import type { HostDevice } from "../device/host-device.ts";
import type { FastPath } from "../ip/fast-path.ts";
import type { IpCounters } from "../ip/ip-counters.ts";
import type { IpLayer } from "../ip/ip-layer.ts";
import type { NeighbourTable } from "../neigh/neighbour-table.ts";
import type { HookTable } from "../netfilter/hook-table.ts";
import type { FullNatSysctls } from "../sysctl/fullnat-sysctls.ts";
import type { IpvsSysctls } from "../sysctl/ipvs-sysctls.ts";
import type { SynProxySysctls } from "../sysctl/syn-proxy-sysctls.ts";
import type { IpvsVariant } from "./config.ts";
import type { OverloadVariant } from "./overload.ts";
import type { SchedulerModule } from "./scheduler.ts";

/** net.ipv4.vs.*: plain numbers under the kernel's names, as the files hold them. */
export type VsSysctls = IpvsSysctls;

/** What vs.conntrack=1 asks of connection tracking (`ip_vs_nfct.c`). */
export interface IpvsConntrack {
  /** Whether the frame belongs to a tracked connection that is confirmed. */
  isConfirmed(frame: Frame): boolean;
  /**
   * Makes the reply tuple of the frame's unconfirmed connection, seen in its original direction, come from `server`
   * (`ip_vs_update_conntrack`).
   */
  expectReplyFrom(frame: Frame, server: Ipv4Address, port: number): void;
  /** The same for an answer whose connection tracking sees its first packet now: requests come to the virtual address. */
  expectReplyTo(frame: Frame, virtualAddress: Ipv4Address, port: number): void;
  /** Brings the frame's connection into the table (`ip_vs_confirm_conntrack`); false when the frame is to be dropped. */
  confirm(frame: Frame): boolean;
  /** Ends the tracked connection of this client and virtual service (`ip_vs_conn_drop_conntrack`). */
  drop(
    protocol: number,
    client: Ipv4Address,
    clientPort: number,
    virtualAddress: Ipv4Address,
    virtualPort: number,
  ): void;
}

/** A socket of the kernel's own, for synchronisation. */
export interface SyncSocket {
  /** Sends to the group that it is connected to. */
  send(octets: Uint8Array): Errno;
  close(): void;
}

/** The sockets that synchronisation daemons open; an errno when one cannot be had. */
export interface SyncSockets {
  sender(device: string, group: Ipv4Address, port: number, ttl: number): SyncSocket | Errno;
  /** `receive` gets the octets of every datagram to the group. */
  receiver(
    device: string,
    group: Ipv4Address,
    port: number,
    receive: (octets: Uint8Array) => void,
  ): SyncSocket | Errno;
}

/** What a kernel with FULLNAT offers besides. */
export interface FullNatHost {
  readonly variant: Exclude<IpvsVariant, "mainline">;
  /** Live: another object after a change. */
  readonly sysctls: FullNatSysctls;
  /** Likewise. */
  readonly synProxy: SynProxySysctls;
  /** The MTU of an Ethernet device, to send on it without route and neighbour; 0 when the index names none. */
  linkMtu(device: number): number;
  /** Sends a frame whose link header is complete (`dev_queue_xmit`). */
  transmit(frame: Frame, device: number): void;
  /** A line for the kernel's log, if there were not too many lately. */
  warn(text: string): void;
}

/** Fragments that this host forwards. */
export interface ForwardedFragments {
  /**
   * Puts fragments on their way through together in queues of their own (`ip_defrag`): the whole packet
   * once it is there, else null.
   */
  reassembleForwarded(fragment: Frame): Frame | null;
  /** A packet that a hook at FORWARD kept goes on behind the hooks of that priority. */
  resumeForward(frame: Frame, priority: number): void;
}

/** What the fast path asks of the IPv4 layer. */
export interface FastPathHost {
  /** Rises whenever anything but a neighbour or a connection changes what would become of a packet. */
  readonly generation: Generation;
  readonly neighbours: NeighbourTable;
  readonly counters: IpCounters;
  /** Whether ICMP taught this host nothing about single destinations. */
  readonly knowsNoPaths: boolean;
  deviceAt(index: number): HostDevice | undefined;
  /** From now on `path` sees packets before anybody else does. */
  use(path: FastPath): void;
}

export interface IpvsHost {
  readonly engine: Engine;
  readonly trace: Trace | null;
  /** The host in the trace. */
  readonly place: PlaceId;
  readonly rng: Rng;
  readonly ip: IpLayer;
  readonly hooks: HookTable;
  readonly fragments: ForwardedFragments;
  readonly syncSockets: SyncSockets;
  /** Live: another object after a change. */
  readonly sysctls: VsSysctls;
  /** null on a mainline kernel. */
  readonly fullNat: FullNatHost | null;
  /** null where every packet goes the whole way: with a trace, and on kernels with FULLNAT. */
  readonly fastPath: FastPathHost | null;
  /** null while no connection tracking runs. */
  readonly conntrack: IpvsConntrack | null;
  /** Rises when a route, an address, a device's state or a learnt path changes: cached routes are void then. */
  readonly routingGeneration: number;
  /** Pages of memory that are free or in buffers: what vs.amemthresh is held against. */
  readonly availablePages: number;
  /** Schedulers beside those of Linux. */
  readonly schedulers: readonly SchedulerModule[];
  /** How loads and thresholds count: 6.1.187 and later are `edge-triggered`, earlier kernels `classic`. */
  readonly variant: OverloadVariant;
  /** Has connections tracked from now on, or no longer than rules want it. */
  requireTracking(required: boolean): void;
  /** Takes a next-hop MTU towards `destination` from an ICMP error (`ipv4_update_pmtu`). */
  learnPathMtu(destination: Ipv4Address, mtu: number): void;
  /**
   * The kernel turns an automatic mode of defence: its sysctl shows `mode` from now on. `origin` wrote it; null when memory
   * is the reason.
   */
  turnDefence(
    sysctl: "drop_entry" | "drop_packet" | "secure_tcp",
    mode: number,
    origin: ChangeOrigin | null,
  ): void;
  /** Whether `inet_addr_type` says unicast or local: what a real server's address must be. */
  isUnicastOrLocal(address: Ipv4Address): boolean;
}
