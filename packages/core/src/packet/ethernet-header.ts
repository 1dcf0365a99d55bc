/**
 * The two addresses of an Ethernet header, as one object that nobody changes: a host makes it once for each neighbour
 * (`hh_cache`), all frames to that neighbour hold it, and a switch knows it again without reading it.
 */
import { NOT_SMALL } from "../base/double.ts";
import { type MacAddress, ZERO_MAC } from "./mac-address.ts";

export class EthernetHeader {
  readonly destination = NOT_SMALL as MacAddress;
  readonly source = NOT_SMALL as MacAddress;
  /** Eight bits of both addresses, for tables of headers. */
  readonly hash: number;

  constructor(destination: MacAddress, source: MacAddress) {
    this.destination = destination;
    this.source = source;
    this.hash = (destination ^ source) & 0xff;
  }
}

/** Of a frame that has none yet. */
export const NO_HEADER = new EthernetHeader(ZERO_MAC, ZERO_MAC);
