/**
 * Without a trace sockets remember by which way their last packet went (host/ip/output-ways.ts); with one each goes the
 * whole way. Whatever happens to its host between two packets, nobody sees which it was.
 */
import { fc, test } from "@fast-check/vitest";
import {
  type Ipv4Address,
  later,
  type MacAddress,
  microseconds,
  milliseconds,
  PLAIN_LINK,
  parseIpv4Address,
  type TcpListener,
  type TcpSocket,
  TcpState,
  type Trace,
  type UdpSocket,
} from "@lvsim/core";
import { Lab } from "@lvsim/scenarios";
import { describe, expect } from "vitest";
import { DropCounts } from "../swarm/drop-counts.ts";
import { Seen } from "./seen.ts";

const CABLE = { ...PLAIN_LINK, delay: microseconds(20) };
const HOSTS = ["sender", "one", "two"];
const at = (text: string): Ipv4Address => parseIpv4Address(text) as Ipv4Address;
const ONE = { address: at("10.0.0.2"), port: 53 };
const TWO = { address: at("10.0.0.3"), port: 53 };

/** The sender is 10.0.0.1; 10.0.0.2 and 10.0.0.3 send back what comes to port 53, by UDP or TCP, and nothing else. */
class Exchange {
  readonly lab: Lab;
  readonly seen: Seen;
  readonly told: unknown[] = [];
  private readonly socket: UdpSocket;
  /** To the first of the others; null while there is none. */
  private stream: TcpSocket | null = null;

  constructor(trace: Trace | null) {
    this.lab = Lab.empty({ seed: "1", trace });
    const lan = this.lab.addSwitch("lan");
    HOSTS.forEach((machine, i) => {
      this.lab.addMachine(machine);
      const mac = (0x020000000001 + i) as MacAddress;
      this.lab.attach({ machine, device: "eth0", mac }, lan, machine, CABLE);
      this.lab.exec(machine, `ip addr add 10.0.0.${i + 1}/24 dev eth0`);
    });
    for (const machine of HOSTS.slice(1)) this.answer(machine);
    this.socket = this.lab.machine("sender").namespace.sockets.udp();
    const { told, socket } = this;
    socket.onEvent = () => {
      for (let answer = socket.receive(); answer !== undefined; answer = socket.receive())
        told.push([answer.from, answer.to, answer.octets.length]);
    };
    this.seen = new Seen(this.lab.simulation);
  }

  private answer(machine: string): void {
    const socket = this.lab.machine(machine).namespace.sockets.udp();
    socket.bind({ address: 0 as Ipv4Address, port: ONE.port });
    socket.onEvent = () => {
      const asked = socket.receive();
      if (asked !== undefined) socket.send(asked.octets, asked.from);
    };
    const listener = this.lab
      .machine(machine)
      .namespace.sockets.listen({ address: 0 as Ipv4Address, port: ONE.port }, 10) as TcpListener;
    listener.onEvent = () => {
      const peer = listener.accept();
      if (peer === undefined) return;
      peer.onEvent = () => {
        const octets = peer.receive(65_536);
        if (octets !== null && octets.length > 0) peer.send(octets);
        else if (octets !== null) peer.close();
      };
    };
  }

  /** Opens a stream, or sends by the one that is open. */
  private write(octets: number): void {
    const { told } = this;
    const open = this.stream;
    if (open !== null && open.state !== TcpState.close) {
      told.push(open.send(new Uint8Array(octets)));
      return;
    }
    const stream = this.lab.machine("sender").namespace.sockets.tcp();
    this.stream = stream;
    stream.onEvent = () =>
      told.push(stream.state, stream.receive(65_536)?.length, stream.takeError());
    told.push(stream.connect(ONE));
  }

  take(step: Step): void {
    const { socket, told } = this;
    if (typeof step === "string") this.lab.exec("sender", step);
    else if ("options" in step) socket.setOptions(step.options);
    else if ("write" in step) this.write(step.write);
    else if ("connect" in step) told.push(socket.connect(step.connect));
    else told.push(socket.send(new Uint8Array(step.octets), step.to));
    this.lab.until(later(this.lab.now, milliseconds(5)));
  }
}

type Step =
  | string
  | { readonly octets: number; readonly to: typeof ONE | null }
  | { readonly write: number }
  | { readonly options: { readonly discoverPathMtu: boolean } }
  | { readonly connect: typeof ONE };

const CHANGES: readonly Step[] = [
  "sysctl -qw net.ipv4.ip_default_ttl=33",
  "sysctl -qw net.ipv4.ip_no_pmtu_disc=1",
  "ip neigh del 10.0.0.2 dev eth0",
  "ip neigh replace 10.0.0.2 lladdr 02:00:00:00:00:03 dev eth0",
  "ip route add 10.0.0.2/32 via 10.0.0.3",
  "ip route add 10.0.0.2/32 dev eth0 mtu 600",
  "ip route add blackhole 10.0.0.2/32",
  "ip route flush cache",
  "ip link set eth0 mtu 600",
  "ip link set eth0 address 02:00:00:00:00:09",
  "ip link set eth0 down; ip link set eth0 up",
  "ip link set eth0 down",
  "ip addr add 10.0.0.2/32 dev lo",
  "ip addr del 10.0.0.1/24 dev eth0; ip addr add 10.0.0.4/24 dev eth0",
  "iptables -A OUTPUT -d 10.0.0.2 -j DROP",
  "iptables -t mangle -A POSTROUTING -j TTL --ttl-set 5",
  "sleep 60",
  { options: { discoverPathMtu: false } },
  { connect: ONE },
  { connect: { ...TWO, port: 54 } },
];

const plain: Step = { octets: 100, to: ONE };
const SENDS: readonly Step[] = [
  plain,
  { octets: 800, to: ONE },
  { octets: 3000, to: ONE },
  { octets: 65_508, to: ONE },
  { octets: 100, to: TWO },
  { octets: 100, to: null },
  { octets: 100, to: { ...ONE, port: 54 } },
  { octets: 100, to: { ...ONE, port: 0 } },
  { write: 100 },
  { write: 3000 },
  { octets: 100, to: { address: 0 as Ipv4Address, port: 53 } },
  { octets: 100, to: { address: at("10.0.0.255"), port: 53 } },
];

function difference(steps: readonly Step[]): string | null {
  const [short, whole] = [new Exchange(null), new Exchange(new DropCounts())] as const;
  for (const step of steps) {
    for (const side of [short, whole]) side.take(step);
    const found = short.seen.differenceTo(whole.seen);
    if (found !== null) return `after ${JSON.stringify(step)}: ${found}`;
    expect(short.told).toEqual(whole.told);
  }
  return null;
}

describe("sockets that remember their ways send what those do that decide on every packet", () => {
  test.each(CHANGES)("when this happens: %j", (change) => {
    const before: Step[] = [plain, plain, plain, { write: 100 }, { write: 100 }];
    expect(difference([...before, change, ...SENDS, ...SENDS])).toBeNull();
    expect(difference([...before, change, { write: 2000 }, ...SENDS])).toBeNull();
  });

  test.prop([fc.array(fc.constantFrom(plain, plain, ...SENDS, ...CHANGES), { maxLength: 30 })], {
    numRuns: 40,
  })("whatever happens", (steps) => {
    expect(difference(steps)).toBeNull();
  });
});
