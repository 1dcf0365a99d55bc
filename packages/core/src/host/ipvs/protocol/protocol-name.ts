/** Protocols as IPVS names them (`ip_vs_proto_name`). */
import { IpProtocol } from "../../../packet/protocol.ts";

/** 0 stands for templates of firewall marks. */
export function protocolName(protocol: number): string {
  switch (protocol) {
    case 0:
      return "IP";
    case IpProtocol.tcp:
      return "TCP";
    case IpProtocol.udp:
      return "UDP";
    case IpProtocol.sctp:
      return "SCTP";
    default:
      return `IP_${protocol}`;
  }
}
