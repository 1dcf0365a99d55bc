/** IPVS's connection table: random lookups among live connections, and one connection gone and another come. */
import { type Instant, IpProtocol, type Ipv4Address } from "@lvsim/core";
import { type Connection, ConnectionRows, ConnectionTable, Method } from "@lvsim/core/testing";
import { cpuNow, type Measurement } from "./measure.ts";

const VIRTUAL_ADDRESS = 0x0a01ff01 as Ipv4Address;
const PORT = 80;
const TIMES = 500_000;
const PORTS_PER_CLIENT = 16_384;

const clientOf = (number: number): Ipv4Address =>
  (0x0a010002 + Math.floor(number / PORTS_PER_CLIENT)) as Ipv4Address;
const portOf = (number: number): number => 32_768 + (number % PORTS_PER_CLIENT);

const connectionOf = (rows: ConnectionRows, number: number): Connection =>
  rows.add(
    IpProtocol.tcp,
    clientOf(number),
    portOf(number),
    VIRTUAL_ADDRESS,
    PORT,
    PORT,
    0,
    Method.masquerading,
    null,
    0 as Instant,
  );

/** Numbers below `bound`, all equally likely, none predictable by a processor. */
function shuffler(bound: number): () => number {
  let state = 88_172_645;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

interface Filled {
  readonly rows: ConnectionRows;
  readonly table: ConnectionTable;
  readonly connections: Connection[];
}

function fill(size: number): Filled {
  const rows = new ConnectionRows();
  const table = new ConnectionTable(rows);
  const connections: Connection[] = [];
  for (let i = 0; i < size; i++) {
    const connection = connectionOf(rows, i);
    table.add(connection);
    connections.push(connection);
  }
  return { rows, table, connections };
}

function lookUp(table: ConnectionTable, next: () => number, times: number): number {
  let found = 0;
  for (let i = 0; i < times; i++) {
    const n = next();
    const { tcp } = IpProtocol;
    if (table.findRequest(tcp, clientOf(n), portOf(n), VIRTUAL_ADDRESS, PORT) !== 0) found++;
  }
  return found;
}

/** Lookups of requests among `size` connections. */
export function lookups(size: number): Measurement {
  const { table } = fill(size);
  const next = shuffler(size);
  for (let part = 0; part < 2; part++) lookUp(table, next, TIMES / 2);
  const begin = cpuNow();
  const found = lookUp(table, next, TIMES);
  return { n: TIMES, cpu: cpuNow() - begin, unit: "ns", extra: { found } };
}

/** Replacements of a connection by a fresh one among `size`. */
export function replacements(size: number): Measurement {
  const { rows, table, connections } = fill(size);
  const next = shuffler(size);
  const replace = (times: number): void => {
    for (let i = 0; i < times; i++) {
      const n = next();
      const old = connections[n] as Connection;
      table.remove(old);
      rows.remove(old);
      const fresh = connectionOf(rows, n);
      table.add(fresh);
      connections[n] = fresh;
    }
  };
  replace(TIMES / 5);
  const begin = cpuNow();
  replace(TIMES);
  return { n: TIMES, cpu: cpuNow() - begin, unit: "ns", extra: { live: table.count } };
}
