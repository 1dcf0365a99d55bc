/**
 * What a server answers to SYNs that offer the same and whose answers take the same route, and what the connections start with
 * (`tcp_openreq_init`, `tcp_create_openreq_child`). It holds as long as the namespace's generation stays, which routes, devices,
 * path MTUs and sysctls raise.
 */
import type { Frame, TcpSynOptions } from "../../../packet/frame.ts";
import { packetLength } from "../../../packet/lengths.ts";
import type { Route } from "../../route/route.ts";
import { areEqual, NEVER, type Start } from "./departure.ts";
import { firstScale, firstWindow } from "./receive-window.ts";
import type { TcpContext } from "./tcb.ts";
import { announcedMss, TIMESTAMPS_LENGTH } from "./transmit.ts";

export class Terms {
  readonly route: Route;
  readonly generation: number;
  private readonly offered: TcpSynOptions | null;
  private readonly stamped: boolean;
  /** Whether both ends use timestamps. */
  readonly timestamps: boolean;
  /** The MSS option of the answer. */
  readonly mss: number;
  readonly receiveBuffer: number;
  readonly receiveWindow: number;
  readonly receiveScale: number;
  readonly pathMtu: number;
  /** The options of the answer. */
  readonly options: TcpSynOptions;
  /** null before the first connection. */
  start: Start | null = null;
  /** The length of an answer; 0 before the first. */
  private length = 0;

  constructor(context: TcpContext, syn: Frame, route: Route) {
    const { host } = context;
    const { sysctls, ip } = host;
    const offered = syn.synOptions;
    this.route = route;
    this.generation = ip.lastingMtuOf(route) === 0 ? NEVER : host.routeGeneration();
    this.offered = offered;
    this.stamped = syn.hasTimestamps;
    this.timestamps = syn.hasTimestamps && sysctls.tcp_timestamps !== 0;
    this.pathMtu = ip.mtuOf(route, syn.source);
    this.mss = announcedMss(route, this.pathMtu);
    this.receiveBuffer = sysctls.tcp_rmem_default;
    const stamps = this.timestamps ? TIMESTAMPS_LENGTH : 0;
    this.receiveWindow = firstWindow(this.receiveBuffer, this.mss - stamps);
    const scaling = (offered?.windowScale ?? -1) >= 0 && sysctls.tcp_window_scaling !== 0;
    this.receiveScale = scaling ? firstScale(sysctls.tcp_rmem_max) : 0;
    const sack = (offered?.sackPermitted ?? false) && sysctls.tcp_sack !== 0;
    this.options = context.synOptions(this.mss, scaling ? this.receiveScale : -1, sack);
  }

  /** The length of `answer`, which is complete but for it. */
  lengthOf(answer: Frame): number {
    if (this.length === 0) this.length = packetLength(answer);
    return this.length;
  }

  fit(syn: Frame, route: Route, generation: number): boolean {
    return (
      this.route === route &&
      this.generation === generation &&
      this.stamped === syn.hasTimestamps &&
      areEqual(this.offered, syn.synOptions)
    );
  }
}
