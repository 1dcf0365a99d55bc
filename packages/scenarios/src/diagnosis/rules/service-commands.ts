/** Words of ipvsadm's commands for services and servers. */
import {
  type ForwardingMethod,
  formatIpv4Address,
  IpProtocol,
  type RealServerConfig,
  type VirtualServiceConfig,
} from "@lvsim/core";
import type { Endpoint } from "../network.ts";

/** ipvsadm's option for each method. */
export const METHOD_OPTION: Readonly<Record<ForwardingMethod, string>> = {
  masquerading: "-m",
  "local-node": "-m",
  tunnelling: "-i",
  "direct-routing": "-g",
  bypass: "-g",
  "full-nat": "-b",
};

/** `-t 10.0.0.1:80`. */
export function nameOf({ identity }: VirtualServiceConfig): string {
  if (identity.kind === "fwmark") return `-f ${identity.mark}`;
  return endpointName(identity);
}

/** The same of what a request asks for. */
export function endpointName({ protocol, address, port }: Endpoint): string {
  const option = protocol === IpProtocol.udp ? "-u" : "-t";
  return `${option} ${formatIpv4Address(address)}:${port}`;
}

/** `10.0.0.2:80`. */
export const serverName = ({ address, port }: RealServerConfig): string =>
  `${formatIpv4Address(address)}:${port}`;

/** `-m -w 1`. */
export const serverSettings = ({
  forwarding,
  weight,
  upperThreshold,
  lowerThreshold,
}: RealServerConfig): string =>
  `${METHOD_OPTION[forwarding]} -w ${weight}${upperThreshold > 0 ? ` -x ${upperThreshold} -y ${lowerThreshold}` : ""}`;
