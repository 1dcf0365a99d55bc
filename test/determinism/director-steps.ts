/** Random histories of a director: what packets, commands and pauses there are, and how often each comes. */
import { fc } from "@fast-check/vitest";
import type { CommandStep, Oddity, PacketStep, Step } from "./director-history.ts";

const REQUESTS: readonly PacketStep[] = [
  { by: "client1.eth0", packet: "udp 10.0.0.1:1000 > 10.0.0.100:53" },
  { by: "client1.eth0", packet: "tcp A 10.0.0.1:1000 > 10.0.0.100:80" },
  { by: "client1.eth0", packet: "tcp S 10.0.0.1:1000 > 10.0.0.100:80" },
  { by: "client1.eth0", packet: "udp 10.0.0.1:1000 > 10.0.0.101:53" },
  { by: "client2.eth0", packet: "udp 10.9.0.5:1000 > 10.0.0.100:53" },
];

const OTHERS: readonly PacketStep[] = [
  { by: "client1.eth0", packet: "tcp S 10.0.0.1:2000 > 10.0.0.100:80", ports: 3 },
  { by: "client1.eth0", packet: "tcp S 10.0.0.1:3000 > 10.0.0.100:80", ports: 3 },
  { by: "client1.eth1", packet: "tcp S 10.0.0.1:4000 > 10.0.0.100:80", ports: 3 },
  { by: "client1.eth0", packet: "tcp A 10.0.0.1:2000 > 10.0.0.100:80", ports: 3 },
  { by: "client1.eth0", packet: "tcp FA 10.0.0.1:1000 > 10.0.0.100:80" },
  { by: "client1.eth0", packet: "tcp R 10.0.0.1:1000 > 10.0.0.100:80" },
  { by: "client1.eth0", packet: "udp 10.0.0.1:1001 > 10.0.0.100:53" },
  { by: "client1.eth0", packet: "tcp A 10.0.0.1:1000 > 10.0.0.100:53" },
  { by: "client2.eth0", packet: "udp 10.0.0.2:1000 > 10.0.0.100:53" },
  { by: "client2.eth0", packet: "tcp S 10.9.0.5:1000 > 10.0.0.100:80" },
  { by: "client2.eth0", packet: "tcp A 10.9.0.5:1000 > 10.0.0.100:80" },
  // by another device than before
  { by: "client1.eth1", packet: "udp 10.0.0.1:1000 > 10.0.0.100:53" },
  { by: "client1.eth1", packet: "tcp A 10.0.0.1:1000 > 10.0.0.100:80" },
  // the director's own address, no port, loopback
  { by: "client2.eth0", packet: "udp 10.0.0.10:1000 > 10.0.0.100:53" },
  { by: "client1.eth0", packet: "udp 10.0.0.1:0 > 10.0.0.100:53" },
  { by: "client1.eth0", packet: "udp 127.0.0.1:1000 > 10.0.0.100:53" },
  // past the services
  { by: "client1.eth0", packet: "udp 10.0.0.1:1000 > 10.1.0.1:53" },
];

const ANSWERS: readonly PacketStep[] = [
  { by: "rs1.eth0", packet: "udp 10.1.0.1:53 > 10.0.0.1:1000" },
  { by: "rs2.eth0", packet: "udp 10.1.0.2:53 > 10.0.0.1:1000" },
  { by: "rs1.eth0", packet: "tcp A 10.1.0.1:80 > 10.0.0.1:1000" },
  { by: "rs2.eth0", packet: "tcp A 10.1.0.2:8080 > 10.0.0.1:1000" },
  { by: "rs1.eth0", packet: "tcp FA 10.1.0.1:80 > 10.0.0.1:1000" },
  { by: "rs1.eth0", packet: "tcp R 10.1.0.1:80 > 10.0.0.1:1000" },
  { by: "rs1.eth0", packet: "udp 10.1.0.1:53 > 10.9.0.5:1000" },
  { by: "rs2.eth0", packet: "udp 10.1.0.2:53 > 10.9.0.5:1000" },
  { by: "rs3.eth0", packet: "udp 10.0.0.3:53 > 10.0.0.1:1000" },
  { by: "rs1.eth0", packet: "udp 10.1.0.1:53 > 10.0.0.1:0" },
  { by: "rs2.eth0", packet: "udp 10.1.0.1:53 > 10.0.0.1:1000" },
];

