import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { IpProtocol } from "../../packet/protocol.ts";
import { START } from "../../time/instant.ts";
import { Connection } from "./connection.ts";
import { ConnectionTable } from "./connection-table.ts";
import { Method } from "./method.ts";

const VIRTUAL = 7 as Ipv4Address;
const SERVER = 9 as Ipv4Address;

const connection = (client: number, port: number, method: Method): Connection =>
  new Connection(
    { timerFired: () => undefined },
    IpProtocol.tcp,
    client as Ipv4Address,
    port,
    VIRTUAL,
    80,
    SERVER,
    8080,
    0,
    0,
    method,
    null,
    START,
  );

// few clients and ports, so that tuples meet again and old entries hide behind new ones
const steps = fc.array(
  fc.record({
    remove: fc.boolean(),
    client: fc.integer({ min: -3, max: 3 }),
    port: fc.integer({ min: 1, max: 40 }),
    masqueraded: fc.boolean(),
  }),
  { maxLength: 400 },
);

test.prop([steps], { numRuns: 50 })(
  "finds the newest entry of a tuple in both directions",
  (run) => {
    const table = new ConnectionTable();
    const entries: Connection[] = [];
    for (const { remove, client, port, masqueraded } of run) {
      if (remove && entries.length > 0) {
        table.remove(entries.splice(port % entries.length, 1)[0] as Connection);
        continue;
      }
      const made = connection(client, port, masqueraded ? Method.masquerading : Method.tunnelling);
      table.add(made);
      entries.unshift(made);
    }
    expect(table.count).toBe(entries.length);
    expect(new Set(table.entries())).toEqual(new Set(entries));
    for (const { client, port } of run) {
      const address = client as Ipv4Address;
      const same = entries.filter(
        (entry) => entry.clientAddress === address && entry.clientPort === port,
      );
      const masquerading = same.find(({ method }) => method === Method.masquerading);
      const other = same.find(({ method }) => method !== Method.masquerading);
      const { tcp } = IpProtocol;
      expect(table.findRequest(tcp, address, port, VIRTUAL, 80)).toBe(same[0] ?? null);
      expect(table.findRequest(IpProtocol.udp, address, port, VIRTUAL, 80)).toBe(null);
      expect(table.findAnswer(tcp, SERVER, 8080, address, port)).toBe(masquerading ?? null);
      expect(table.findAnswer(tcp, VIRTUAL, 80, address, port)).toBe(other ?? null);
    }
  },
);
