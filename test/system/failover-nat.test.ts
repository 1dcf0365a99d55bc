/**
 * A masquerading director fails: its stand-in takes the VIP and the servers' gateway, and translates both ways of the
 * connections that it was told of; the others' clients get resets.
 */
import {
  type Ipv4Address,
  later,
  type MacAddress,
  parseIpv4Address,
  seconds,
  type TcpListener,
  type TcpSocket,
} from "@lvsim/core";
import { Lab } from "@lvsim/scenarios";
import { expect, test } from "vitest";

const VIP = "10.0.0.100";
const GATEWAY = "10.1.0.1";
const DIRECTORS = ["a", "b"];

const lab = Lab.empty({ seed: "1" });
const wait = (count: number): void => void lab.until(later(lab.now, seconds(count)));
const say = (socket: TcpSocket, text: string): number => socket.send(Buffer.from(text));
const heard = (socket: TcpSocket): string => Buffer.from(socket.receive(1000) ?? []).toString();

function run(machine: string, ...commands: readonly string[]): void {
  for (const command of commands)
    expect([command, lab.exec(machine, command)]).toMatchObject([command, { status: 0 }]);
}

/** client 10.0.0.1 ── a .2, b .3 ── 10.1.0.2, .3 ── rs1 10.1.0.11, rs2 .12 */
function build(): void {
  const [outside, inside] = [lab.addSwitch("outside"), lab.addSwitch("inside")];
  let mac = 0x020000000000;
  const plug = (machine: string, device: string, address: string, to: typeof outside): void => {
    lab.attach({ machine, device, mac: ++mac as MacAddress }, to, `${machine}.${device}`);
    run(machine, `ip addr add ${address}/24 dev ${device}`);
  };
  for (const machine of ["client", "a", "b", "rs1", "rs2"]) lab.addMachine(machine);
  for (const [i, machine] of ["client", "a", "b"].entries())
    plug(machine, "eth0", `10.0.0.${1 + i}`, outside);
  for (const [i, machine] of DIRECTORS.entries()) plug(machine, "eth1", `10.1.0.${2 + i}`, inside);
  for (const [i, machine] of ["rs1", "rs2"].entries()) {
    plug(machine, "eth0", `10.1.0.${11 + i}`, inside);
    run(machine, `ip route add default via ${GATEWAY}`);
    echo(machine);
  }
  for (const director of DIRECTORS) {
    run(director, "sysctl -qw net.ipv4.ip_forward=1", `ipvsadm -A -t ${VIP}:80 -s rr`);
    for (const server of [11, 12])
      run(director, `ipvsadm -a -t ${VIP}:80 -r 10.1.0.${server}:8080 -m`);
  }
  run("a", "ipvsadm --start-daemon master --mcast-interface eth1");
  run("b", "ipvsadm --start-daemon backup --mcast-interface eth1");
  own("a");
}

/** A director takes both addresses, and says so. */
function own(director: string): void {
  for (const [address, device] of [
    [VIP, "eth0"],
    [GATEWAY, "eth1"],
  ])
    run(
      director,
      `ip addr add ${address}/32 dev ${device}`,
      `arping -q -c 1 -U -I ${device} ${address}; true`,
    );
}

/** Answers everything that comes with the server's name and what it was. */
function echo(machine: string): void {
  const { sockets } = lab.machine(machine).namespace;
  const listener = sockets.listen({ address: 0 as Ipv4Address, port: 8080 }, 64) as TcpListener;
  const goOn = (socket: TcpSocket): void => {
    const text = heard(socket);
    if (text !== "") say(socket, `${machine} ${text}`);
  };
  listener.onEvent = () => {
    for (let socket = listener.accept(); socket !== undefined; socket = listener.accept()) {
      const accepted = socket;
      accepted.onEvent = () => goOn(accepted);
    }
  };
}

test("synced connections are answered by their servers through the stand-in, the others are reset", () => {
  build();
  const clients = Array.from({ length: 6 }, () => {
    const socket = lab.machine("client").namespace.sockets.tcp();
    socket.connect({ address: parseIpv4Address(VIP) as Ipv4Address, port: 80 });
    return socket;
  });
  wait(1);
  const talkers = clients.slice(2);
  for (const client of talkers) say(client, "before");
  wait(4);
  const servers = talkers.map((client) => heard(client).split(" ")[0]);
  expect(servers.toSorted()).toEqual(["rs1", "rs1", "rs2", "rs2"]);
  run("a", "ip link set eth0 down", "ip link set eth1 down");
  own("b");
  for (const client of clients) say(client, "after");
  wait(5);
  expect(talkers.map(heard)).toEqual(servers.map((server) => `${server} after`));
  const ECONNRESET = 104;
  expect(clients.map((client) => client.takeError())).toEqual([ECONNRESET, ECONNRESET, 0, 0, 0, 0]);
});
