import { describe, expect, test } from "vitest";
import { IpProtocol } from "../../packet/protocol.ts";
import { HookPoint, Verdict } from "../netfilter/hook.ts";
import type { RealServerConfig } from "./config.ts";
import {
  address,
  CLIENT,
  Director,
  realServer,
  serverAddress,
  service,
  VIP,
} from "./director.fixture.ts";

const { identity } = service();
const UDP = service({
  identity: { kind: "address", protocol: IpProtocol.udp, address: VIP, port: 53 },
});

/** A director with `rr` over two servers, the second of which is chosen first. */
function director(overrides: Partial<RealServerConfig> = {}): Director {
  const made = new Director();
  made.serve(service(), realServer(0, overrides), realServer(1, overrides));
  return made;
}

describe("forwarding", () => {
  test("masquerading rewrites both ways and takes one from the TTL", () => {
    const made = director({ port: 8080 });
    expect(made.fromClient(4000, "S")).toBe(Verdict.stolen);
    expect(made.sent[0]).toMatchObject({
      source: CLIENT,
      destination: serverAddress(1),
      destinationPort: 8080,
      ttl: 63,
      ipvsProperty: true,
    });
    const answer = made.segment(serverAddress(1), 8080, CLIENT, 4000, "SA");
    expect(made.hooks.run(HookPoint.forward, answer, null, null)).toBe(Verdict.accept);
    expect(answer).toMatchObject({ source: VIP, sourcePort: 80, destination: CLIENT });
  });

  test("direct routing changes the next hop only", () => {
    const made = director({ forwarding: "direct-routing" });
    made.fromClient(4000, "S");
    expect(made.sent[0]).toMatchObject({ destination: VIP, nextHop: serverAddress(1), ttl: 63 });
  });

  test("tunnelling wraps the packet whose TTL it copies", () => {
    const made = director({ forwarding: "tunnelling" });
    made.fromClient(4000, "S");
    const [outer] = made.sent;
    expect(outer).toMatchObject({
      protocol: IpProtocol.ipip,
      source: address("10.1.0.254"),
      destination: serverAddress(1),
      ttl: 63,
      length: 60,
      fragment: 0x4000,
    });
    expect(outer?.inner).toMatchObject({ destination: VIP, ttl: 63, length: 40 });
    expect(outer?.parentId).toBe(outer?.inner?.id);
  });

  test("a server on this host gets the packet as it is", () => {
    const made = director({ address: address("127.0.0.1"), forwarding: "direct-routing" });
    expect(made.fromClient(4000, "S")).toBe(Verdict.accept);
    expect(made.states()).toEqual(["SYN_RECV 60"]);
  });

  test("a mainline kernel knows no full-nat", () => {
    const made = director({ forwarding: "full-nat" });
    made.command({ kind: "add-local-address", identity, address: address("10.1.0.201") });
    expect(made.fromClient(4000, "S")).toBe(Verdict.drop);
    expect(made.states()).toEqual([]);
    expect(made.counts()).toBe("0:0/0 1:0/0");
  });

  test.each([
    { what: "TTL 1", change: { ttl: 1 }, said: { type: 11, code: 0, rest: 0 } },
    {
      what: "DF and 1481 octets",
      change: { length: 1481 },
      said: { type: 3, code: 4, rest: 1480 },
    },
  ])("a tunnel drops a packet with $what and says so", ({ change, said }) => {
    const made = director({ forwarding: "tunnelling" });
    made.deliver(Object.assign(made.segment(CLIENT, 4000, VIP, 80, "S"), change));
    expect(made.icmp).toEqual([said]);
    expect(made.sent).toEqual([]);
  });

  test("with pmtu_disc=0 a tunnel packet may be fragmented", () => {
    const made = director({ forwarding: "tunnelling" });
    made.setSysctls({ pmtu_disc: 0 });
    made.deliver(Object.assign(made.segment(CLIENT, 4000, VIP, 80, "S"), { length: 1500 }));
    expect(made.sent[0]).toMatchObject({ length: 1520, fragment: 0 });
  });
});

