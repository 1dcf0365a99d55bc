import { beforeEach, expect, test } from "vitest";
import { Errno } from "../../base/errno.ts";
import { address, ip, mac, packet, type TestDevice, TestHost } from "./neigh-fixture.ts";
import {
  deleteNeighbour,
  FLUSHED_STATES,
  flushNeighbours,
  listNeighbours,
  newNeighbour,
  SHOWN_STATES,
  STATELESS,
} from "./neighbour-commands.ts";
import { NEIGHBOUR_STATE_NAMES, NeighbourState } from "./neighbour-state.ts";

const ADD = { create: true, exclusive: true, replace: false };
const CHANGE = { create: false, exclusive: false, replace: true };
const REPLACE = { create: true, exclusive: false, replace: true };
const A = ip("192.168.0.2");
const LINK = mac("2:0:0:0:0:2");

let host: TestHost;
let eth0: TestDevice;

beforeEach(() => {
  host = new TestHost();
  eth0 = host.add("eth0", mac("02:00:00:00:00:10"), [address("192.168.0.10/24")]);
});

const lines = (states: number): readonly string[] =>
  listNeighbours(host.table, { device: null, network: ip("0.0.0.0"), prefixLength: 0, states }).map(
    (row) => {
      const link = row.linkAddress === null ? "" : ` ${row.linkAddress}`;
      return `${row.address & 255}${link} ${NEIGHBOUR_STATE_NAMES.get(row.state)}`;
    },
  );

test("add wants a new entry, change an old one, replace takes either", () => {
  const { permanent, stale } = NeighbourState;
  expect(newNeighbour(host.table, eth0, A, LINK, stale, CHANGE)).toBe(Errno.ENOENT);
  expect(newNeighbour(host.table, eth0, A, LINK, permanent, ADD)).toBe(0);
  expect(newNeighbour(host.table, eth0, A, LINK, permanent, ADD)).toBe(Errno.EEXIST);
  expect(newNeighbour(host.table, eth0, A, null, stale, CHANGE)).toBe(0);
  expect(lines(SHOWN_STATES)).toEqual([`2 ${LINK} STALE`]);
  const other = mac("2:0:0:0:0:3");
  expect(newNeighbour(host.table, eth0, A, other, NeighbourState.reachable, REPLACE)).toBe(0);
  expect(lines(SHOWN_STATES)).toEqual([`2 ${other} REACHABLE`]);
});

test("a valid state without a link address is invalid; the entry stays behind without a state", () => {
  const errno = newNeighbour(host.table, eth0, A, null, NeighbourState.permanent, ADD);
  expect(errno).toBe(Errno.EINVAL);
  expect(lines(SHOWN_STATES)).toEqual([]);
  expect(lines(STATELESS)).toEqual(["2 NONE"]);
});

test("del takes any entry, and what waits in it fails", () => {
  expect(deleteNeighbour(host.table, eth0, A)).toBe(Errno.ENOENT);
  host.table.send(packet(host, "192.168.0.10", "192.168.0.2"), eth0, A);
  expect(deleteNeighbour(host.table, eth0, A)).toBe(0);
  expect(host.unreachables).toHaveLength(1);
  newNeighbour(host.table, eth0, A, LINK, NeighbourState.permanent, ADD);
  expect(deleteNeighbour(host.table, eth0, A)).toBe(0);
  expect(lines(0xfff)).toEqual([]);
});

test("flush leaves permanent entries and those without ARP, and show does not list the latter", () => {
  const { permanent, stale, failed } = NeighbourState;
  newNeighbour(host.table, eth0, A, LINK, permanent, ADD);
  newNeighbour(host.table, eth0, ip("192.168.0.3"), LINK, stale, ADD);
  newNeighbour(host.table, eth0, ip("192.168.0.4"), null, failed, ADD);
  host.table.send(packet(host, "192.168.0.10", "224.0.0.5"), eth0, ip("224.0.0.5"));
  expect(lines(SHOWN_STATES)).toEqual([`2 ${LINK} PERMANENT`, `3 ${LINK} STALE`, "4 FAILED"]);
  const all = { device: eth0, network: ip("0.0.0.0"), prefixLength: 0, states: FLUSHED_STATES };
  expect(flushNeighbours(host.table, all)).toBe(2);
  expect(lines(SHOWN_STATES)).toEqual([`2 ${LINK} PERMANENT`]);
  expect(lines(NeighbourState.noArp)).toEqual([`5 ${mac("01:00:5e:00:00:05")} NOARP`]);
});
