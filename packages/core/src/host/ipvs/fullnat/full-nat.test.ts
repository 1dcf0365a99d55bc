import { describe, expect, test } from "vitest";
import { Frame } from "../../../packet/frame.ts";
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import { IcmpType, IpProtocol } from "../../../packet/protocol.ts";
import { readClientAddress } from "../../../wire/client-address-option.ts";
import { HookPoint, Verdict } from "../../netfilter/hook.ts";
import { CLIENT, serverAddress, service, VIP } from "../director.fixture.ts";
import { ForkDirector, LOCAL } from "./fork-director.fixture.ts";

const { identity } = service();

/** The SYN of the client with this number. */
function open(director: ForkDirector, client: number): void {
  const from = (CLIENT + (client >> 15)) as Ipv4Address;
  director.deliver(director.segment(from, 1024 + (client & 0x7fff), VIP, 80, "S"));
  director.sent.length = 0;
}

/** Source of what was sent for each of these client ports, as `201:5001`. */
function sources(director: ForkDirector, ...ports: number[]): (string | null)[] {
  return ports.map((port) => {
    const sent = director.request(port, "S");
    return sent === null ? null : `${sent.source & 0xff}:${sent.sourcePort}`;
  });
}

describe("the way of packets", () => {
  test("requests and answers are taken at PRE_ROUTING, and INPUT and OUTPUT have no hook", () => {
    const director = new ForkDirector();
    expect(director.hooks.at(HookPoint.preRouting).map(({ priority }) => priority)).toEqual([
      -202, -201,
    ]);
    expect(director.hooks.at(HookPoint.localIn)).toEqual([]);
    expect(director.hooks.at(HookPoint.localOut)).toEqual([]);
    expect(director.hooks.at(HookPoint.forward).map(({ priority }) => priority)).toEqual([99, 100]);
  });

  test("both ends of a request and of its answer are rewritten, and no TTL falls", () => {
    const director = new ForkDirector();
    const sent = director.request(4000, "S") as Frame;
    expect(sent).toMatchObject({
      source: LOCAL[0],
      sourcePort: 5001,
      destination: serverAddress(0),
      destinationPort: 80,
      ttl: 64,
      untracked: true,
    });
    expect(director.reply(sent, "SA")).toMatchObject({
      source: VIP,
      sourcePort: 80,
      destination: CLIENT,
      destinationPort: 4000,
      ttl: 64,
    });
    expect(director.states()).toEqual(["SYN_RECV 30"]);
  });

  test("datagrams are rewritten, too", () => {
    const director = new ForkDirector();
    const udp = { kind: "address", protocol: IpProtocol.udp, address: VIP, port: 53 } as const;
    director.turn({ udp_drop_entry: 0 });
    const config = director.config.services[0]?.realServers[0];
    director.serve(service({ identity: udp }), { ...config, port: 53 } as never);
    director.command({ kind: "add-local-address", identity: udp, address: LOCAL[1] });
    director.datagram(4000);
    const sent = director.sent[0] as Frame;
    expect(sent).toMatchObject({ source: LOCAL[1], destination: serverAddress(0) });
    expect(sent.destinationPort).toBe(53);
  });

  test("later packets leave by the link on which the other direction came in", () => {
    const director = new ForkDirector();
    director.turn({ fast_xmit: 1, fast_xmit_inside: 1 });
    const syn = director.request(4000, "S") as Frame;
    expect(director.straight, "nobody has heard of the server").toEqual([]);
    const answer = director.reply(syn, "SA") as Frame;
    expect(director.straight).toEqual([{ frame: answer, device: 2 }]);
    expect(answer).toMatchObject({ destinationMac: 0x0200_0000_0002, sourceMac: 0x0200_0000_0102 });
    const ack = director.request(4000, "A") as Frame;
    expect(director.straight).toEqual([{ frame: ack, device: 3 }]);
    expect(ack).toMatchObject({ destinationMac: 0x0200_0000_0003, sourceMac: 0x0200_0000_0103 });
    director.mtu = 100;
    expect(director.request(4000, "PA", { payloadLength: 200 })).not.toBeNull();
    expect(director.straight, "too long for the link").toEqual([]);
  });

  test("a server on the director itself has no route yet where requests are taken", () => {
    const director = new ForkDirector();
    director.local.add(serverAddress(0));
    const frame = director.segment(CLIENT, 4000, VIP, 80, "S");
    frame.route = null;
    expect(director.deliver(frame)).toBe(Verdict.accept);
    expect(frame).toMatchObject({ source: LOCAL[0], destination: serverAddress(0), route: null });
  });

  test("without a local address nothing is made, and the kernel's log says so", () => {
    const director = new ForkDirector(1, []);
    expect(director.request(4000, "S")).toBeNull();
    expect(director.states()).toEqual([]);
    expect(director.counts()).toBe("0:0/0");
    expect(director.warnings).toEqual(["IPVS: bind local address: no port available"]);
  });
});