const ERRORS: readonly PacketStep[] = [
  { by: "client1.eth0", packet: "udp 10.0.0.10:7 > 10.0.0.1:7", error: "too long" },
  { by: "client1.eth0", packet: "udp 10.0.0.100:53 > 10.0.0.1:1000", error: "too long" },
  { by: "rs1.eth0", packet: "udp 10.0.0.1:1000 > 10.1.0.1:53", error: "too long" },
  { by: "rs1.eth0", packet: "udp 10.1.0.10:7 > 10.1.0.1:7", error: "too long" },
  { by: "client1.eth0", packet: "udp 10.1.0.1:53 > 10.0.0.1:1000", error: "too long" },
  { by: "client1.eth0", packet: "udp 10.0.0.100:53 > 10.0.0.1:1000", error: "unreachable" },
  { by: "rs1.eth0", packet: "udp 10.0.0.1:1000 > 10.1.0.1:53", error: "unreachable" },
  { by: "rs1.eth0", packet: "tcp A 10.0.0.1:1000 > 10.1.0.1:80", error: "expired" },
  { by: "client2.eth0", packet: "udp 10.0.0.100:53 > 10.9.0.5:1000", error: "redirect" },
];

const UDP = "-u 10.0.0.100:53";
const TCP = "-t 10.0.0.100:80";
/** What somebody types on the director, by what it is about. */
const AT_DIRECTOR: readonly (readonly string[])[] = [
  // services
  [
    `ipvsadm -e ${UDP} -r 10.1.0.1 -m -w 0`,
    `ipvsadm -e ${UDP} -r 10.1.0.1 -m -w 3`,
    `ipvsadm -e ${UDP} -r 10.1.0.1 -g`,
    `ipvsadm -e ${TCP} -r 10.1.0.1 -m -w 0`,
    `ipvsadm -e ${TCP} -r 10.1.0.1 -i`,
    `ipvsadm -d ${UDP} -r 10.1.0.1`,
    `ipvsadm -d ${UDP} -r 10.1.0.2`,
    `ipvsadm -d ${TCP} -r 10.1.0.1`,
    `ipvsadm -d ${TCP} -r 10.1.0.2:8080`,
    `ipvsadm -a ${UDP} -r 10.1.0.1 -m`,
    `ipvsadm -a ${UDP} -r 10.1.0.2 -m`,
    `ipvsadm -a ${UDP} -r 10.0.0.3 -m`,
    `ipvsadm -a ${UDP} -r 10.1.0.4 -m`,
    `ipvsadm -a ${UDP} -r 10.1.0.4 -g`,
    `ipvsadm -a ${UDP} -r 10.0.0.10 -m`,
    `ipvsadm -a ${TCP} -r 10.1.0.1 -m`,
    `ipvsadm -a ${UDP} -r 10.1.0.1 -m -x 1 -y 1`,
    `ipvsadm -e ${UDP} -s rr -p 10`,
    `ipvsadm -e ${TCP} -s wlc -p 300`,
    `ipvsadm -e ${UDP} -s rr -p 10 -M 255.255.255.0`,
    `ipvsadm -e ${UDP} -s rr -o`,
    `ipvsadm -e ${UDP} -s sh`,
    `ipvsadm -e ${UDP} -s rr`,
    `ipvsadm -D ${UDP}`,
    `ipvsadm -D ${TCP}`,
    "ipvsadm -D -u 10.0.0.101:53",
    `ipvsadm -D ${UDP}; ipvsadm -A ${UDP} -s rr; ipvsadm -a ${UDP} -r 10.1.0.2 -m`,
    "ipvsadm -C",
    `ipvsadm -A ${UDP} -s rr; ipvsadm -a ${UDP} -r 10.1.0.1 -m; ipvsadm -a ${UDP} -r 10.1.0.2 -m`,
    "ipvsadm -A -u 10.0.0.101:53 -s rr; ipvsadm -a -u 10.0.0.101:53 -r 10.1.0.1 -m",
    "ipvsadm -a -u 10.0.0.101:53 -r 10.1.0.2 -m",
    "ipvsadm -Z",
    "ipvsadm --set 900 2 2",
    "ipvsadm --set 900 120 300",
    "ipvsadm --start-daemon master --mcast-interface eth1",
    "ipvsadm --stop-daemon master",
    "ipvsadm --start-daemon backup --mcast-interface eth1",
    "ipvsadm --stop-daemon backup",
  ],
  // IPVS's sysctls
  [
    "sysctl -qw net.ipv4.vs.conntrack=1",
    "sysctl -qw net.ipv4.vs.conntrack=0",
    "sysctl -qw net.ipv4.vs.snat_reroute=0",
    "sysctl -qw net.ipv4.vs.snat_reroute=1",
    "sysctl -qw net.ipv4.vs.expire_nodest_conn=1",
    "sysctl -qw net.ipv4.vs.expire_nodest_conn=0",
    "sysctl -qw net.ipv4.vs.expire_quiescent_template=1",
    "sysctl -qw net.ipv4.vs.conn_reuse_mode=0",
    "sysctl -qw net.ipv4.vs.nat_icmp_send=1",
    "sysctl -qw net.ipv4.vs.secure_tcp=3",
    "sysctl -qw net.ipv4.vs.drop_packet=3",
    "sysctl -qw net.ipv4.vs.drop_entry=3",
    "sysctl -qw net.ipv4.vs.sloppy_tcp=1",
    "sysctl -qw net.ipv4.vs.cache_bypass=1",
    "sysctl -qw net.ipv4.vs.run_estimation=0",
    "ipvsadm -Z",
    "ipvsadm --set 900 2 2",
    "ipvsadm --set 900 120 300",
    "ipvsadm --start-daemon master --mcast-interface eth1",
    "ipvsadm --stop-daemon master",
    "ipvsadm --start-daemon backup --mcast-interface eth1",
    "ipvsadm --stop-daemon backup",
  ],
  // routing
  [
    "ip route add 10.0.0.1/32 via 10.0.0.2",
    "ip route add 10.0.0.1/32 dev eth2 mtu 1200",
    "ip route del 10.0.0.1/32",
    "ip route add 10.1.0.1/32 via 10.1.0.4",
    "ip route add 10.1.0.1/32 dev eth1 mtu 1200",
    "ip route add 10.1.0.1/32 dev eth1 mtu 9000",
    "ip route del 10.1.0.1/32",
    "ip route add blackhole 10.1.0.1/32",
    "ip route add unreachable 10.9.0.5/32",
    "ip route del 10.9.0.5/32",
    "ip route replace 10.9.0.0/24 via 10.0.0.1",
    "ip route replace 10.9.0.0/24 via 10.2.0.1",
    "ip route replace 10.9.0.0/24 nexthop via 10.0.0.2 nexthop via 10.2.0.1",
    "ip route add 10.0.0.1/32 tos 0x10 via 10.2.0.1",
    "ip route add 10.0.0.1/32 via 10.1.0.4",
    "ip rule add from 10.0.0.100 lookup 100; ip route add default via 10.2.0.1 table 100",
    "ip rule add from 10.1.0.0/24 lookup 101; ip route add default via 10.1.0.4 mtu 1200 table 101",
    "ip rule add from 10.1.0.1 blackhole",
    "ip rule add tos 0x10 lookup 100",
    "ip rule del from 10.0.0.100; ip rule del from 10.1.0.0/24; ip rule del from 10.1.0.1",
  ],
  // sysctls of the stack
  [
    "sysctl -qw net.ipv4.ip_forward=0",
    "sysctl -qw net.ipv4.ip_forward=1",
    "sysctl -qw net.ipv4.conf.eth0.forwarding=0",
    "sysctl -qw net.ipv4.conf.eth1.forwarding=0",
    "sysctl -qw net.ipv4.conf.all.rp_filter=1",
    "sysctl -qw net.ipv4.conf.all.rp_filter=0",
    "sysctl -qw net.ipv4.conf.all.accept_local=1",
    "sysctl -qw net.ipv4.conf.all.route_localnet=1",
    "sysctl -qw net.ipv4.ip_forward_use_pmtu=1",
  ],
  // devices and addresses
  [
    "ip addr del 10.0.0.100/32 dev eth0",
    "ip addr add 10.0.0.100/32 dev eth0",
    "ip addr add 10.0.0.100/32 dev eth0 valid_lft 5 preferred_lft 5",
    "ip addr add 10.1.0.1/32 dev dummy0",
    "ip addr del 10.1.0.1/32 dev dummy0",
    "ip addr add 10.0.0.1/32 dev dummy0",
    "ip link set eth0 mtu 1200",
    "ip link set eth1 mtu 1200",
    "ip link set eth0 mtu 1500; ip link set eth1 mtu 1500",
    "ip link set eth0 down",
    "ip link set eth0 up",
    "ip link set eth1 down",
    "ip link set eth1 down; ip link set eth1 up",
    "ip link set eth1 address 02:00:00:00:aa:01",
    "ip link set eth1 arp off",
    "ip link set eth1 arp on",
    // devices on devices
    "ip link add br0 type bridge forward_delay 0; ip link set br0 up; ip link set eth1 master br0; ip addr del 10.1.0.10/24 dev eth1; ip addr add 10.1.0.10/24 dev br0",
    "ip link add br1 type bridge forward_delay 0; ip link set br1 up; ip link set eth0 master br1; ip addr del 10.0.0.10/24 dev eth0; ip addr add 10.0.0.10/24 dev br1",
    "modprobe br_netfilter",
    "ip link set eth1 nomaster; ip addr add 10.1.0.10/24 dev eth1",
    "ip tunnel add t1 mode ipip remote 10.1.0.4 local 10.1.0.10; ip link set t1 up; ip route add 10.1.0.1/32 dev t1",
    "ip tunnel add t2 mode ipip remote 10.2.0.1 local 10.2.0.10; ip link set t2 up; ip route add 10.0.0.1/32 dev t2",
    "ip link del t1",
    "ip link add m1 link eth1 type macvlan mode bridge; ip link set m1 up; ip route add 10.1.0.1/32 dev m1",
    "ip link add v5 link eth1 type vlan id 5; ip link set v5 up; ip route add 10.1.0.1/32 dev v5",
    "ip route add 10.0.0.1/32 dev dummy0; ip link set dummy0 up",
  ],
  // neighbours
  [
    "ip neigh flush all",
    "ip neigh del 10.1.0.1 dev eth1",
    "ip neigh replace 10.1.0.1 lladdr 02:00:00:00:00:09 dev eth1 nud permanent",
    "ip neigh replace 10.1.0.1 lladdr 02:00:00:00:00:07 dev eth1 nud stale",
    "ip neigh replace 10.0.0.1 lladdr 02:00:00:00:00:07 dev eth0 nud reachable",
    "ip neigh replace 10.1.0.1 dev eth1 nud failed",
    "ip neigh change 10.1.0.1 dev eth1 nud delay",
    "ip neigh change 10.1.0.1 dev eth1 nud probe",
    "sysctl -qw net.ipv4.neigh.default.gc_thresh1=0 net.ipv4.neigh.default.gc_thresh2=1",
    "echo hello | nc -u -w 1 10.0.0.100 53",
    "ping -c 1 -W 1 10.1.0.1",
  ],
  // netfilter of the director
  [
    "iptables -A FORWARD -p udp -j DROP",
    "iptables -I INPUT -p udp -j DROP",
    "iptables -A OUTPUT -d 10.1.0.1 -j DROP",
    "iptables -t mangle -A POSTROUTING -j TTL --ttl-set 9",
    "iptables -t mangle -A PREROUTING -j MARK --set-mark 1",
    "iptables -A FORWARD",
    "iptables -t nat -A POSTROUTING -o eth1 -j MASQUERADE",
    "iptables -F; iptables -t mangle -F; iptables -t nat -F",
    "iptables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT",
    "conntrack -F",
  ],
];

