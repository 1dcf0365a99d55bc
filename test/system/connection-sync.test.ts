/** A director fails; the other carries on the connections that it was told of, and exactly those. */
import {
  type Frame,
  type Ipv4Address,
  later,
  type MacAddress,
  NO_IMPAIRMENTS,
  PLAIN_LINK,
  parseIpv4Address,
  seconds,
  type TcpListener,
  type TcpSocket,
} from "@lvsim/core";
import { Lab } from "@lvsim/scenarios";
import { expect, test } from "vitest";

const VIP = "10.0.0.100";
const SERVER_COMMANDS = [
  `ip addr add ${VIP}/32 dev lo`,
  "sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2",
];
const address = (text: string): Ipv4Address => parseIpv4Address(text) as Ipv4Address;

/**
 * Everybody on one switch; direct routing.
 *
 *     client .1 ── a .2, the director with the VIP ── b .3, its stand-in ── rs1 .11 ── rs2 .12
 */
class Failover {
  readonly lab = Lab.empty({ seed: "1" });
  /** What rs1 and rs2 accepted and read. */
  readonly read: string[] = [];
  /** Datagrams to the group, as they leave a. */
  readonly told: Frame[] = [];

  /** `settings`: of the virtual service, as ipvsadm takes them. */
  constructor(backupLoss: number, masterId: number, backupId: number, settings = "-s rr") {
    const { lab } = this;
    const lan = lab.addSwitch("lan");
    for (const [i, [name, host]] of Object.entries({
      client: 1,
      a: 2,
      b: 3,
      rs1: 11,
      rs2: 12,
    }).entries()) {
      lab.addMachine(name);
      const plug = { machine: name, device: "eth0", mac: (0x020000000000 + host) as MacAddress };
      const loss = name === "b" ? backupLoss : 0;
      const impairments = { ...NO_IMPAIRMENTS, loss };
      lab.attach(plug, lan, `p${i}`, { ...PLAIN_LINK, impairments });
      this.do(name, `ip addr add 10.0.0.${host}/24 dev eth0`);
    }
    for (const server of ["rs1", "rs2"]) {
      for (const command of SERVER_COMMANDS) this.do(server, command);
      this.serve(server);
    }
    // a begins with rs2, b would with rs1
    for (const [director, ...servers] of [["a", 11, 12] as const, ["b", 12, 11] as const]) {
      this.do(director, `ipvsadm -A -t ${VIP}:80 ${settings}`);
      for (const server of servers)
        this.do(director, `ipvsadm -a -t ${VIP}:80 -r 10.0.0.${server} -g`);
    }
    this.do("a", `ip addr add ${VIP}/32 dev eth0`);
    this.do("a", `ipvsadm --start-daemon master --mcast-interface eth0 --syncid ${masterId}`);
    this.do("b", `ipvsadm --start-daemon backup --mcast-interface eth0 --syncid ${backupId}`);
    lab.observe("a", "eth0", {
      tapped: (frame, direction) => {
        if (direction === "out" && frame.destinationPort === 8848) this.told.push(frame);
      },
    });
  }

  do(machine: string, command: string): string {
    const { status, stdout, stderr } = this.lab.exec(machine, command);
    expect([command, status, stderr]).toEqual([command, 0, ""]);
    return stdout;
  }

  wait(count: number): void {
    this.lab.until(later(this.lab.now, seconds(count)));
  }

  /** A client's connection, open once time has passed. */
  connect(): TcpSocket {
    const socket = this.lab.machine("client").namespace.sockets.tcp();
    socket.connect({ address: address(VIP), port: 80 });
    return socket;
  }

  /** a dies; b takes the address and says so. */
  fail(): void {
    this.do("a", "ip link set eth0 down");
    this.do("b", `ip addr add ${VIP}/32 dev eth0`);
    this.do("b", `arping -q -c 1 -U -I eth0 ${VIP}; ip neigh show dev eth0 nud failed`);
  }

  private serve(name: string): void {
    const { sockets } = this.lab.machine(name).namespace;
    const listener = sockets.listen({ address: 0 as Ipv4Address, port: 80 }, 64) as TcpListener;
    listener.onEvent = () => {
      for (let socket = listener.accept(); socket !== undefined; socket = listener.accept())
        this.readFrom(name, socket);
    };
  }

  private readFrom(name: string, socket: TcpSocket): void {
    socket.onEvent = () => {
      const octets = socket.receive(1000);
      if (octets !== null && octets.length > 0)
        this.read.push(`${name} ${socket.remote?.port} ${Buffer.from(octets).toString()}`);
    };
  }
}

const say = (socket: TcpSocket, text: string): number => socket.send(Buffer.from(text));

/** Six connections, of which the last three said something before their director failed. */
function fail(
  loss: number,
  masterId: number,
  backupId: number,
): { run: Failover; clients: TcpSocket[] } {
  const run = new Failover(loss, masterId, backupId);
  const clients = Array.from({ length: 6 }, () => run.connect());
  run.wait(1);
  for (const client of clients.slice(3)) say(client, "before");
  run.wait(4);
  run.fail();
  return { run, clients };
}

const serversOf = (run: Failover, text: string): string[] =>
  run.read.filter((line) => line.endsWith(` ${text}`)).map((line) => line.replace(` ${text}`, ""));

test("connections with three packets go on at their servers, the others are reset", () => {
  const { run, clients } = fail(0, 7, 7);
  const before = serversOf(run, "before").sort();
  expect(before).toHaveLength(3);
  expect(run.told).toHaveLength(1);
  for (const client of clients) say(client, "after");
  run.wait(5);
  expect(serversOf(run, "after").sort()).toEqual(before);
  expect(clients.map((client) => client.takeError())).toEqual([104, 104, 104, 0, 0, 0]);
  expect(run.do("b", "grep -c SYNC /proc/net/ip_vs_conn_sync")).toBe("3\n");
});

test.each([
  ["a persistent client stays with its server", "-s rr -p 300", "rs2"],
  ["a client without persistence is scheduled as the stand-in would", "-s rr", "rs1"],
])("at the stand-in %s", (_what, settings, server) => {
  const run = new Failover(0, 7, 7, settings);
  const known = run.connect();
  run.wait(1);
  say(known, "before");
  run.wait(4);
  expect(serversOf(run, "before")).toEqual([`rs2 ${known.local.port}`]);
  run.fail();
  const fresh = run.connect();
  run.wait(2);
  say(fresh, "after");
  run.wait(2);
  expect(serversOf(run, "after")).toEqual([`${server} ${fresh.local.port}`]);
});

test("the message goes to 224.0.0.81 with TTL 1 from the interface's address", () => {
  const { run } = fail(0, 7, 7);
  const [message] = run.told;
  expect(message).toMatchObject({
    source: address("10.0.0.2"),
    destination: address("224.0.0.81"),
    destinationMac: 0x01005e000051,
    ttl: 1,
    fragment: 0,
    payloadLength: 8 + 3 * 36,
  });
});

test.each([
  ["loses every message", 1, 7, 7],
  ["listens to another syncid", 0, 7, 8],
])("a backup that %s knows no connection", (_what, loss, masterId, backupId) => {
  const { run } = fail(loss, masterId, backupId);
  expect(run.do("b", "ipvsadm -Lnc").split("\n").slice(2)).toEqual([""]);
  expect(run.lab.machine("b").namespace.ipvs.syncCounters.received).toBe(1 - loss);
});
