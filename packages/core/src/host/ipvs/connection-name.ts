/** What a trace keeps of a connection that decided: the connection may be long gone when somebody reads the trace. */
import { formatIpv4Address, type Ipv4Address } from "../../packet/ipv4-address.ts";
import { IpProtocol } from "../../packet/protocol.ts";
import type { Decider } from "../../trace/trace.ts";

export class ConnectionName implements Decider {
  private readonly protocol: number;
  private readonly ends: readonly (readonly [Ipv4Address, number])[];

  /** `ends` are address and port of the client, the virtual service and the server. */
  constructor(protocol: number, ends: readonly (readonly [Ipv4Address, number])[]) {
    this.protocol = protocol;
    this.ends = ends;
  }

  describe(): string {
    const protocol = this.protocol === IpProtocol.udp ? "UDP" : this.protocol === 0 ? "IP" : "TCP";
    const ends = this.ends.map(([address, port]) => `${formatIpv4Address(address)}:${port}`);
    return `${protocol} ${ends.join(" -> ")}`;
  }
}
