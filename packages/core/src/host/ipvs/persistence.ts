/**
 * Persistence (`-p`, `ip_vs_sched_persist`): a template keeps a masked client with one server; every new connection of
 * such a client goes to that server, also when it is quiesced or overloaded, and restarts the template's timer.
 *
 * Template keys: protocol, masked client, VIP and port; port 0 for services of every port and for FTP; for a firewall
 * mark protocol 0 and the mark as address.
 *
 * Left out: the helper ip_vs_ftp, which reads control connections of masqueraded FTP. As in a kernel that has not loaded
 * it, the address in an answer to PASV stays the server's, and what a server sends from port 20 goes out untranslated.
 */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { type Connection, ConnectionFlag, NO_CONNECTION } from "./connection.ts";
import type { IpvsContext } from "./context.ts";
import type { Destination } from "./destination.ts";
import type { NewFlow } from "./new-flow.ts";
import { FTP_PORT } from "./service-table.ts";
import type { VirtualService } from "./virtual-service.ts";

export class Persistence {
  private readonly context: IpvsContext;

  constructor(context: IpvsContext) {
    this.context = context;
  }

  /**
   * A connection under its client's template, which is made if need be; none when no server can take the client. With a
   * persistence engine, which found `callId` in the packet, a client has a template for each.
   */
  schedule(service: VirtualService, flow: NewFlow, callId: string | null): Connection {
    const { connections, rows } = this.context;
    let template = this.templateOf(service, flow, callId);
    if (template === NO_CONNECTION) template = this.makeTemplate(service, flow, callId);
    if (template === NO_CONNECTION) return NO_CONNECTION;
    const server = rows.server(template) as Destination;
    const samePort = flow.virtualPort === service.port && server.port !== 0;
    const connection = connections.create(
      flow.protocol,
      flow.clientAddress,
      flow.clientPort,
      flow.virtualAddress,
      flow.virtualPort,
      server,
      samePort ? server.port : flow.virtualPort,
      service.schedulesEachPacket(flow.protocol) ? ConnectionFlag.onePacket : 0,
    );
    connections.control(connection, template);
    connections.refresh(template);
    return connection;
  }

  /** The client's template, if its server may still be used; one that may not is orphaned. */
  private templateOf(service: VirtualService, flow: NewFlow, callId: string | null): Connection {
    const { connections, rows, host } = this.context;
    const protocol = templateProtocol(service, flow);
    const client = maskedClient(service, flow);
    const address = templateAddress(service, flow);
    const port = templatePort(service, flow);
    const { table, callIds } = connections;
    let template = table.findTemplate(protocol, client, address, port);
    while (template !== NO_CONNECTION && (callIds.get(template) ?? null) !== callId)
      template = table.findTemplate(protocol, client, address, port, template);
    if (template === NO_CONNECTION) return NO_CONNECTION;
    const server = rows.server(template);
    const quiesced = host.sysctls.expire_quiescent_template !== 0 && server?.weight === 0;
    if (server?.available && !quiesced) return template;
    connections.orphan(template);
    return NO_CONNECTION;
  }

  private makeTemplate(service: VirtualService, flow: NewFlow, callId: string | null): Connection {
    const server = service.scheduler?.select(flow) ?? null;
    if (server === null) return NO_CONNECTION;
    const keepsPort = flow.virtualPort === service.port && service.port !== FTP_PORT;
    const template = this.context.connections.create(
      templateProtocol(service, flow),
      maskedClient(service, flow),
      0,
      templateAddress(service, flow),
      templatePort(service, flow),
      server,
      keepsPort ? server.port : 0,
      ConnectionFlag.template,
    );
    this.context.rows.setTimeoutSeconds(template, service.config.persistenceTimeout);
    if (callId !== null) this.context.connections.callIds.set(template, callId);
    return template;
  }
}

const maskedClient = (service: VirtualService, flow: NewFlow): Ipv4Address =>
  (flow.clientAddress & service.config.persistenceNetmask) as Ipv4Address;

/** Whether the template is one of a firewall mark rather than of an address. */
const isByMark = (service: VirtualService, flow: NewFlow): boolean =>
  service.mark !== 0 && flow.virtualPort !== service.port;

const templateProtocol = (service: VirtualService, flow: NewFlow): number =>
  isByMark(service, flow) ? 0 : flow.protocol;

const templateAddress = (service: VirtualService, flow: NewFlow): Ipv4Address =>
  isByMark(service, flow) ? (service.mark as Ipv4Address) : flow.virtualAddress;

const templatePort = (service: VirtualService, flow: NewFlow): number =>
  flow.virtualPort === service.port && service.port !== FTP_PORT ? flow.virtualPort : 0;