describe("what makes a connection", () => {
  test.each([
    ["S", Verdict.stolen],
    ["SA", Verdict.stolen],
    ["SF", Verdict.stolen],
    ["A", Verdict.accept],
    ["FA", Verdict.accept],
    ["SR", Verdict.accept],
  ])("%s without one gets verdict %i", (flags, verdict) => {
    expect(director().fromClient(4000, flags)).toBe(verdict);
  });

  test("without a usable server the client hears port unreachable", () => {
    const made = new Director();
    made.serve(service(), realServer(0, { weight: 0 }));
    expect(made.fromClient(4000, "S")).toBe(Verdict.drop);
    expect(made.icmp).toEqual([{ type: 3, code: 3, rest: 0 }]);
  });

  test("a firewall mark comes before address and port", () => {
    const made = director();
    const mark = service({ identity: { kind: "fwmark", mark: 7 } });
    made.serve(mark, realServer(5, { port: 0 }));
    made.deliver(Object.assign(made.segment(CLIENT, 4000, VIP, 80, "S"), { mark: 7 }));
    expect(made.takeChosen()).toBe(5);
  });

  test("one-packet scheduling chooses anew each time and keeps nothing", () => {
    const made = new Director();
    made.serve({ ...UDP, onePacket: true }, realServer(0), realServer(1));
    const chosen = [1, 2, 3].map(() => {
      made.datagram(4000);
      return made.takeChosen();
    });
    expect(chosen).toEqual([1, 0, 1]);
    expect(made.states()).toEqual([]);
    expect(made.counts()).toBe("0:0/0 1:0/0");
  });
});

describe("life of a connection", () => {
  test("masquerading goes through the handshake to TIME_WAIT and away", () => {
    const made = director();
    const seen: string[] = [];
    const see = (): number => seen.push(`${made.states().join()} ${made.counts()}`);
    made.fromClient(4000, "S");
    made.fromServer(1, 4000, "SA");
    see();
    made.fromClient(4000, "A");
    see();
    made.fromClient(4000, "FA");
    see();
    made.fromServer(1, 4000, "FA");
    see();
    made.sleep(123);
    see();
    expect(seen).toEqual([
      "SYN_RECV 60 0:0/0 1:1/0",
      "ESTABLISHED 900 0:0/0 1:1/0",
      "CLOSE_WAIT 60 0:0/0 1:0/1",
      "TIME_WAIT 120 0:0/0 1:0/1",
      " 0:0/0 1:0/0",
    ]);
  });

  test("a packet puts the end off, and a shorter timeout brings it nearer", () => {
    const made = director();
    made.fromClient(4000, "S");
    made.sleep(59);
    made.fromClient(4000, "S");
    made.sleep(59);
    expect(made.states()).toEqual(["SYN_RECV 1"]);
    made.fromClient(4000, "A");
    made.sleep(899);
    expect(made.states()).toEqual(["ESTABLISHED 1"]);
    made.fromClient(4000, "RA");
    made.sleep(9);
    expect(made.states()).toEqual(["CLOSE 1"]);
    made.sleep(2);
    expect(made.states()).toEqual([]);
  });

  test("--set is felt at the next packet", () => {
    const made = director();
    made.fromClient(4000, "S");
    made.fromClient(4000, "A");
    made.command({ kind: "set-timeouts", tcp: 5, tcpFin: 0, udp: 0 });
    expect(made.states()).toEqual(["ESTABLISHED 900"]);
    made.fromClient(4000, "A");
    expect(made.states()).toEqual(["ESTABLISHED 5"]);
    made.sleep(6);
    expect(made.states()).toEqual([]);
  });

  test.each([
    { mode: 0, forwarding: "masquerading", flags: ["A", "RA"], chosen: 1 },
    { mode: 1, forwarding: "masquerading", flags: ["A", "RA"], chosen: 0 },
    { mode: 1, forwarding: "direct-routing", flags: ["A", "FA"], chosen: 1 },
    { mode: 2, forwarding: "direct-routing", flags: ["A", "FA"], chosen: 0 },
  ] as const)("conn_reuse_mode=$mode with $forwarding after $flags chooses $chosen", (row) => {
    const made = director({ forwarding: row.forwarding });
    made.setSysctls({ conn_reuse_mode: row.mode });
    made.fromClient(4000, "S");
    for (const flags of row.flags) made.fromClient(4000, flags);
    made.fromClient(4000, "S");
    expect(made.takeChosen()).toBe(row.chosen);
  });
});

