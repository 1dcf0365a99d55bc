/** What UDP and TCP need from the network namespace that they live in. */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { Rng } from "../../rng/rng.ts";
import type { Engine } from "../../time/engine.ts";
import type { PlaceId, Trace } from "../../trace/trace.ts";
import type { IpLayer } from "../ip/ip-layer.ts";
import type { MulticastGroups } from "../ip/multicast-groups.ts";
import type { UdpReceiver } from "../ip/udp-receiver.ts";
import type { Route } from "../route/route.ts";
import type { TransportSysctlValues } from "../sysctl/transport-sysctl-values.ts";
import type { Toa } from "./toa.ts";

/** Sysctls of transport under the kernel's names and in its units; read at every use. */
export type TransportSysctls = TransportSysctlValues;

export interface TransportHost {
  readonly engine: Engine;
  readonly trace: Trace | null;
  /** The namespace in the trace. */
  readonly place: PlaceId;
  /** Transport's own stream: secrets for sequence numbers and ports come from it at their first use. */
  readonly rng: Rng;
  readonly ip: IpLayer;
  readonly sysctls: Readonly<TransportSysctls>;
  readonly groups: MulticastGroups;
  /** null while the module toa is not loaded. */
  readonly toa: Toa | null;
  /** UDP ports that tunnels hold; null while there are none. */
  readonly udpReceivers: readonly UdpReceiver[] | null;
  /** Changes whenever a route that a socket keeps may be out of date (routes, rules, addresses, devices, learnt path MTU). */
  routeGeneration(): number;
  /** A connection makes progress: whoever is the next hop of `route` towards `destination` can be reached (`dst_confirm_neigh`). */
  confirmNeighbour(route: Route, destination: Ipv4Address): void;
}
