/** What a director counts for servers, services and in all, when it shows, and what `-Z` and deletions do to it. */
import { describe, expect, test } from "vitest";
import { IpProtocol } from "../../packet/protocol.ts";
import type { RealServerConfig } from "./config.ts";
import { Director, realServer, service, VIP } from "./director.fixture.ts";
import type { StatisticsView } from "./statistics.ts";

const TCP = service();
const UDP = service({
  identity: { kind: "address", protocol: IpProtocol.udp, address: VIP, port: 53 },
});
const { identity } = TCP;

/** A TCP service with servers 0 and 1, of which 1 is first, and a UDP service with server 2. */
function director(overrides: Partial<RealServerConfig> = {}): Director {
  const made = new Director();
  made.serve(TCP, realServer(0, overrides), realServer(1, overrides));
  made.serve(UDP, realServer(2, { port: 53 }));
  return made;
}

/** Longer than the estimator's period. */
const look = (made: Director): void => made.sleep(2.1);

const counted = ({ connections, inPackets, outPackets, inOctets, outOctets }: StatisticsView) =>
  `${connections} ${inPackets}/${outPackets} ${inOctets}/${outOctets}`;

const rates = (view: StatisticsView): readonly number[] => [
  view.connectionsPerSecond,
  view.inPacketsPerSecond,
  view.outPacketsPerSecond,
  view.inOctetsPerSecond,
  view.outOctetsPerSecond,
];

/** All counters: each service, its servers in the kernel's order, and the sums. */
const table = (made: Director): string[] => [
  ...made.ipvs
    .services()
    .flatMap(({ statistics, servers }) => [
      counted(statistics),
      ...servers.map((server) => `-> ${counted(server.statistics)}`),
    ]),
  `= ${counted(made.ipvs.totals())}`,
];

/** Two connections of two packets and an answer each, and a datagram. */
function traffic(made: Director): void {
  for (const [port, server] of [
    [4000, 1],
    [4001, 0],
  ] as const) {
    made.fromClient(port, "S");
    made.fromServer(server, port, "SA");
    made.fromClient(port, "A");
  }
  made.datagram(4000);
}

test("packets and octets count for the server, its service and in all", () => {
  const made = director();
  traffic(made);
  look(made);
  expect(table(made)).toEqual([
    "2 4/2 160/80",
    "-> 1 2/1 80/40",
    "-> 1 2/1 80/40",
    "1 1/0 40/0",
    "-> 1 1/0 40/0",
    "= 3 5/2 200/80",
  ]);
});

test.each(["direct-routing", "tunnelling"] as const)(
  "with %s what servers answer is not seen, and octets are those that came in",
  (forwarding) => {
    const made = director({ forwarding });
    made.fromClient(4000, "S");
    made.fromServer(1, 4000, "SA");
    look(made);
    expect(table(made)[0]).toBe("1 1/0 40/0");
  },
);

test("one-packet scheduling counts a connection for each datagram", () => {
  const made = new Director();
  made.serve({ ...UDP, onePacket: true }, realServer(0, { port: 53 }));
  for (let i = 0; i < 3; i++) made.datagram(4000);
  look(made);
  expect(table(made)[0]).toBe("3 3/0 120/0");
});

test("refused and unscheduled packets count nowhere", () => {
  const made = new Director();
  made.serve(TCP, realServer(0, { weight: 0 }));
  made.fromClient(4000, "S");
  made.fromClient(4001, "A");
  look(made);
  expect(table(made)).toEqual(["0 0/0 0/0", "-> 0 0/0 0/0", "= 0 0/0 0/0"]);
});

test("all that is shown changes every 2.016 s: 2 s, late by the grain of the wheel", () => {
  const made = director();
  const shown = [2.015, 2.017, 4.031, 4.033].map((instant, i) => {
    made.datagram(4000 + i);
    made.sleep(instant - made.engine.now / 1e9);
    return made.ipvs.totals().inPackets;
  });
  expect(shown).toEqual([0, 2, 2, 4]);
});