describe("deleted servers", () => {
  const gone = { kind: "delete-server", identity, address: serverAddress(1), port: 80 } as const;

  test("their packets are dropped, their answers pass, and adding them again brings all back", () => {
    const made = director();
    made.fromClient(4000, "S");
    made.command(gone);
    expect(made.fromClient(4000, "A")).toBe(Verdict.drop);
    expect(made.fromServer(1, 4000, "SA").source).toBe(VIP);
    made.command({ kind: "add-server", identity, server: realServer(1) });
    expect(made.counts()).toBe("0:0/0 1:1/0");
    expect(made.fromClient(4000, "A")).toBe(Verdict.stolen);
  });

  test("after 120 s without a connection a server starts from nothing", () => {
    for (const [wait, packets] of [
      [170, 1],
      [190, 0],
    ] as const) {
      const made = director({ weight: 1 });
      made.setSysctls({ expire_nodest_conn: 1 });
      made.fromClient(4000, "S");
      made.sleep(3);
      made.command(gone);
      made.sleep(wait);
      made.command({ kind: "add-server", identity, server: realServer(1) });
      const [server] = made.ipvs.services()[0]?.servers ?? [];
      expect(server?.statistics.inPackets).toBe(packets);
    }
  });

  test("expire_nodest_conn=1 ends their connections and templates without any packet", () => {
    const made = new Director();
    made.serve(service({ persistenceTimeout: 300 }), realServer(0), realServer(1));
    made.setSysctls({ expire_nodest_conn: 1 });
    made.fromClient(4000, "S");
    made.command(gone);
    expect(made.states().length).toBe(2);
    made.sleep(0.02);
    expect(made.states()).toEqual([]);
  });
});

describe("persistence", () => {
  const persistent = (timeout: number): Director => {
    const made = new Director();
    const mask = address("255.255.255.0");
    made.serve(
      service({ persistenceTimeout: timeout, persistenceNetmask: mask }),
      realServer(0),
      realServer(1),
    );
    return made;
  };

  test("clients of one network share a server and a template, also when it is quiesced", () => {
    const made = persistent(300);
    const chosen = ["10.20.0.1", "10.20.0.2", "10.30.0.1"].map((client, i) => {
      made.fromClient(4000 + i, "S", address(client));
      return made.takeChosen();
    });
    expect(chosen).toEqual([1, 1, 0]);
    expect(made.ipvs.connections().filter(({ template }) => template).length).toBe(2);
    made.command({ kind: "edit-server", identity, server: realServer(1, { weight: 0 }) });
    made.fromClient(5000, "S", address("10.20.0.3"));
    expect(made.takeChosen()).toBe(1);
  });

  test("expire_quiescent_template=1 orphans the template of a quiesced server", () => {
    const made = persistent(300);
    made.setSysctls({ expire_quiescent_template: 1 });
    made.fromClient(4000, "S");
    made.command({ kind: "edit-server", identity, server: realServer(1, { weight: 0 }) });
    made.fromClient(4001, "S");
    expect(made.takeChosen()).toBe(0);
    const templates = made.ipvs.connections().filter(({ template }) => template);
    expect(templates.map(({ virtualPort }) => virtualPort).sort()).toEqual([65_535, 80]);
  });

  test("a template outlives its timeout while a connection belongs to it", () => {
    const made = persistent(60);
    made.fromClient(4000, "S");
    made.fromClient(4000, "A");
    made.sleep(70);
    const template = made.ipvs.connections().find((entry) => entry.template);
    expect(template).toMatchObject({ state: "ASSURED", clientPort: 0 });
    made.fromClient(4000, "RA");
    made.sleep(80);
    expect(made.states()).toEqual([]);
  });
});

test("a service without a scheduler has no server for anybody, until it gets one", () => {
  const made = new Director();
  made.serve(service({ scheduler: "none" }), realServer(0));
  made.fromClient(4000, "S");
  expect(made.icmp).toEqual([{ type: 3, code: 3, rest: 0 }]);
  made.command({ kind: "edit-service", service: service({ scheduler: "rr" }) });
  made.fromClient(4000, "S");
  expect(made.takeChosen()).toBe(0);
});

describe("a server that lblc's cache names", () => {
  /** One connection, ended; then the server is deleted for ten minutes. */
  const returned = (scheduler: string): Director => {
    const made = new Director();
    made.serve(service({ scheduler }), realServer(0), realServer(1));
    made.fromClient(4000, "S");
    expect(made.takeChosen()).toBe(1);
    made.fromClient(4000, "R");
    made.sleep(20);
    made.command({ kind: "delete-server", identity, address: serverAddress(1), port: 80 });
    made.sleep(600);
    made.command({ kind: "add-server", identity, server: realServer(1) });
    made.command({ kind: "add-server", identity, server: realServer(2) });
    made.takeChosen();
    return made;
  };

  test("stays in the trash for it, and comes back as the one that it knows", () => {
    const made = returned("lblc");
    made.fromClient(4001, "S");
    expect(made.takeChosen()).toBe(1);
  });

  test("is an idle server among others for a scheduler without a cache", () => {
    const made = returned("wlc");
    made.fromClient(4001, "S");
    expect(made.takeChosen()).toBe(2);
  });
});
