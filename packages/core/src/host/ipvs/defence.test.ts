import { expect, test } from "vitest";
import { IpProtocol } from "../../packet/protocol.ts";
import type { Rng } from "../../rng/rng.ts";
import { Verdict } from "../netfilter/hook.ts";
import { address, CLIENT, Director, realServer, service, VIP } from "./director.fixture.ts";

const UDP = service({
  identity: { kind: "address", protocol: IpProtocol.udp, address: VIP, port: 53 },
});
const { identity } = service();

function director(): Director {
  const made = new Director();
  made.serve(service(), realServer(0), realServer(1));
  return made;
}

/** A client's connection with so many segments. */
const open = (made: Director, port: number, packets: number): void => {
  made.fromClient(port, "S");
  for (let i = 1; i < packets; i++) made.fromClient(port, "A");
};

/** Pages above which memory counts as scarce, and one at which it does not. */
const SCARCE = 200_000;
const PLENTY = 1024;

test.each([
  [0, SCARCE, 0, "ESTABLISHED 900"],
  [1, PLENTY, 1, "ESTABLISHED 900"],
  [1, SCARCE, 2, "SYN_RECV 60"],
  [2, PLENTY, 1, "ESTABLISHED 900"],
  [2, SCARCE, 2, "SYN_RECV 60"],
  [3, PLENTY, 3, "SYN_RECV 60"],
])("secure_tcp=%i with amemthresh %i shows %i at once, and SYN and ACK make %s", (...row) => {
  const [mode, amemthresh, shown, state] = row;
  const made = director();
  made.setSysctls({ amemthresh });
  made.setSysctls({ secure_tcp: mode });
  expect(made.sysctls.secure_tcp).toBe(shown);
  open(made, 4000, 2);
  expect(made.states()).toEqual([state]);
});

test("an automatic mode follows memory with the next tick", () => {
  const made = director();
  made.setSysctls({ secure_tcp: 1 });
  made.availablePages = 1000;
  expect(made.sysctls.secure_tcp).toBe(1);
  made.sleep(1.1);
  expect(made.sysctls.secure_tcp).toBe(2);
  made.availablePages = 1024;
  made.sleep(1.1);
  expect(made.sysctls.secure_tcp).toBe(1);
});

test("the tick comes every 1.024 s since the beginning, whenever a mode was written", () => {
  const made = director();
  made.sleep(10);
  made.setSysctls({ secure_tcp: 1 });
  made.availablePages = 1000;
  made.sleep(0.235);
  expect(made.sysctls.secure_tcp).toBe(1);
  made.sleep(0.005);
  expect(made.sysctls.secure_tcp).toBe(2);
});

/** Which of twelve new connections are refused, by number from 1. */
const refused = (made: Director, firstPort = 4000): number[] =>
  Array.from({ length: 12 }, (_, i) => i + 1).filter(
    (i) => made.fromClient(firstPort + i, "S") === Verdict.drop,
  );

test.each([
  { what: "mode 3", sysctls: { drop_packet: 3 }, dropped: [1, 11] },
  { what: "am_droprate 5", sysctls: { drop_packet: 3, am_droprate: 5 }, dropped: [1, 6, 11] },
  { what: "am_droprate 0", sysctls: { drop_packet: 3, am_droprate: 0 }, dropped: [] },
  { what: "amemthresh 125000", sysctls: { drop_packet: 1, amemthresh: 125_000 }, dropped: [5, 10] },
  {
    what: "amemthresh 400000",
    sysctls: { drop_packet: 1, amemthresh: 400_000 },
    dropped: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  },
  { what: "mode 0", sysctls: { drop_packet: 0, amemthresh: 400_000 }, dropped: [] },
])("drop_packet with $what refuses $dropped", ({ sysctls, dropped }) => {
  const made = director();
  made.setSysctls(sysctls);
  expect(refused(made)).toEqual(dropped);
  expect(made.icmp).toEqual([]);
  expect(made.ipvs.totals().connections + made.states().length).toBe(12 - dropped.length);
});