describe("local addresses and ports", () => {
  test("addresses take turns, each with a counter of its own", () => {
    const director = new ForkDirector();
    expect(sources(director, 1, 2, 3, 4)).toEqual(["201:5001", "202:5001", "201:5002", "202:5002"]);
  });

  test("an address has 60,536 ports towards one server", () => {
    const director = new ForkDirector(1, [LOCAL[0]]);
    for (let i = 0; i < 60_536; i++) open(director, i);
    const local = { address: LOCAL[0], connections: 60_536, conflicts: 0 };
    expect(director.ipvs.services()[0]?.localAddresses).toEqual([local]);
    open(director, 60_536);
    const tried = { ...local, conflicts: 10_000 };
    expect(director.ipvs.services()[0]?.localAddresses).toEqual([tried]);
    expect(director.counts(), "no connection came of it").toBe("0:0/60536");
  });

  test("what one server's connections hold is free towards the next", () => {
    const director = new ForkDirector(2, [LOCAL[0]]);
    director.turn({ lport_min: 65_531 });
    for (let i = 0; i < 11; i++) open(director, i);
    expect(director.counts()).toBe("0:0/5 1:0/5");
  });

  test("a port that another connection holds is passed over and counted", () => {
    const director = new ForkDirector(1, [LOCAL[0]]);
    director.turn({ lport_min: 6000, lport_max: 6002 });
    expect(sources(director, 1, 2, 3, 4)).toEqual(["201:6001", "201:6002", "201:6000", null]);
    director.sleep(31);
    // 10,000 tries later
    expect(sources(director, 5)).toEqual(["201:6002"]);
  });

  test("DPVS begins at 1025 and goes on to another address when one is full", () => {
    const director = new ForkDirector(1, [LOCAL[0]], "dpvs");
    const held = (): unknown =>
      director.ipvs.services()[0]?.localAddresses.map(({ connections }) => connections);
    expect(sources(director, 1)).toEqual(["201:1026"]);
    for (let i = 1; i < 64_512; i++) open(director, i);
    expect(held()).toEqual([64_511]);
    director.command({ kind: "add-local-address", identity, address: LOCAL[1] });
    for (let i = 64_512; i < 64_516; i++) open(director, i);
    expect(held()).toEqual([64_511, 4]);
  });

  test("the fork stays with the address whose turn it is", () => {
    const director = new ForkDirector();
    director.turn({ lport_min: 65_535 });
    expect(sources(director, 1)).toEqual(["201:65535"]);
    director.command({ kind: "delete-local-address", identity, address: LOCAL[1] });
    director.command({ kind: "add-local-address", identity, address: LOCAL[1] });
    expect(sources(director, 2, 3, 4)).toEqual(["202:65535", null, null]);
  });

  test("an address that goes keeps its connections, and comes back with a new counter", () => {
    const director = new ForkDirector();
    const first = director.request(1, "S") as Frame;
    director.command({ kind: "delete-local-address", identity, address: LOCAL[0] });
    expect(director.reply(first, "SA")).toMatchObject({ destination: CLIENT });
    expect(sources(director, 2)).toEqual(["202:5001"]);
    director.command({ kind: "add-local-address", identity, address: LOCAL[0] });
    // port 5001 of 201 is still in use, but the counter does not know
    expect(sources(director, 3, 4)).toEqual(["201:5002", "202:5002"]);
    expect(director.ipvs.services()[0]?.localAddresses).toEqual([
      { address: LOCAL[1], connections: 2, conflicts: 0 },
      { address: LOCAL[0], connections: 1, conflicts: 1 },
    ]);
  });

  test("a persistent client's template holds no port, its connections one each", () => {
    const director = new ForkDirector(2, [LOCAL[0]]);
    director.command({ kind: "edit-service", service: service({ persistenceTimeout: 300 }) });
    expect(sources(director, 1, 2)).toEqual(["201:5001", "201:5002"]);
    const ends = director.ipvs
      .connections()
      .map(({ template, localPort }) => [template, localPort]);
    expect(ends).toEqual(
      expect.arrayContaining([
        [true, 0],
        [false, 5001],
        [false, 5002],
      ]),
    );
    expect(director.ipvs.services()[0]?.localAddresses[0]?.connections).toBe(2);
  });

  test("when the address that had its turn goes, the next one misses its own", () => {
    const third = (LOCAL[1] + 1) as Ipv4Address;
    const director = new ForkDirector(1, [...LOCAL, third]);
    sources(director, 1);
    director.command({ kind: "delete-local-address", identity, address: LOCAL[0] });
    expect(sources(director, 2, 3)).toEqual(["203:5001", "202:5001"]);
  });
});

