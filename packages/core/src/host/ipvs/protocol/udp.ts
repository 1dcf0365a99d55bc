/** IPVS's view of UDP (`ip_vs_proto_udp.c`): one state, never active. */
import { IpProtocol } from "../../../packet/protocol.ts";
import { type Connection, ConnectionFlag } from "../connection.ts";
import { Direction, type Protocol } from "./protocol.ts";

export class UdpProtocol implements Protocol {
  readonly number = IpProtocol.udp;
  readonly name = "UDP";
  /** Seconds; `--set` changes it. */
  timeout = 300;

  stateName(): string {
    return "UDP";
  }

  isOpening(): boolean {
    return false;
  }

  maySchedule(): boolean {
    return true;
  }

  isReusable(): boolean {
    return false;
  }

  advance(connection: Connection, direction: Direction): void {
    connection.timeoutSeconds = this.timeout;
    if (direction === Direction.output && connection.control !== null)
      connection.control.flags |= ConnectionFlag.assured;
  }
}