/** The same on a real server. */
const AT_SERVER: readonly string[] = [
  "iptables -I INPUT -p udp -j DROP",
  "iptables -A OUTPUT -d 10.0.0.1 -j DROP",
  "iptables -t mangle -A POSTROUTING -j TTL --ttl-set 9",
  "iptables -F; iptables -t mangle -F",
  "iptables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT",
  "sysctl -qw net.ipv4.conf.all.rp_filter=1",
  "sysctl -qw net.ipv4.conf.all.accept_local=1",
  "ip route replace default via 10.1.0.4",
  "ip route replace default via 10.1.0.10",
  "ip route replace default via 10.1.0.10 mtu 1200",
  "ip route add 10.0.0.1 tos 0x10 via 10.1.0.4",
  "ip route add blackhole 10.9.0.5",
  "ip rule add from 10.0.0.1 blackhole",
  "ip addr add 10.9.0.5/32 dev eth0",
  "ip addr del 10.1.0.1/24 dev eth0",
  "ip addr add 10.1.0.1/24 dev eth0; ip route add default via 10.1.0.10",
  "ip link set eth0 mtu 1200",
  "ip link set eth0 mtu 1500",
  "ip link set eth0 down",
  "ip link set eth0 up; ip route add default via 10.1.0.10",
  "ip link set eth0 address 02:00:00:00:aa:02",
  "ip neigh flush all",
  "ip neigh replace 10.1.0.10 lladdr 02:00:00:00:00:09 dev eth0 nud permanent",
  "ip neigh replace 10.1.0.10 lladdr 02:00:00:00:00:07 dev eth0 nud stale",
  "ipvsadm -A -u 10.1.0.1:53 -s rr; ipvsadm -a -u 10.1.0.1:53 -r 10.1.0.2 -m",
  "ipvsadm -C",
];

