import "../setup.ts";
import { directRouting } from "@lvsim/scenarios";
import { expect, test } from "vitest";
import { testLab } from "../lab/test-lab.ts";

const lab = testLab(directRouting({ realServers: 1, scheduler: "wlc" }));
const request = lab.ask("client", "curl -s http://192.168.10.100/");

test("a request is its walk", () => {
  expect(request).toMatchInlineSnapshot(`
    request 1 (client: curl -s http://192.168.10.100/)
      #1  0.000000  client         sends SYN 203.0.113.10:46608 → 192.168.10.100:80
                                     via OUTPUT, POSTROUTING
      #1  0.000200  client → gw    SYN 203.0.113.10:46608 → 192.168.10.100:80 · TTL 64
                                     ARP finds gw eth0 (#2, #3) · MAC client → gw eth0
          0.000300  gw             PREROUTING, FORWARD, POSTROUTING: accept
      #4            gw → everyone  ARP who has 192.168.10.100? dir answers (#5)
                                     rs1 silent: arp_ignore=1 · gw now believes: 192.168.10.100 = dir
      #1  0.000500  gw → dir       SYN 203.0.113.10:46608 → 192.168.10.100:80 · TTL 64 → 63
                                     MAC gw eth1 → dir
          0.000600  dir            PREROUTING: accept · 192.168.10.100 is local → INPUT
                    dir            INPUT: IPVS wlc chooses rs1 192.168.10.11:80 (Route)
                                     IP addresses and ports untouched · SYN_RECV for 60 s
      #1  0.000800  dir → rs1      SYN 203.0.113.10:46608 → 192.168.10.100:80 · TTL 63 → 62
                                     via OUTPUT, POSTROUTING · ARP finds rs1 (#6, #7) · MAC dir → rs1
          0.000900  rs1            PREROUTING, INPUT → TCP port 80           192.168.10.100 is on lo
      #8  0.001100  rs1 → gw       SYN,ACK 192.168.10.100:80 → 203.0.113.10:46608 · TTL 64
                                     via OUTPUT, POSTROUTING · ARP finds gw eth1 (#9, #10)
                                     MAC rs1 → gw eth1
          0.001200  gw             PREROUTING, FORWARD, POSTROUTING: accept
      #8            gw → client    SYN,ACK 192.168.10.100:80 → 203.0.113.10:46608 · TTL 64 → 63
                                     MAC gw eth0 → client
          0.001300  client         PREROUTING, INPUT → TCP port 46608
      The rest of the exchange, until 0.001800
        client → gw → dir → rs1  #11 ACK · #12 PSH,ACK 78 B
        rs1 → gw → client        #13 ACK · #14 PSH,ACK 238 B
        client                   #15 ACK · #16 FIN,ACK
  `);
});