describe("what is dropped at the door", () => {
  const settings = ["tcp_drop_entry", "udp_drop_entry", "frag_drop_entry"] as const;
  const packets: readonly [string, (director: ForkDirector) => Frame, (typeof settings)[number]][] =
    [
      ["a SYN to another port", (d) => d.segment(CLIENT, 1, VIP, 81, "S"), "tcp_drop_entry"],
      ["an ACK to another port", (d) => d.segment(CLIENT, 1, VIP, 81, "A"), "tcp_drop_entry"],
      ["a SYN that acknowledges", (d) => d.segment(CLIENT, 1, VIP, 80, "SA"), "tcp_drop_entry"],
      [
        "a datagram to the address",
        (d) => Object.assign(d.segment(CLIENT, 1, VIP, 53, ""), { protocol: IpProtocol.udp }),
        "udp_drop_entry",
      ],
      [
        "a fragment for anybody",
        (d) => Object.assign(d.segment(CLIENT, 1, serverAddress(9), 80, "A"), { fragment: 0x2000 }),
        "frag_drop_entry",
      ],
    ];
  test.each(packets)("%s", (_what, packet, name) => {
    const director = new ForkDirector();
    expect(director.deliver(packet(director))).toBe(Verdict.drop);
    director.turn({ [name]: 0 });
    expect(director.deliver(packet(director))).toBe(Verdict.accept);
    const counted = director.ipvs.fullNatCounters;
    expect([
      counted?.defence_tcp_drop,
      counted?.defence_udp_drop,
      counted?.defence_ip_frag_drop,
    ]).toEqual(settings.map((setting) => (setting === name ? 1 : 0)));
  });

  test("what is for another address goes on", () => {
    const director = new ForkDirector();
    expect(director.deliver(director.segment(CLIENT, 1, LOCAL[0], 80, "A"))).toBe(Verdict.accept);
  });
});

