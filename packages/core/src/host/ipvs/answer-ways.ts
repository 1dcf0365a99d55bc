/**
 * By which ways answers go: what was decided for a server, a client and a virtual address holds for all connections between
 * them. So the first answer of a connection already finds its flow.
 */
import { emptyPlaces } from "../../base/empty-places.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { FlowWay } from "./flow-way.ts";

/** Places; who falls onto another's takes it. */
const PLACES = 256;
const PLACE_SHIFT = 24;

class AnswerWay {
  readonly server: Ipv4Address;
  readonly client: Ipv4Address;
  readonly virtualAddress: Ipv4Address;
  readonly way: FlowWay;

  constructor(server: Ipv4Address, client: Ipv4Address, virtualAddress: Ipv4Address, way: FlowWay) {
    this.server = server;
    this.client = client;
    this.virtualAddress = virtualAddress;
    this.way = way;
  }
}

const placeOf = (server: Ipv4Address, client: Ipv4Address): number =>
  Math.imul(server ^ Math.imul(client, 0x85ebca6b), 0x9e3779b1) >>> PLACE_SHIFT;

export class AnswerWays {
  /** Made for the first. */
  private places: (AnswerWay | null)[] | null = null;

  /** null for one that is not known; a way counts as long as its generation. */
  find(server: Ipv4Address, client: Ipv4Address, virtualAddress: Ipv4Address): FlowWay | null {
    if (this.places === null) return null;
    const known = this.places[placeOf(server, client)] as AnswerWay | null;
    return known !== null &&
      known.server === server &&
      known.client === client &&
      known.virtualAddress === virtualAddress
      ? known.way
      : null;
  }

  /** An answer goes this way. */
  learn(server: Ipv4Address, client: Ipv4Address, virtualAddress: Ipv4Address, way: FlowWay): void {
    if (this.find(server, client, virtualAddress) === way) return;
    const place = placeOf(server, client);
    this.places ??= emptyPlaces(PLACES);
    this.places[place] = new AnswerWay(server, client, virtualAddress, way);
  }
}
