/** `ipvsadm -Lc`: the connection entries. */
import type { ConnectionListing } from "@lvsim/core";
import type { Hosts } from "./addresses.ts";
import { endText, PROTOCOLS } from "./names.ts";

const clock = (seconds: number): string =>
  `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;

export function listConnections(
  connections: readonly ConnectionListing[],
  hosts: Hosts | null,
  engines: boolean,
): string {
  const title = "pro expire state       source             virtual            destination";
  const lines = [
    "IPVS connection entries",
    engines ? `${title}        pe name          pe_data` : title,
    ...connections.map((connection) => row(connection, hosts)),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function row(connection: ConnectionListing, hosts: Hosts | null): string {
  const { protocol } = connection;
  const end = (address: typeof connection.clientAddress, port: number): string =>
    endText(address, port, protocol, hosts);
  return [
    (PROTOCOLS.get(protocol) ?? "IP").padEnd(3),
    clock(connection.secondsLeft).padEnd(6),
    connection.state.padEnd(11),
    end(connection.clientAddress, connection.clientPort).padEnd(18),
    end(connection.virtualAddress, connection.virtualPort).padEnd(18),
    end(connection.serverAddress, connection.serverPort),
  ].join(" ");
}