test("rates follow in quarters, whoever they are of", () => {
  const made = director();
  for (let i = 0; i < 40; i++) made.fromClient(4000 + i, "S");
  look(made);
  const [tcp] = made.ipvs.services();
  const [first] = tcp?.servers ?? [];
  // 40 in 2 s are 20 a second, of which a quarter shows; 1600 octets likewise
  expect(rates(made.ipvs.totals())).toEqual([5, 5, 0, 200, 0]);
  expect(rates(tcp?.statistics as StatisticsView)).toEqual([5, 5, 0, 200, 0]);
  // 2.5 a second: the half is not enough for a third
  expect(rates(first?.statistics as StatisticsView)).toEqual([2, 2, 0, 100, 0]);
  look(made);
  expect(rates(made.ipvs.totals())).toEqual([4, 4, 0, 150, 0]);
});

describe("-Z", () => {
  test("of a service leaves the others and the sums", () => {
    const made = director();
    traffic(made);
    look(made);
    made.command({ kind: "zero", identity });
    expect(table(made)).toEqual([
      "0 0/0 0/0",
      "-> 0 0/0 0/0",
      "-> 0 0/0 0/0",
      "1 1/0 40/0",
      "-> 1 1/0 40/0",
      "= 3 5/2 200/80",
    ]);
  });

  test("of everything takes rates with it, and counting goes on from there", () => {
    const made = director();
    for (let i = 0; i < 40; i++) made.fromClient(4000 + i, "S");
    look(made);
    made.command({ kind: "zero", identity: null });
    expect(rates(made.ipvs.totals())).toEqual([0, 0, 0, 0, 0]);
    expect(new Set(table(made).map((row) => row.replace(/^[=>-]+ /, "")))).toEqual(
      new Set(["0 0/0 0/0"]),
    );
    made.datagram(4000);
    look(made);
    expect(table(made).slice(-3)).toEqual(["1 1/0 40/0", "-> 1 1/0 40/0", "= 1 1/0 40/0"]);
    expect(made.ipvs.counted()).toMatchObject({ connections: 41, inPackets: 41 });
  });
});

describe("a deleted server", () => {
  const gone = {
    kind: "delete-server",
    identity,
    address: realServer(1).address,
    port: 80,
  } as const;

  test("counts no more, and comes back with what it had", () => {
    const made = director();
    traffic(made);
    made.command(gone);
    made.fromServer(1, 4000, "PA");
    look(made);
    expect(table(made)[0]).toBe("2 4/2 160/80");
    made.command({ kind: "add-server", identity, server: realServer(1) });
    made.fromClient(4000, "A");
    look(made);
    expect(table(made).slice(0, 2)).toEqual(["2 5/2 200/80", "-> 1 3/1 120/40"]);
  });

  test("comes back to another service of the same name with nothing", () => {
    const made = director();
    traffic(made);
    look(made);
    made.command({ kind: "delete-service", identity });
    made.serve(TCP, realServer(1));
    look(made);
    expect(table(made).slice(2, 4)).toEqual(["0 0/0 0/0", "-> 0 0/0 0/0"]);
    expect(made.counts()).not.toBe("");
  });

  test("counted for the service that it had, also what nobody has looked at yet", () => {
    const made = director();
    traffic(made);
    made.command({ kind: "delete-service", identity });
    made.serve(TCP, realServer(1));
    look(made);
    expect(table(made).slice(2)).toEqual(["0 0/0 0/0", "-> 1 2/1 80/40", "= 3 5/2 200/80"]);
  });
});

test("run_estimation=0 freezes what is shown; what was counted meanwhile then comes at once", () => {
  const made = director();
  made.datagram(4000);
  look(made);
  made.setSysctls({ run_estimation: 0 });
  for (let i = 0; i < 79; i++) made.datagram(5000 + i);
  made.sleep(20);
  expect(counted(made.ipvs.totals())).toBe("1 1/0 40/0");
  const [before] = rates(made.ipvs.totals());
  made.sleep(20);
  expect(rates(made.ipvs.totals())[0]).toBe(before);
  made.setSysctls({ run_estimation: 1 });
  look(made);
  expect(counted(made.ipvs.totals())).toBe("80 80/0 3200/0");
  // 79 in 2 s are 39.5, of which a quarter, and three quarters of the eighth before
  expect(rates(made.ipvs.totals())[0]).toBe(10);
});
