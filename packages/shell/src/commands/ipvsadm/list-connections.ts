/** `ipvsadm -Lc`: the connection entries. */
import type { ConnectionListing } from "@lvsim/core";
import type { Hosts } from "./addresses.ts";
import { endText, PROTOCOLS } from "./names.ts";

/** Where the column of destinations ends, without the blank behind it. */
const DESTINATION_END = 79;

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
    ...connections.map((connection) => {
      const text = row(connection, hosts);
      return engines ? withEngine(text, connection) : text;
    }),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** What a persistence engine made a template for, in its columns. */
const withEngine = (row: string, { callId }: ConnectionListing): string =>
  callId === null ? row : `${row.padEnd(DESTINATION_END)} ${"sip".padEnd(16)} ${callId}`;

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
