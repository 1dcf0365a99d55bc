import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { Instant } from "../../time/instant.ts";
import { AfterPacket } from "./after-packet.ts";
import { type Connection, ConnectionFlag } from "./connection.ts";
import { ConnectionRows } from "./connection-rows.ts";
import { Method } from "./method.ts";

const address = fc
  .integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
  .map((value) => value as Ipv4Address);
const port = fc.nat({ max: 0xffff });
const octet = fc.nat({ max: 0xff });
const word = fc.nat({ max: 2 ** 31 - 1 });

const columns = fc.record({
  protocol: octet,
  clientAddress: address,
  clientPort: port,
  virtualAddress: address,
  virtualPort: port,
  serverPort: port,
  flags: port,
  state: octet,
  method: fc.constantFrom(...Object.values(Method)),
  timeoutSeconds: word,
  armedSeconds: word,
  timerSlot: word,
  refreshedAt: fc.nat({ max: Number.MAX_SAFE_INTEGER }).map((at) => at as Instant),
  control: word.map((number) => number as Connection),
  next: word.map((number) => number as Connection),
});
/** Flags that change what other columns say. */
const TAKEN = ConnectionFlag.template | ConnectionFlag.condemned | ConnectionFlag.onePacket;
type Columns = typeof columns extends fc.Arbitrary<infer T> ? T : never;

function enter(rows: ConnectionRows, row: Columns): Connection {
  const made = rows.add(
    row.protocol,
    row.clientAddress,
    row.clientPort,
    row.virtualAddress,
    row.virtualPort,
    row.serverPort,
    row.flags & ~TAKEN,
    row.method,
    null,
    0 as Instant,
  );
  rows.setState(made, row.state);
  rows.setTimeoutSeconds(made, row.timeoutSeconds);
  rows.setArmedSeconds(made, row.armedSeconds);
  rows.setTimerSlot(made, row.timerSlot);
  const mustArm = row.timerSlot === 0 || row.timeoutSeconds < row.armedSeconds;
  const left = mustArm ? AfterPacket.armTimer : AfterPacket.nothing;
  expect(rows.restart(made, row.refreshedAt, 1)).toBe(left);
  rows.setControl(made, row.control);
  rows.setNextInChain(made, row.next);
  return made;
}

/** All columns that somebody can read. */
const read = (rows: ConnectionRows, row: Connection): Omit<Columns, "armedSeconds"> => ({
  protocol: rows.protocol(row),
  clientAddress: rows.clientAddress(row),
  clientPort: rows.clientPort(row),
  virtualAddress: rows.virtualAddress(row),
  virtualPort: rows.virtualPort(row),
  serverPort: rows.serverPort(row),
  flags: Array.from({ length: 16 }, (_, bit) => 1 << bit)
    .filter((flag) => rows.has(row, flag))
    .reduce((sum, flag) => sum | flag, 0),
  state: rows.state(row),
  method: rows.method(row),
  timeoutSeconds: rows.timeoutSeconds(row),
  timerSlot: rows.timerSlot(row),
  refreshedAt: rows.refreshedAt(row),
  control: rows.control(row),
  next: rows.nextInChain(row),
});

test.prop([fc.array(fc.tuple(columns, fc.boolean()), { maxLength: 80 })], { numRuns: 100 })(
  "every column keeps its value, whatever other rows hold, and however many there are",
  (entries) => {
    const rows = new ConnectionRows();
    const live = new Map<Connection, Columns>();
    for (const [row, removesFirst] of entries) {
      const first = live.keys().next().value;
      if (removesFirst && first !== undefined) {
        rows.remove(first);
        live.delete(first);
      }
      live.set(enter(rows, row), { ...row, flags: row.flags & ~TAKEN });
    }
    for (const [number, row] of live) {
      const { armedSeconds: _, ...columns } = row;
      expect(read(rows, number)).toEqual(columns);
      expect(rows.inPackets(number)).toBe(1);
    }
  },
);
