/**
 * IPVS's view of IPsec's AH and ESP (`ip_vs_proto_ah_esp.c`): without ports of their own they go where the key exchange
 * of the same two hosts went, an entry of UDP port 500. They make no entry and change no state; they restart its timer.
 */
import type { Frame } from "../../../packet/frame.ts";
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import { IpProtocol } from "../../../packet/protocol.ts";
import type { Connection } from "../connection.ts";
import type { ConnectionTable } from "../connection-table.ts";
import { Candidate, Expendable, type Protocol } from "./protocol.ts";

/** ISAKMP (RFC 2408). */
const KEY_EXCHANGE_PORT = 500;

export const isIpsec = (protocol: number): boolean =>
  protocol === IpProtocol.esp || protocol === IpProtocol.ah;

/** The entry by which such a packet goes to a server; `NO_CONNECTION` when there is none. */
export const keyExchangeOf = (
  table: ConnectionTable,
  client: Ipv4Address,
  virtualAddress: Ipv4Address,
): Connection =>
  table.findRequest(IpProtocol.udp, client, KEY_EXCHANGE_PORT, virtualAddress, KEY_EXCHANGE_PORT);

/** The same for a packet to the client. */
export const answeredKeyExchange = (
  table: ConnectionTable,
  source: Ipv4Address,
  client: Ipv4Address,
): Connection =>
  table.findAnswer(IpProtocol.udp, source, KEY_EXCHANGE_PORT, client, KEY_EXCHANGE_PORT);

export class IpsecProtocol implements Protocol {
  readonly number: number;
  readonly name: string;

  constructor(number: number, name: string) {
    this.number = number;
    this.name = name;
  }

  stateName(): string {
    return "NONE";
  }

  isOpening(): boolean {
    return false;
  }

  candidate(): Candidate {
    return Candidate.none;
  }

  isReusable(): boolean {
    return false;
  }

  expendable(): Expendable {
    return Expendable.byRate;
  }

  advance(_connection: Connection, _direction: number, _frame: Frame): void {}
}
