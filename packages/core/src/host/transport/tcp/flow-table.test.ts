import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import { TcpState } from "../socket.ts";
import { type FlowEntry, FlowTable } from "./flow-table.ts";

const LOCAL = 0x0a000001 as Ipv4Address;
const REMOTE = 0x0a000002 as Ipv4Address;

const entryOf = (port: number): FlowEntry => ({
  localAddress: LOCAL,
  remoteAddress: REMOTE,
  localPort: 80,
  remotePort: port,
  flowHash: 0,
  nextInBucket: null,
  state: TcpState.established,
});

/** More ports than chains, and rows of them next to each other. */
const steps = fc.array(fc.tuple(fc.nat(199), fc.constantFrom("add", "replace", "remove")), {
  maxLength: 600,
  size: "max",
});

test.prop([steps])("a flow table holds what a map would hold", (plan) => {
  const table = new FlowTable();
  const plain = new Map<number, FlowEntry>();
  const gone: FlowEntry[] = [];
  for (const [port, act] of plan) {
    const there = plain.get(port);
    const entry = entryOf(port);
    if (there === undefined) {
      if (act === "remove") continue;
      expect(table.replace(entryOf(port), entry)).toBe(false);
      table.add(entry);
      plain.set(port, entry);
    } else if (act === "replace") {
      expect(table.replace(there, entry)).toBe(true);
      plain.set(port, entry);
      gone.push(there);
    } else if (act === "remove") {
      expect([table.remove(there), table.remove(there)]).toEqual([true, false]);
      plain.delete(port);
      gone.push(there);
    }
  }
  const seen = new Set<FlowEntry>();
  table.forEach((entry) => {
    seen.add(entry);
  });
  expect(seen).toEqual(new Set(plain.values()));
  expect(table.size).toBe(plain.size);
  for (let port = 0; port < 200; port++)
    expect(table.find(LOCAL, REMOTE, 80, port)).toBe(plain.get(port) ?? null);
  expect(gone.every(({ nextInBucket }) => nextInBucket === null)).toBe(true);
});
