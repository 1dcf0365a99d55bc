/**
 * What makes a director decide anew about a flow that it knows: for each a short history, in which a packet comes out wrong if
 * that is forgotten.
 */
import type { Oddity, PacketStep, Step } from "./director-history.ts";

const ask: PacketStep = { by: "client1.eth0", packet: "udp 10.0.0.1:1000 > 10.0.0.100:53" };
const askOther: PacketStep = { by: "client1.eth0", packet: "udp 10.0.0.1:1000 > 10.0.0.101:53" };
const syn: PacketStep = { by: "client1.eth0", packet: "tcp S 10.0.0.1:1000 > 10.0.0.100:80" };
const ack: PacketStep = { by: "client1.eth0", packet: "tcp A 10.0.0.1:1000 > 10.0.0.100:80" };
const odd = (...odd: readonly Oddity[]): PacketStep => ({ ...ask, odd });
const dir = (run: string): Step => ({ on: "dir", run });
const rs1 = (run: string): Step => ({ on: "rs1", run });
const wait = (wait: string): Step => ({ wait });
/** By now all neighbours are known, and the ways of requests and answers. */
const known: readonly Step[] = [ask, ask, ask];
/** rs1 is the only server. */
const toFirst = dir("ipvsadm -d -u 10.0.0.100:53 -r 10.1.0.2");
const tooLong = (by: string, from: string, to: string): Step => ({
  by,
  packet: `udp ${from}:7 > ${to}:7`,
  error: "too long",
});

const tooLongAnswer: PacketStep = {
  by: "client1.eth0",
  packet: "udp 10.1.0.1:53 > 10.0.0.1:1000",
  error: "too long",
};

/** Connections from some ports at once. */
const open = (port: number, ports = 4, ...odd: readonly Oddity[]): PacketStep => ({
  by: "client1.eth0",
  packet: `tcp S 10.0.0.1:${port} > 10.0.0.100:80`,
  odd,
  ports,
});
/** By now the ways of such packets to each server are known, and those of their answers. */
const opened: readonly Step[] = [open(1100), open(1200), open(1300)];
/** So many, few at once, that both directions of some have one place. */
const stream: readonly Step[] = Array.from({ length: 40 }, (_, i) => open(2000 + 20 * i, 20));
const onServers = (first: string, second: string): Step =>
  dir(
    `ipvsadm -e -t 10.0.0.100:80 -r 10.1.0.1 ${first}; ipvsadm -e -t 10.0.0.100:80 -r 10.1.0.2:8080 ${second}`,
  );

/** More clients than there are places to remember flows. */
const crowd: PacketStep = { ...ask, ports: 300 };

