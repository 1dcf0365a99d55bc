/** What UDP and TCP ask of their namespace. */
import type { Generation } from "../base/generation.ts";
import type { Ipv4Address } from "../packet/ipv4-address.ts";
import type { Rng } from "../rng/rng.ts";
import type { Engine } from "../time/engine.ts";
import type { PlaceId, Trace } from "../trace/trace.ts";
import type { IpContext } from "./ip/ip-context.ts";
import type { IpLayer } from "./ip/ip-layer.ts";
import type { MulticastGroups } from "./ip/multicast-groups.ts";
import type { UdpReceiver } from "./ip/udp-receiver.ts";
import type { NeighbourEntry } from "./neigh/neighbour-entry.ts";
import type { Route } from "./route/route.ts";
import type { Toa } from "./transport/toa.ts";
import type { TransportHost, TransportSysctls } from "./transport/transport-host.ts";

interface TransportHostOwner {
  readonly toa: Toa | null;
  readonly rng: Rng;
  readonly ip: IpLayer;
  readonly groups: MulticastGroups;
  readonly tunnels: { readonly ports: readonly UdpReceiver[] | null };
}

export class TransportHostAdapter implements TransportHost {
  readonly engine: Engine;
  readonly trace: Trace | null;
  readonly place: PlaceId;
  readonly rng: Rng;
  readonly ip: IpLayer;
  readonly groups: MulticastGroups;
  private readonly context: IpContext;
  private readonly generation: Generation;
  private readonly owner: TransportHostOwner;
  /** Whom the last connection confirmed: most talk by one next hop. */
  private confirmed: NeighbourEntry | null = null;

  constructor(owner: TransportHostOwner, context: IpContext) {
    this.context = context;
    this.generation = context.generation;
    this.owner = owner;
    this.engine = context.engine;
    this.trace = context.trace;
    this.place = context.place;
    this.rng = owner.rng.stream("transport");
    this.ip = owner.ip;
    this.groups = owner.groups;
  }

  get sysctls(): Readonly<TransportSysctls> {
    return this.context.sysctls.transport;
  }

  get toa(): Toa | null {
    return this.owner.toa;
  }

  get udpReceivers(): readonly UdpReceiver[] | null {
    return this.owner.tunnels.ports;
  }

  routeGeneration(): number {
    return this.generation.value;
  }

  confirmNeighbour(route: Route, destination: Ipv4Address): void {
    const nextHop = route.gateway === 0 ? destination : route.gateway;
    const { confirmed, context } = this;
    if (confirmed?.ready && confirmed.address === nextHop && confirmed.deviceIndex === route.device)
      confirmed.confirmedAt = context.engine.now;
    else this.confirmOther(route.device, nextHop);
  }

  private confirmOther(index: number, nextHop: Ipv4Address): void {
    const { devices, neighbours } = this.context;
    const device = devices.at(index);
    if (device === undefined) return;
    this.confirmed = neighbours.confirm(device, nextHop);
  }
}