test("drop_packet spares connections that are there, packets for no service and what makes none", () => {
  const made = director();
  made.fromClient(4000, "S");
  made.setSysctls({ drop_packet: 3, am_droprate: 1 });
  expect(made.fromClient(4000, "A")).toBe(Verdict.stolen);
  expect(made.fromClient(4001, "A")).toBe(Verdict.accept);
  expect(made.datagram(4000, 99)).toBe(Verdict.accept);
  expect(made.fromClient(4001, "S")).toBe(Verdict.drop);
});

test("a new rate of drop_packet=3 waits for the next tick", () => {
  const made = director();
  made.setSysctls({ drop_packet: 3 });
  made.setSysctls({ am_droprate: 2 });
  expect(refused(made, 4000)).toEqual([1, 11]);
  made.sleep(1.1);
  expect(refused(made, 5000)).toEqual([9, 11]);
});

/** Buckets in turn: 32 ticks look at each of them once. */
class InTurn implements Rng {
  private next = -1;
  below(bound: number): number {
    this.next = (this.next + 1) % bound;
    return this.next;
  }
  stream(): Rng {
    return this;
  }
}
const ROUND = 32 * 1.024;

test.each([
  { packets: 1, count: 9, taken: 9 },
  { packets: 2, count: 9, taken: 5 },
  { packets: 3, count: 9, taken: 3 },
  { packets: 3, count: 10, taken: 4 },
  { packets: 8, count: 9, taken: 2 },
  { packets: 9, count: 9, taken: 0 },
])("of $count idle flows with $packets packets drop_entry takes $taken in a round", (row) => {
  const made = new Director("edge-triggered", new InTurn());
  made.serve(UDP, realServer(0, { port: 53 }));
  for (let port = 4000; port < 4000 + row.count; port++)
    for (let i = 0; i < row.packets; i++) made.datagram(port);
  made.sleep(61);
  made.setSysctls({ drop_entry: 3 });
  made.sleep(ROUND);
  expect(made.states().length).toBe(row.count - row.taken);
});

test.each([
  ["S", 0, 0],
  ["S A", 20, 1],
  ["S A", 61, 0],
  ["S A FA", 20, 1],
])("a round of drop_entry meets %s, idle for %i s, and leaves %i", (segments, idle, left) => {
  const made = new Director("edge-triggered", new InTurn());
  made.serve(service(), realServer(0));
  for (const flags of segments.split(" ")) made.fromClient(4000, flags);
  made.sleep(idle);
  made.setSysctls({ drop_entry: 3 });
  made.sleep(ROUND);
  expect(made.states().length).toBe(left);
});

test.each([
  ["S", 0],
  ["S A A A A A A A A A", 2],
])(
  "drop_entry leaves of a persistent client's %s and its template %i entries",
  (segments, left) => {
    const made = new Director("edge-triggered", new InTurn());
    made.serve(service({ persistenceTimeout: 3000 }), realServer(0));
    for (const flags of segments.split(" ")) made.fromClient(4000, flags);
    made.sleep(61);
    if (segments === "S") made.fromClient(4001, "S");
    made.setSysctls({ drop_entry: 3 });
    made.sleep(ROUND);
    expect(made.states().length).toBe(left);
  },
);

test.each([
  { packets: 3, left: 1 },
  { packets: 9, left: 2 },
])("of two one-packet templates with $packets packets drop_entry leaves $left", (row) => {
  const made = new Director("edge-triggered", new InTurn());
  made.serve({ ...UDP, onePacket: true, persistenceTimeout: 3000 }, realServer(0, { port: 53 }));
  for (const client of [CLIENT, address("10.20.0.6")])
    for (let i = 0; i < row.packets; i++) made.datagram(4000 + i, 53, client);
  made.sleep(61);
  made.setSysctls({ drop_entry: 3 });
  made.sleep(ROUND);
  expect(made.states().length).toBe(row.left);
});

test("a service that is deleted takes nothing of this away", () => {
  const made = director();
  made.setSysctls({ drop_packet: 3, am_droprate: 1 });
  made.command({ kind: "delete-service", identity });
  expect(made.fromClient(4000, "S")).toBe(Verdict.accept);
});
