/** What a trace keeps of a connection that decided: the connection may be long gone when somebody reads the trace. */
import { formatIpv4Address, type Ipv4Address } from "../../packet/ipv4-address.ts";
import type { Decider } from "../../trace/trace.ts";
import { protocolName } from "./protocol/protocol-name.ts";

export class ConnectionName implements Decider {
  private readonly protocol: number;
  private readonly ends: readonly (readonly [Ipv4Address, number])[];

  /** `ends` are address and port of the client, the virtual service and the server. */
  constructor(protocol: number, ends: readonly (readonly [Ipv4Address, number])[]) {
    this.protocol = protocol;
    this.ends = ends;
  }

  describe(): string {
    const ends = this.ends.map(([address, port]) => `${formatIpv4Address(address)}:${port}`);
    return `${protocolName(this.protocol)} ${ends.join(" -> ")}`;
  }
}
