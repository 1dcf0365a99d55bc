/**
 * By which ways TCP connections are opened: what a client's segment meets before a server is chosen for it, the same for all
 * that come from one address to one virtual service.
 */
import { emptyPlaces } from "../../base/empty-places.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { IpProtocol } from "../../packet/protocol.ts";
import type { HostDevice } from "../device/host-device.ts";
import type { Route } from "../route/route.ts";
import { hashOf } from "./connection-table.ts";
import type { VirtualService } from "./virtual-service.ts";

/** Places; who falls onto another's takes it. */
const PLACES = 64;
const PLACE_SHIFT = 26;

export class OpeningWay {
  readonly client: Ipv4Address;
  readonly virtualAddress: Ipv4Address;
  readonly virtualPort: number;
  readonly service: VirtualService;
  /** The device that the segments come in by, and its index. */
  readonly from: HostDevice;
  readonly fromIndex: number;
  /** To this host. */
  readonly route: Route;
  /** It counts while the host's generation is this one. */
  readonly generation: number;
  /** In the connection table, of a connection of which such a segment would be an answer. */
  readonly answerHash: number;

  constructor(
    client: Ipv4Address,
    service: VirtualService,
    from: HostDevice,
    route: Route,
    generation: number,
  ) {
    this.client = client;
    this.virtualAddress = service.address;
    this.virtualPort = service.port;
    this.service = service;
    this.from = from;
    this.fromIndex = from.index;
    this.route = route;
    this.generation = generation;
    this.answerHash = hashOf(IpProtocol.tcp, service.address, service.port);
  }
}

const placeOf = (client: Ipv4Address, virtualAddress: Ipv4Address, virtualPort: number): number =>
  Math.imul(client ^ Math.imul(virtualAddress, 0x85ebca6b) ^ virtualPort, 0x9e3779b1) >>>
  PLACE_SHIFT;

export class OpeningWays {
  /** Made for the first. */
  private places: (OpeningWay | null)[] | null = null;

  /** The way of a client's segment to a virtual address; null for one that is not known. */
  find(
    client: Ipv4Address,
    virtualAddress: Ipv4Address,
    virtualPort: number,
    from: HostDevice,
  ): OpeningWay | null {
    if (this.places === null) return null;
    const way = this.places[placeOf(client, virtualAddress, virtualPort)] as OpeningWay | null;
    return way !== null &&
      way.client === client &&
      way.virtualAddress === virtualAddress &&
      way.virtualPort === virtualPort &&
      way.from === from
      ? way
      : null;
  }

  learn(way: OpeningWay): void {
    this.places ??= emptyPlaces(PLACES);
    this.places[placeOf(way.client, way.virtualAddress, way.virtualPort)] = way;
  }

  forgetAll(): void {
    this.places = null;
  }
}
