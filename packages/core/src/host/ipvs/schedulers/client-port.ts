/** The client's port as sh-port and mh-port take it: 0 for protocols without ports. */
import { IpProtocol } from "../../../packet/protocol.ts";
import type { SchedulingRequest } from "../scheduler.ts";

export function clientPortOf({ protocol, clientPort }: SchedulingRequest): number {
  const hasPorts =
    protocol === IpProtocol.tcp || protocol === IpProtocol.udp || protocol === IpProtocol.sctp;
  return hasPorts ? clientPort : 0;
}