test("a request can be its ladder", () => {
  expect(request.ladder).toMatchInlineSnapshot(`
    request 1 (client: curl -s http://192.168.10.100/)
              client   gw       dir      rs1
    0.000000  ├────────▶        │        │        #2 ARP who has 203.0.113.1?
    0.000100  ◀────────┤        │        │        #3 ARP 203.0.113.1 is at gw
    0.000200  ├────────▶        │        │        #1 SYN 203.0.113.10:46608 → 192.168.10.100:80
    0.000300  │        ├────────┼────────▶        #4 ARP who has 192.168.10.100?
    0.000400  │        ◀────────┤        │        #5 ARP 192.168.10.100 is at dir
    0.000500  │        ├────────▶        │        #1 SYN 203.0.113.10:46608 → 192.168.10.100:80
    0.000600  │        │        ●        │        #1 IPVS chooses rs1 (Route)
    0.000600  │        ◀────────┤        │        #6 ARP who has 192.168.10.11?
    0.000700  │        │        ◀────────┤        #7 ARP 192.168.10.11 is at rs1
    0.000800  │        │        ├────────▶        #1 SYN 203.0.113.10:46608 → 192.168.10.100:80
    0.000900  │        ◀────────┼────────┤        #9 ARP who has 192.168.10.1?
    0.001000  │        ├────────┼────────▶        #10 ARP 192.168.10.1 is at gw
    0.001100  │        ◀────────┼────────┤        #8 SYN,ACK 192.168.10.100:80 → 203.0.113.10:46608
    0.001200  ◀────────┤        │        │        #8 SYN,ACK 192.168.10.100:80 → 203.0.113.10:46608
    0.001300  ├────────▶        │        │        #11 ACK 203.0.113.10:46608 → 192.168.10.100:80
    0.001300  ├────────▶        │        │        #12 PSH,ACK 203.0.113.10:46608 → 192.168.10.100:80
    0.001400  │        ├────────▶        │        #11 ACK 203.0.113.10:46608 → 192.168.10.100:80
    0.001400  │        ├────────▶        │        #12 PSH,ACK 203.0.113.10:46608 → 192.168.10.100:80
    0.001500  │        │        ├────────▶        #11 ACK 203.0.113.10:46608 → 192.168.10.100:80
    0.001500  │        │        ├────────▶        #12 PSH,ACK 203.0.113.10:46608 → 192.168.10.100:80
    0.001600  │        ◀────────┼────────┤        #13 ACK 192.168.10.100:80 → 203.0.113.10:46608
    0.001600  │        ◀────────┼────────┤        #14 PSH,ACK 192.168.10.100:80 → 203.0.113.10:46608
    0.001700  ◀────────┤        │        │        #13 ACK 192.168.10.100:80 → 203.0.113.10:46608
    0.001700  ◀────────┤        │        │        #14 PSH,ACK 192.168.10.100:80 → 203.0.113.10:46608
    0.001800  ├────────▶        │        │        #15 ACK 203.0.113.10:46608 → 192.168.10.100:80
    0.001800  ├────────▶        │        │        #16 FIN,ACK 203.0.113.10:46608 → 192.168.10.100:80
  `);
});

test("a host is its addresses and its virtual services", () => {
  expect(lab.host("dir")).toMatchInlineSnapshot(`
    dir# ip addr
    1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
        link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
        inet 127.0.0.1/8 scope host lo
           valid_lft forever preferred_lft forever
    2: tunl0@NONE: <NOARP> mtu 1480 qdisc noop state DOWN group default qlen 1000
        link/ipip 0.0.0.0 brd 0.0.0.0
    3: gre0@NONE: <NOARP> mtu 1476 qdisc noop state DOWN group default qlen 1000
        link/gre 0.0.0.0 brd 0.0.0.0
    4: gretap0@NONE: <BROADCAST,MULTICAST> mtu 1462 qdisc noop state DOWN group default qlen 1000
        link/ether 00:00:00:00:00:00 brd ff:ff:ff:ff:ff:ff
    5: erspan0@NONE: <BROADCAST,MULTICAST> mtu 1450 qdisc noop state DOWN group default qlen 1000
        link/ether 00:00:00:00:00:00 brd ff:ff:ff:ff:ff:ff
    6: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
        link/ether 02:00:00:00:03:00 brd ff:ff:ff:ff:ff:ff
        inet 192.168.10.10/24 brd 192.168.10.255 scope global eth0
           valid_lft forever preferred_lft forever
        inet 192.168.10.100/32 scope global eth0
           valid_lft forever preferred_lft forever

    dir# ipvsadm -Ln
    IP Virtual Server version 1.2.1 (size=4096)
    Prot LocalAddress:Port Scheduler Flags
      -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
    TCP  192.168.10.100:80 wlc
      -> 192.168.10.11:80             Route   1      1          0
  `);
});

test("a service is its shares", () => {
  expect(lab.service()).toMatchInlineSnapshot(`
    dir -t 192.168.10.100:80 wlc: 1 connections
      Real server    weight  count    share      due burst   lag
      192.168.10.11       1      1  100.0 %  100.0 %     1   0.0  ██████████████████████████████
      greatest deviation 0.0 % · Jain's index 1.0000 · longest burst 1
  `);
});

test("what a command shows stands as it is, also inside other values", () => {
  expect({ route: lab.show("rs1", "ip route") }).toMatchInlineSnapshot(`
    {
      "route": rs1# ip route
      default via 192.168.10.1 dev eth0
      192.168.10.0/24 dev eth0 proto kernel scope link src 192.168.10.11,
    }
  `);
});