describe("ends", () => {
  test("an established connection that expires is reset at both ends, where each expects it", () => {
    const director = new ForkDirector();
    const syn = director.request(4000, "S", { sequenceNumber: 1000 }) as Frame;
    const told = syn.sequenceNumber;
    director.reply(syn, "SA", { sequenceNumber: 7000, acknowledgementNumber: told + 1 });
    director.request(4000, "A", { sequenceNumber: 1001, acknowledgementNumber: 7001 });
    director.request(4000, "PA", {
      sequenceNumber: 1001,
      acknowledgementNumber: 7001,
      payloadLength: 10,
    });
    director.reply(syn, "PA", {
      sequenceNumber: 7001,
      acknowledgementNumber: told + 11,
      payloadLength: 20,
    });
    expect(director.states()).toEqual(["ESTABLISHED 90"]);
    director.sent.length = 0;
    director.sleep(92);
    expect(director.states()).toEqual([]);
    const [toServer, toClient] = director.sent;
    expect(toServer).toMatchObject({
      source: LOCAL[0],
      destination: serverAddress(0),
      tcpFlags: 4,
    });
    expect(toServer?.sequenceNumber).toBe((told + 11) | 0);
    expect(toClient).toMatchObject({ source: VIP, destination: CLIENT, tcpFlags: 4 });
    expect(toClient?.sequenceNumber).toBe(7021);
  });

  test.each([
    ["of a connection that never got through", "S", 1],
    ["when nobody wants it", "A", 0],
  ])("no reset %s", (_what, flags, conn_expire_tcp_rst) => {
    const director = new ForkDirector();
    director.turn({ conn_expire_tcp_rst });
    director.request(4000, "S");
    director.request(4000, flags);
    director.sent.length = 0;
    director.sleep(100);
    expect(director.states()).toEqual([]);
    expect(director.sent).toEqual([]);
  });

  test("a service may say how long its established connections are kept", () => {
    const director = new ForkDirector();
    director.command({ kind: "edit-service", service: service({ establishedTimeout: 600 }) });
    director.request(4000, "S");
    director.request(4000, "A");
    expect(director.states()).toEqual(["ESTABLISHED 600"]);
  });

  test("a client that opens anew from the same port takes the old entry with another number", () => {
    const director = new ForkDirector();
    const first = director.request(4000, "S", { sequenceNumber: 1000 }) as Frame;
    director.request(4000, "A", { sequenceNumber: 1001 });
    director.request(4000, "FA", { sequenceNumber: 1001 });
    director.reply(first, "FA");
    expect(director.states()).toEqual(["TIME_WAIT 7"]);
    director.sleep(1);
    const again = director.request(4000, "S", { sequenceNumber: 500 }) as Frame;
    expect(again.sourcePort).toBe(first.sourcePort);
    // a second later the clock of 64 ns has gone 15,625,000 steps
    expect((again.sequenceNumber - first.sequenceNumber) | 0).toBe(15_625_000);
    expect(director.ipvs.fullNatCounters).toMatchObject({
      fullnat_conn_reused: 1,
      fullnat_conn_reused_timewait: 1,
    });
    const repeated = director.request(4000, "S", { sequenceNumber: 500 }) as Frame;
    expect(repeated.sequenceNumber).toBe(again.sequenceNumber);
  });
});

describe("ICMP errors", () => {
  const error = (source: Ipv4Address, destination: Ipv4Address, quoted: Frame): Frame =>
    Object.assign(new Frame(99), {
      protocol: IpProtocol.icmp,
      source,
      destination,
      icmpType: IcmpType.destinationUnreachable,
      icmpCode: 4,
      icmpRest: 1400,
      inner: quoted,
      length: 56,
      inputInterface: 3,
    });

  test("about a request go to the client in the VIP's name, about what the client sent", () => {
    const director = new ForkDirector();
    const sent = director.request(4000, "S", { sequenceNumber: 1000 }) as Frame;
    director.sent.length = 0;
    const told = error((serverAddress(0) + 100) as Ipv4Address, LOCAL[0], sent);
    expect(director.deliver(told)).toBe(Verdict.stolen);
    expect(director.sent).toEqual([told]);
    expect(told).toMatchObject({ source: VIP, destination: CLIENT, icmpRest: 1400 });
    expect(told.inner).toMatchObject({
      source: CLIENT,
      sourcePort: 4000,
      destination: VIP,
      destinationPort: 80,
      sequenceNumber: 1000,
    });
  });

  test("about an answer go to the server, about what it sent", () => {
    const director = new ForkDirector();
    const sent = director.request(4000, "S") as Frame;
    const { source, sourcePort } = sent;
    const answer = director.reply(sent, "SA") as Frame;
    director.sent.length = 0;
    const told = error(CLIENT, VIP, answer);
    expect(director.deliver(told)).toBe(Verdict.stolen);
    expect(told).toMatchObject({ source, destination: serverAddress(0) });
    expect(told.inner).toMatchObject({
      source: serverAddress(0),
      sourcePort: 80,
      destination: source,
      destinationPort: sourcePort,
    });
  });
});

test("a request that carries the client's address says so to the server alone", () => {
  const director = new ForkDirector();
  const sent = director.request(4000, "S") as Frame;
  expect(readClientAddress(sent)).toEqual({ address: CLIENT, port: 4000 });
  expect(readClientAddress(director.reply(sent, "SA") as Frame)).toBeNull();
});
