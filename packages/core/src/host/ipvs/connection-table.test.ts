import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { IpProtocol } from "../../packet/protocol.ts";
import { START } from "../../time/instant.ts";
import { type Connection, NO_CONNECTION } from "./connection.ts";
import { ConnectionRows } from "./connection-rows.ts";
import { ConnectionTable } from "./connection-table.ts";
import { Destination } from "./destination.ts";
import { Method } from "./method.ts";
import { Statistics } from "./statistics.ts";

const { tcp, udp } = IpProtocol;
const VIRTUAL = 7 as Ipv4Address;
const SERVER = 9 as Ipv4Address;

const server = (): Destination =>
  new Destination(
    { kind: "fwmark", mark: 1 },
    {
      address: SERVER,
      port: 8080,
      weight: 1,
      forwarding: "masquerading",
      upperThreshold: 0,
      lowerThreshold: 0,
      tunnel: { type: "ipip", port: 0, checksum: "none" },
    },
    new Statistics(),
  );

interface Entry {
  readonly row: Connection;
  readonly client: number;
  readonly port: number;
  readonly masqueraded: boolean;
}

// few clients and ports, so that tuples meet again and old entries hide behind new ones
const steps = fc.array(
  fc.record({
    remove: fc.nat({ max: 3 }).map((number) => number === 0),
    client: fc.integer({ min: -3, max: 3 }),
    port: fc.integer({ min: 1, max: 40 }),
    masqueraded: fc.boolean(),
  }),
  { minLength: 150, maxLength: 600 },
);

/** Does `run` with a table, and with a plain list whose newest entry is the first. */
function play(run: readonly (Omit<Entry, "row"> & { remove: boolean })[]) {
  const rows = new ConnectionRows();
  const table = new ConnectionTable(rows);
  const destination = server();
  const entries: Entry[] = [];
  for (const { remove, client, port, masqueraded } of run) {
    if (remove && entries.length > 0) {
      const { row } = entries.splice(port % entries.length, 1)[0] as Entry;
      table.remove(row);
      rows.remove(row);
      continue;
    }
    const method = masqueraded ? Method.masquerading : Method.tunnelling;
    const address = client as Ipv4Address;
    const row = rows.add(tcp, address, port, VIRTUAL, 80, 8080, 0, method, destination, START);
    table.add(row);
    entries.unshift({ row, client, port, masqueraded });
  }
  return { rows, table, entries };
}

test.prop([steps], { numRuns: 50 })(
  "finds the newest entry of a tuple in both directions",
  (run) => {
    const { table, entries } = play(run);
    expect(table.count).toBe(entries.length);
    for (const { client, port } of run) {
      const address = client as Ipv4Address;
      const same = entries.filter((entry) => entry.client === client && entry.port === port);
      const newest = (masqueraded: boolean): Connection =>
        same.find((entry) => entry.masqueraded === masqueraded)?.row ?? NO_CONNECTION;
      expect(table.findRequest(tcp, address, port, VIRTUAL, 80)).toBe(
        same[0]?.row ?? NO_CONNECTION,
      );
      expect(table.findRequest(udp, address, port, VIRTUAL, 80)).toBe(NO_CONNECTION);
      expect(table.findAnswer(tcp, SERVER, 8080, address, port)).toBe(newest(true));
      expect(table.findAnswer(tcp, VIRTUAL, 80, address, port)).toBe(newest(false));
    }
  },
);

test.prop([steps], { numRuns: 50 })(
  "lists every entry once, newer ones of a tuple first, whatever it grew to",
  (run) => {
    const { table, entries } = play(run);
    const listed = table.entries();
    expect([...listed].sort((a, b) => a - b)).toEqual(
      entries.map(({ row }) => row).sort((a, b) => a - b),
    );
    for (const { client, port } of entries) {
      const same = entries.filter((entry) => entry.client === client && entry.port === port);
      const rows = new Set(same.map(({ row }) => row));
      expect(listed.filter((row) => rows.has(row))).toEqual(same.map(({ row }) => row));
    }
  },
);
