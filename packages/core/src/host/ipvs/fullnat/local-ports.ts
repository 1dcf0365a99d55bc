/**
 * Which local address and port a new full-nat connection gets (the fork's `ip_vs_hbind_laddr`). The addresses of a service
 * take turns, one step per connection. Each has a counter that only rises; a port is free unless a connection between the
 * same address and port and the same server has it. So there are as many connections per address and server as there
 * are ports: 60,536.
 *
 * The fork looks at `lport_tries` ports of one address. DPVS has ports from 1025 on, 64,511 of them, and goes on to the other addresses. What
 * is simplified: its pools hand ports out in the order in which they came back.
 */
import type { Connection } from "../connection.ts";
import type { Connections } from "../connections.ts";
import type { FullNatHost } from "../host.ts";
import { LocalBinding } from "../local-binding.ts";
import type { LocalAddress, VirtualService } from "../virtual-service.ts";

const DPVS_PORT_MIN = 1025;
const DPVS_PORT_MAX = 65_535;

/** Gives `connection` a source address and port of `service`'s pool; false when there is none. */
export function bindLocalAddress(
  fullNat: FullNatHost,
  connections: Connections,
  service: VirtualService,
  connection: Connection,
): boolean {
  const { sysctls, variant } = fullNat;
  const isDpvs = variant === "dpvs";
  const first = isDpvs ? DPVS_PORT_MIN : sysctls.lport_min;
  const count = (isDpvs ? DPVS_PORT_MAX : sysctls.lport_max) - first + 1;
  const tries = isDpvs ? count : sysctls.lport_tries;
  for (let moves = isDpvs ? service.localAddresses.length : 1; moves > 0; moves--) {
    const local = service.nextLocalAddress();
    if (local === null || count <= 0) return false;
    const port = choosePort(connections, connection, local, first, count, tries);
    if (port === 0) continue;
    const { rows } = connections;
    const binding = new LocalBinding(
      connection,
      rows.protocol(connection),
      rows.serverAddress(connection),
      rows.serverPort(connection),
      local,
      port,
    );
    connections.bindLocal(connection, binding);
    return true;
  }
  return false;
}

/** A free port of `local` towards the connection's server; 0 when none was found. */
function choosePort(
  { rows, localPorts }: Connections,
  connection: Connection,
  local: LocalAddress,
  first: number,
  count: number,
  tries: number,
): number {
  const protocol = rows.protocol(connection);
  const server = rows.serverAddress(connection);
  const serverPort = rows.serverPort(connection);
  for (let i = 0; i < tries; i++) {
    local.counter++;
    const port = first + (local.counter % count);
    if (localPorts.find(protocol, server, serverPort, local.address, port) === null) return port;
    local.conflicts++;
  }
  return 0;
}