const THEMES: readonly (readonly CommandStep[])[] = [
  ...AT_DIRECTOR.map((theme) => theme.map((run) => ({ on: "dir", run }))),
  AT_SERVER.map((run) => ({ on: "rs1", run })),
];

const PAUSES = ["1 ms", "20 ms", "1 s", "3 s", "6 s", "35 s", "130 s", "301 s"];

const ODDITIES: readonly Oddity[] = [
  "df",
  "long",
  "middling",
  "ttl 1",
  "ttl 2",
  "tos 16",
  "options",
  "bad options",
  "bad checksum",
  "bad header",
  "in parts",
  "broadcast",
];

/** What a history is about: few flows, few oddities, commands of one or two kinds. One changes what another remembers. */
interface Plot {
  readonly flows: readonly PacketStep[];
  readonly oddities: readonly Oddity[];
  readonly commands: readonly CommandStep[];
}

const among = <T>(values: readonly T[], minLength: number, maxLength: number) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength, maxLength });

const plots: fc.Arbitrary<Plot> = fc
  .tuple(
    among(REQUESTS, 1, 2),
    among([...REQUESTS, ...OTHERS, ...ANSWERS], 0, 3),
    among(ODDITIES, 0, 2),
    among(THEMES, 1, 2),
  )
  .map(([usual, unusual, oddities, themes]) => ({
    flows: [...usual, ...usual, ...unusual],
    oddities,
    commands: themes.flat(),
  }));

/** What happens next, by a number for the kind and one for which of them. */
function stepOf({ flows, oddities, commands }: Plot, kind: number, which: number): Step {
  const any = <T>(from: readonly T[]): T => from[which % from.length] as T;
  if (kind < 9) return any(flows);
  if (kind < 12 && oddities.length > 0)
    return { ...any(flows), odd: [oddities[(which % 7) % oddities.length] as Oddity] };
  if (kind < 13) return any(ERRORS);
  if (kind < 15) return { wait: any(PAUSES) };
  return any(commands);
}

export const histories: fc.Arbitrary<readonly Step[]> = fc
  .tuple(
    plots,
    fc.array(fc.tuple(fc.nat({ max: 18 }), fc.nat({ max: 9999 })), {
      minLength: 1,
      maxLength: 40,
      size: "max",
    }),
  )
  .map(([plot, happens]) => happens.map(([kind, which]) => stepOf(plot, kind, which)));