export const TOLD_HISTORIES: readonly (readonly [what: string, steps: readonly Step[]])[] = [
  ["a route to the client", [...known, dir("ip route add 10.0.0.1/32 via 10.0.0.2"), ask]],
  ["a route to the server", [...known, dir("ip route add blackhole 10.1.0.0/30"), ask]],
  [
    "an address that is no longer there",
    [...known, dir("ip addr del 10.0.0.100/32 dev eth0"), ask],
  ],
  ["no forwarding", [...known, dir("sysctl -qw net.ipv4.ip_forward=0"), ask]],
  ["a device that is down", [...known, dir("ip link set eth1 down"), ask]],
  [
    "a device with another address",
    [...known, dir("ip link set eth1 address 02:00:00:00:aa:01"), ask],
  ],
  [
    "a smaller MTU",
    [...known, dir("ip link set eth0 mtu 1200; ip link set eth1 mtu 1200"), odd("middling")],
  ],
  [
    "a packet longer than the MTU",
    [dir("ip link set eth1 mtu 1200"), ...known, odd("middling"), odd("middling", "df")],
  ],
  [
    "a packet longer than the route takes",
    [
      toFirst,
      dir("ip route add 10.1.0.1/32 dev eth1 mtu 1200; ip route add 10.0.0.1/32 dev eth0 mtu 1100"),
      ...known,
      odd("middling"),
      odd("middling", "df"),
    ],
  ],
  [
    "a path MTU of the server",
    [
      toFirst,
      ...known,
      tooLong("rs1.eth0", "10.1.0.10", "10.1.0.1"),
      odd("middling"),
      ask,
      odd("middling"),
    ],
  ],
  [
    "a path MTU learnt before",
    [
      toFirst,
      ask,
      tooLong("rs1.eth0", "10.1.0.10", "10.1.0.1"),
      ...known,
      odd("middling"),
      odd("middling", "df"),
    ],
  ],
  ["a TTL that ends", [...known, odd("ttl 1"), odd("ttl 2"), ask]],
  ["options that cannot be read", [...known, odd("bad options"), odd("options"), ask]],
  ["a header with a fault", [...known, odd("bad header"), odd("bad checksum"), ask]],
  ["parts", [...known, odd("in parts"), ask, odd("long"), ask]],
  [
    "a type of service with a route of its own",
    [
      dir("ip route add 10.0.0.1/32 tos 0x10 via 10.2.0.1"),
      ...known,
      odd("tos 16"),
      odd("tos 16"),
      odd("tos 16"),
      ask,
    ],
  ],
  [
    "an ordinary packet after one of that type",
    [
      dir("ip route add 10.0.0.1/32 tos 0x10 via 10.2.0.1"),
      odd("tos 16"),
      odd("tos 16"),
      odd("tos 16"),
      ask,
    ],
  ],
  [
    "a rule for what comes from the service",
    [
      toFirst,
      dir(
        "ip rule add from 10.0.0.100 lookup 100; ip route add default via 10.2.0.1 table 100; ip link set eth0 mtu 1200",
      ),
      ...known,
      odd("middling", "df"),
    ],
  ],
  [
    "a rule for what comes from the server, whose way leads back",
    [
      toFirst,
      dir("ip rule add from 10.1.0.0/24 lookup 101; ip route add default via 10.1.0.4 table 101"),
      ...known,
      wait("1 s"),
      ask,
    ],
  ],
  [
    "a client that is reached by the server's device",
    [dir("ip route add 10.0.0.1/32 via 10.1.0.4"), ...known, wait("1 s"), ask],
  ],
  [
    "several ways to the server",
    [
      dir("sysctl -qw net.ipv4.fib_multipath_hash_policy=1"),
      dir("ip route add 10.8.0.1/32 nexthop via 10.1.0.1 nexthop via 10.1.0.4"),
      dir("ipvsadm -a -u 10.0.0.100:53 -r 10.8.0.1 -m"),
      crowd,
      wait("1 s"),
      crowd,
      crowd,
    ],
  ],
  [
    "a gateway before the client",
    [ask, dir("ip route add 10.0.0.1/32 via 10.0.0.2"), ...known, ask],
  ],
  [
    "another device of arrival",
    [
      dir("sysctl -qw net.ipv4.conf.all.rp_filter=1"),
      ...known,
      { ...ask, by: "client1.eth1" },
      ask,
    ],
  ],
  [
    "another protocol",
    [...known, { by: "client1.eth0", packet: "tcp A 10.0.0.1:1000 > 10.0.0.100:53" }, ask],
  ],
  ["other ports", [crowd, crowd, crowd, ...known, crowd]],
  [
    "port 0",
    [...known, ...[1, 2, 3].map(() => ({ ...ask, packet: "udp 10.0.0.1:0 > 10.0.0.100:53" })), ask],
  ],
  ["a stream of connections", [...opened, ...stream]],
  ["servers that have enough connections", [onServers("-m -x 3", "-m -x 4"), ...opened]],
  ["servers with other methods", [...opened, onServers("-i", "-g"), ...opened, open(1400)]],
  ["connections from the port of FTP's data, and from none", [...opened, open(20), open(0)]],
  ["refused connections", [...opened, dir("sysctl -qw net.ipv4.vs.drop_packet=3"), open(1400, 30)]],
  ["connections that are out of time", [...opened, open(1400, 4, "ttl 1"), open(1500, 4, "ttl 2")]],
  ["a SYN on a connection", [syn, syn, syn, wait("1 s"), syn]],
  [
    "a client that opens a quiesced server's connection again",
    [
      dir("sysctl -qw net.ipv4.vs.expire_nodest_conn=1"),
      syn,
      syn,
      dir(
        "ipvsadm -e -t 10.0.0.100:80 -r 10.1.0.1 -m -w 0; ipvsadm -e -t 10.0.0.100:80 -r 10.1.0.2:8080 -m -w 0",
      ),
      syn,
    ],
  ],
  [
    "a client that opens a connection again in vain, and goes on",
    [
      dir("sysctl -qw net.ipv4.vs.expire_nodest_conn=1; ipvsadm -d -t 10.0.0.100:80 -r 10.1.0.1"),
      syn,
      ack,
      dir("ipvsadm -e -t 10.0.0.100:80 -r 10.1.0.2:8080 -m -w 0"),
      ack,
      ack,
      syn,
      ack,
      wait("1 s"),
      ack,
    ],
  ],
  [
    "the first answer for another virtual address",
    [
      dir("ipvsadm -d -t 10.0.0.100:80 -r 10.1.0.2:8080"),
      dir("ipvsadm -A -t 10.0.0.101:80; ipvsadm -a -t 10.0.0.101:80 -r 10.1.0.1 -m"),
      dir("ip route add 10.0.0.1/32 via 10.0.0.2 table 7; ip rule add from 10.0.0.101 table 7"),
      syn,
      { ...syn, packet: "tcp S 10.0.0.1:1001 > 10.0.0.100:80" },
      { ...syn, packet: "tcp S 10.0.0.1:1002 > 10.0.0.101:80" },
    ],
  ],
  [
    "answers that a later connection has",
    [
      dir("ipvsadm -d -t 10.0.0.100:80 -r 10.1.0.2:8080"),
      dir("ipvsadm -A -t 10.0.0.101:80; ipvsadm -a -t 10.0.0.101:80 -r 10.1.0.1 -m"),
      syn,
      { ...syn, packet: "tcp S 10.0.0.1:1000 > 10.0.0.101:80" },
      { ...syn, packet: "tcp S 10.0.0.1:1001 > 10.0.0.100:80" },
      dir("ipvsadm --set 900 120 300"),
      ack,
    ],
  ],
  [
    "the first answer to a client that was forgotten",
    [
      dir("ipvsadm --set 900 2 2; ipvsadm -E -u 10.0.0.100:53 -s rr -p 3"),
      toFirst,
      ...known,
      wait("8 s"),
      ask,
    ],
  ],
  ["a server that was deleted", [...known, dir("ipvsadm -D -u 10.0.0.100:53"), ask]],
  [
    "a server that came back",
    [
      ...known,
      dir("ipvsadm -d -u 10.0.0.100:53 -r 10.1.0.1"),
      ask,
      dir("ipvsadm -a -u 10.0.0.100:53 -r 10.1.0.1 -m"),
      ask,
    ],
  ],
  ["no services", [...known, dir("ipvsadm -C"), ask]],
  ["a connection that expired", [dir("ipvsadm --set 900 2 2"), ...known, wait("6 s"), ask]],
  [
    "a connection that expired, and an answer",
    [
      dir("ipvsadm --set 900 2 2"),
      toFirst,
      ...known,
      wait("6 s"),
      { by: "rs1.eth0", packet: "udp 10.1.0.1:53 > 10.0.0.1:1000" },
    ],
  ],
  ["another connection of client and server", [toFirst, ...known, askOther, ask, askOther, ask]],
  [
    "another connection of client and server, which is over",
    [
      toFirst,
      ...known,
      askOther,
      dir("ipvsadm --set 900 2 2"),
      askOther,
      wait("3 s"),
      ask,
      wait("3 s"),
      ask,
    ],
  ],
  [
    "a bridge before the servers, and a tunnel to one",
    [
      toFirst,
      dir(
        "ip link add br0 type bridge forward_delay 0; ip link set br0 up; ip link set eth1 master br0",
      ),
      dir("ip addr del 10.1.0.10/24 dev eth1; ip addr add 10.1.0.10/24 dev br0"),
      ...known,
      dir("ip tunnel add t1 mode ipip remote 10.1.0.4 local 10.1.0.10; ip link set t1 up"),
      dir("ip route add 10.1.0.1/32 dev t1"),
      ...known,
      dir("modprobe br_netfilter; ip link del t1"),
      ...known,
    ],
  ],
  ["neighbours that are forgotten", [...known, dir("ip neigh flush all"), ask]],
  ["neighbours that are stale", [...known, wait("130 s"), ask, wait("6 s"), ask]],
  [
    "a neighbour that moved",
    [
      ...known,
      dir("ip neigh replace 10.1.0.1 lladdr 02:00:00:00:00:07 dev eth1 nud stale"),
      ask,
      ask,
    ],
  ],
  [
    "a synchronisation daemon",
    [dir("ipvsadm --start-daemon master --mcast-interface eth1"), ...known, ask, wait("3 s"), ask],
  ],
  ["a rule for requests", [...known, dir("iptables -I INPUT -p udp -j DROP"), ask]],
  ["a rule for answers", [...known, dir("iptables -A FORWARD -p udp -j DROP"), ask]],
  [
    "a rule behind routing",
    [...known, dir("iptables -t mangle -A POSTROUTING -j TTL --ttl-set 9"), ask],
  ],
  [
    "a rule that not every packet fits",
    [
      dir("iptables -A INPUT -p udp -m length --length 1000: -j DROP"),
      ...known,
      odd("middling"),
      ask,
    ],
  ],
  [
    "a packet that others hear as well",
    [
      // both have the director's own addresses, and answer that nobody listens
      ...["client2", "rs3"].map((on) => ({
        on,
        run: "ip link set eth0 address 02:00:00:00:00:01; ip addr add 10.0.0.100/32 dev eth0",
      })),
      dir("ipvsadm --set 900 120 3600"),
      dir(
        "for i in 1 2; do ip neigh replace 10.1.0.$i lladdr 02:00:00:00:00:0$((i + 6)) dev eth1 nud permanent; done",
      ),
      dir("ip neigh replace 10.0.0.1 lladdr 02:00:00:00:00:04 dev eth0 nud permanent"),
      ...known,
      wait("400 s"),
      ask,
    ],
  ],
  [
    "a server's rule for requests",
    [toFirst, ...known, rs1("iptables -I INPUT -p udp -j DROP"), ask],
  ],
  [
    "a server's rule for answers",
    [toFirst, ...known, rs1("iptables -A OUTPUT -d 10.0.0.1 -j DROP"), ask],
  ],
  [
    "a server's rule that not every packet fits",
    [
      toFirst,
      rs1("iptables -A INPUT -p udp -m length --length 1000: -j DROP"),
      ...known,
      odd("middling"),
      ask,
    ],
  ],
  [
    "a server's rule that not every answer fits",
    [
      toFirst,
      rs1("iptables -A OUTPUT -p udp -m length --length 1000: -j DROP"),
      ...known,
      odd("middling"),
      ask,
    ],
  ],
  [
    "a server's smaller MTU",
    [toFirst, rs1("ip link set eth0 mtu 1200"), ...known, odd("middling"), odd("middling", "df")],
  ],
  ["a server's route", [toFirst, ...known, rs1("ip route replace default via 10.1.0.4"), ask]],
  [
    "a server's route for a type of service",
    [
      toFirst,
      rs1("ip route add 10.0.0.1 tos 0x10 via 10.1.0.4"),
      ...known,
      odd("tos 16"),
      odd("tos 16"),
      ask,
    ],
  ],
  [
    "a server's rule for a type of service",
    [
      toFirst,
      rs1("sysctl -qw net.ipv4.conf.all.rp_filter=1; ip rule add tos 0x10 blackhole"),
      ...known,
      odd("tos 16"),
      ask,
    ],
  ],
  [
    "a server that hears parts and faults",
    [toFirst, ...known, odd("in parts"), odd("bad header"), odd("bad options"), ask],
  ],
  ["a server's address", [toFirst, ...known, rs1("ip addr del 10.1.0.1/24 dev eth0"), ask]],
  [
    "a server's source that only a type of service leads to",
    [
      toFirst,
      ...known,
      rs1("sysctl -qw net.ipv4.conf.all.rp_filter=1; ip route add 10.0.0.1 tos 0x10 via 10.1.0.10"),
      rs1("ip route del default"),
      odd("tos 16"),
      odd("tos 16"),
      ask,
    ],
  ],
  [
    "a client to which answers come by another device",
    [
      { on: "client1", run: "sysctl -qw net.ipv4.conf.all.rp_filter=1" },
      ...known,
      dir("ip route add 10.0.0.1/32 via 10.2.0.1"),
      ...known,
    ],
  ],
  [
    "a server's route with an MTU",
    [
      toFirst,
      rs1("ip route replace default via 10.1.0.10 mtu 1200"),
      ...known,
      odd("middling"),
      odd("middling", "df"),
    ],
  ],
  [
    "a server's path MTU learnt before",
    [toFirst, ask, tooLongAnswer, ...known, odd("middling"), odd("middling", "df")],
  ],
  ["a server's neighbours that are forgotten", [toFirst, ...known, rs1("ip neigh flush all"), ask]],
  ["a server's path MTU", [toFirst, ...known, tooLongAnswer, odd("middling"), ask]],
];
