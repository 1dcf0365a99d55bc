import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import { TcpState } from "../socket.ts";
import { type EndedConnection, NO_ROW, TimeWaitTable } from "./time-wait-table.ts";

const SERVER = 0x0a000064 as Ipv4Address;

const ended = (client: number, port: number, cookie: number): EndedConnection => ({
  cookie,
  localAddress: (0x0a000001 + client) as Ipv4Address,
  remoteAddress: SERVER,
  localPort: 0xff00 + port,
  remotePort: 0xc350,
  sendNext: -cookie,
  receiveNext: 0x7fffffff - cookie,
  receiveScale: cookie % 15,
  timestamps: cookie % 2 === 0,
  timestampRecent: ~cookie,
});

const find = (table: TimeWaitTable, of: EndedConnection): number =>
  table.find(of.localAddress, of.remoteAddress, of.localPort, of.remotePort);

function add(
  table: TimeWaitTable,
  connection: EndedConnection,
  state: TcpState,
  window: number,
): number {
  const row = table.reserve();
  table.add(row, connection, state, window, 0, 0);
  return row;
}

const read = (table: TimeWaitTable, row: number): EndedConnection => ({
  cookie: table.cookie(row),
  localAddress: table.localAddress(row),
  remoteAddress: table.remoteAddress(row),
  localPort: table.localPort(row),
  remotePort: table.remotePort(row),
  sendNext: table.sendNext(row),
  receiveNext: table.receiveNext(row),
  receiveScale: table.receiveScale(row),
  timestamps: table.timestamps(row),
  timestampRecent: table.timestampRecent(row),
});

const cookiesOf = (table: TimeWaitTable): number[] => {
  const found: number[] = [];
  table.forEach((row) => {
    found.push(table.cookie(row));
  });
  return found.sort((a, b) => a - b);
};

describe("the table of TIME_WAITs", () => {
  /** Few ends and long runs of additions, so that it grows and its chains collide. */
  const steps = fc.array(fc.tuple(fc.nat(3), fc.nat(59), fc.nat(3)), {
    minLength: 1,
    maxLength: 600,
    size: "max",
  });

  test.prop([steps])("holds what a map would hold", (plan) => {
    const table = new TimeWaitTable();
    const plain = new Map<string, EndedConnection>();
    plan.forEach(([client, port, act], i) => {
      const key = `${client}:${port}`;
      const there = plain.get(key);
      if (there === undefined) {
        const fresh = ended(client, port, i + 1);
        expect(find(table, fresh)).toBe(NO_ROW);
        add(table, fresh, TcpState.timeWait, i);
        plain.set(key, fresh);
      } else if (act === 0) {
        table.remove(find(table, there));
        plain.delete(key);
      }
    });
    expect(table.size).toBe(plain.size);
    for (const there of plain.values()) expect(read(table, find(table, there))).toEqual(there);
    expect(cookiesOf(table)).toEqual(
      [...plain.values()].map((c) => c.cookie).sort((a, b) => a - b),
    );
  });

  test("rows are used again, with nothing left of who was there before", () => {
    const table = new TimeWaitTable();
    const row = add(table, ended(0, 1, 2), TcpState.finWait2, 500);
    table.setTimerSlot(row, 7);
    table.setAnsweredAt(row, 99);
    table.remove(row);
    expect(add(table, ended(0, 2, 3), TcpState.timeWait, 600)).toBe(row);
    expect([table.timerSlot(row), table.answeredAt(row), table.state(row)]).toEqual([
      0,
      null,
      TcpState.timeWait,
    ]);
    expect(find(table, ended(0, 1, 2))).toBe(NO_ROW);
  });

  test("a state, a time and a scale in one word leave each other alone", () => {
    const table = new TimeWaitTable();
    const row = add(table, ended(0, 1, 14), TcpState.finWait2, 1);
    table.setAnsweredAt(row, 0);
    table.setState(row, TcpState.timeWait);
    expect(read(table, row)).toEqual(ended(0, 1, 14));
    expect([table.state(row), table.answeredAt(row), table.receiveWindow(row)]).toEqual([
      TcpState.timeWait,
      0,
      1,
    ]);
  });
});
