/** What rules are shown of an incident: the machines, who asked for what, the services on that address, where it ended. */
import { IpProtocol, parseIpv4Address } from "@lvsim/core";
import type { Evidence, RequestFacts } from "./evidence.ts";
import type { Incident } from "./incident.ts";
import { asksFor, type Endpoint, Network } from "./network.ts";
import type { Scene } from "./suspect.ts";

export function sceneOf(evidence: Evidence, asked: number, incident: Incident): Scene {
  const network = new Network(evidence.hosts);
  const request = evidence.requests[asked] as RequestFacts;
  const client = network.host(request.machine);
  const header = incident.flow?.header ?? null;
  const target = header === null ? targetIn(request.command) : asksFor(header);
  const { end } = incident;
  // what a cable or a switch dropped was sent by the last machine on the way
  const place = end?.host === "" ? incident.leg?.path.at(-1) : end?.host;
  return {
    network,
    request,
    client: client ?? (evidence.hosts[0] as Scene["client"]),
    incident,
    target,
    services: target === null ? network.services() : network.servicesOn(target.address),
    at: network.host(place ?? "") ?? (incident.trouble === "nothing-sent" ? client : undefined),
  };
}

/** What a command line asks for, from the address in it. */
function targetIn(command: string): Endpoint | null {
  const [, text = "", port = "80"] = /(\d+\.\d+\.\d+\.\d+)(?:[:\s]+(\d+))?/.exec(command) ?? [];
  const address = parseIpv4Address(text);
  return address === undefined ? null : { protocol: IpProtocol.tcp, address, port: Number(port) };
}
