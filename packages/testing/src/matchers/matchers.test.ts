import "../setup.ts";
import {
  directRouting,
  disruptionReport,
  masquerading,
  shareReport,
  variantOf,
} from "@lvsim/scenarios";
import { describe, expect, test } from "vitest";
import { type TestLab, testLab } from "../lab/test-lab.ts";

const VIP = "192.168.10.100";
const CURL = `curl -s -m 3 http://${VIP}/`;
const DR = directRouting({ realServers: 2, scheduler: "rr" });

/** What the failure of an expectation says. */
function failure(expectation: () => void): string {
  try {
    expectation();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "it holds";
}

/** Direct routing whose real servers answer ARP for the VIP as well. */
const NOISY = variantOf(DR, ({ hosts }) => {
  for (const host of Object.values(hosts))
    host.start = host.start.replaceAll(/^sysctl -w net.ipv4.conf.all.arp_.*\n/gm, "");
});

/** Direct routing whose real servers do not know the VIP. */
const deaf = (): TestLab =>
  testLab(
    variantOf(DR, ({ hosts }) => {
      for (const host of Object.values(hosts))
        host.start = host.start.replace(`ip addr add ${VIP}/32 dev lo`, "true");
    }),
  );

describe("a request", () => {
  test("is followed to its server and back", () => {
    const request = testLab(DR).ask("client", CURL);
    expect(request).toReach("rs2");
    expect(request).not.toReach("rs1");
    expect(request).toTraverse("client", "gw", "dir", "rs2");
    expect(request.replyWay).toEqual(["rs2", "gw", "client"]);
    expect(request).toBeAnsweredBy("rs2");
    expect(request).not.toBeDroppedFor("tcp-no-socket");
  });

  test("may be a ping or a datagram as well, and may be lost on the way", () => {
    const lab = testLab(DR);
    const ping = lab.ask("client", "ping -c 1 192.168.10.12");
    expect(ping).toTraverse("client", "gw", "rs2");
    expect(ping).toBeAnsweredBy("rs2");
    const datagram = lab.ask("client", "echo x | nc -u -w 1 192.168.10.12 9");
    expect(datagram).toBeDroppedFor("udp-no-socket", "rs2");
    expect(datagram).not.toBeAnsweredBy("rs2");
    lab.exec("gw", "iptables -A FORWARD -p icmp -j DROP");
    const lost = lab.ask("client", "ping -c 1 -W 1 192.168.10.12");
    expect(lost).toTraverse("client", "gw");
    expect(lost).toBeDroppedFor("netfilter-drop", "gw");
  });

  test("that was to reach another host fails with its walk, what was lost and the table", () => {
    const request = testLab(DR).ask("client", CURL);
    expect(failure(() => expect(request).toReach("rs1"))).toMatchInlineSnapshot(`
      "expected request 1 (client: curl -s -m 3 http://192.168.10.100/) to reach rs1; it came by client → gw → dir → rs2, and rs2 took it in

          #1  0.000000  client         sends SYN 203.0.113.10:46608 → 192.168.10.100:80
                                         via OUTPUT, POSTROUTING
          #1  0.000200  client → gw    SYN 203.0.113.10:46608 → 192.168.10.100:80 · TTL 64
                                         ARP finds gw eth0 (#2, #3) · MAC client → gw eth0
              0.000300  gw             PREROUTING, FORWARD, POSTROUTING: accept
          #4            gw → everyone  ARP who has 192.168.10.100? dir answers (#5)
                                         rs1, rs2 silent: arp_ignore=1
                                         gw now believes: 192.168.10.100 = dir
          #1  0.000500  gw → dir       SYN 203.0.113.10:46608 → 192.168.10.100:80 · TTL 64 → 63
                                         MAC gw eth1 → dir
              0.000600  dir            PREROUTING: accept · 192.168.10.100 is local → INPUT
                        dir            INPUT: IPVS rr chooses rs2 192.168.10.12:80 (Route)
                                         IP addresses and ports untouched · SYN_RECV for 60 s
          #1  0.000800  dir → rs2      SYN 203.0.113.10:46608 → 192.168.10.100:80 · TTL 63 → 62
                                         via OUTPUT, POSTROUTING · ARP finds rs2 (#6, #7) · MAC dir → rs2
              0.000900  rs2            PREROUTING, INPUT → TCP port 80           192.168.10.100 is on lo
          #8  0.001100  rs2 → gw       SYN,ACK 192.168.10.100:80 → 203.0.113.10:46608 · TTL 64
                                         via OUTPUT, POSTROUTING · ARP finds gw eth1 (#9, #10)
                                         MAC rs2 → gw eth1
              0.001200  gw             PREROUTING, FORWARD, POSTROUTING: accept
          #8            gw → client    SYN,ACK 192.168.10.100:80 → 203.0.113.10:46608 · TTL 64 → 63
                                         MAC gw eth0 → client
              0.001300  client         PREROUTING, INPUT → TCP port 46608
          The rest of the exchange, until 0.001800
            client → gw → dir → rs2  #11 ACK · #12 PSH,ACK 78 B
            rs2 → gw → client        #13 ACK · #14 PSH,ACK 238 B
            client                   #15 ACK · #16 FIN,ACK

        status 0

        dir# ipvsadm -Ln
        IP Virtual Server version 1.2.1 (size=4096)
        Prot LocalAddress:Port Scheduler Flags
          -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
        TCP  192.168.10.100:80 rr
          -> 192.168.10.11:80             Route   1      0          0
          -> 192.168.10.12:80             Route   1      1          0

        seed "1""
    `);
  });

  test("that was to go another way fails with the way that it went", () => {
    const request = testLab(DR).ask("client", CURL);
    const message = failure(() => expect(request).toTraverse("client", "dir", "rs2"));
    expect(message.split("\n")[0]).toMatchInlineSnapshot(
      `"expected request 1 (client: curl -s -m 3 http://192.168.10.100/) to traverse client → dir → rs2; it came by client → gw → dir → rs2, and rs2 took it in"`,
    );
    const not = failure(() => expect(request).not.toTraverse("client", "gw", "dir", "rs2"));
    expect(not.split("\n")[0]).toMatchInlineSnapshot(
      `"expected request 1 (client: curl -s -m 3 http://192.168.10.100/) not to traverse client → gw → dir → rs2; it came by client → gw → dir → rs2, and rs2 took it in"`,
    );
  });

  test("that nobody answered fails with where it was lost", () => {
    const request = deaf().ask("client", CURL);
    expect(request).not.toReach("rs2");
    expect(request).toBeDroppedFor("ip-forwarding-off");
    expect(failure(() => expect(request).toBeAnsweredBy("rs2"))).toMatchInlineSnapshot(`
      "expected request 1 (client: curl -s -m 3 http://192.168.10.100/) to be answered by rs2; it came by client → gw → dir → rs2, #1 lost at rs2: ip-forwarding-off (net.ipv4.conf.eth0.forwarding = 0); status 28

          #1  0.000000  client         sends SYN 203.0.113.10:46608 → 192.168.10.100:80
                                         via OUTPUT, POSTROUTING
          #1  0.000200  client → gw    SYN 203.0.113.10:46608 → 192.168.10.100:80 · TTL 64
                                         ARP finds gw eth0 (#2, #3) · MAC client → gw eth0
              0.000300  gw             PREROUTING, FORWARD, POSTROUTING: accept
          #4            gw → everyone  ARP who has 192.168.10.100? dir answers (#5)
                                         gw now believes: 192.168.10.100 = dir
          #1  0.000500  gw → dir       SYN 203.0.113.10:46608 → 192.168.10.100:80 · TTL 64 → 63
                                         MAC gw eth1 → dir
              0.000600  dir            PREROUTING: accept · 192.168.10.100 is local → INPUT
                        dir            INPUT: IPVS rr chooses rs2 192.168.10.12:80 (Route)
                                         IP addresses and ports untouched · SYN_RECV for 60 s
          #1  0.000800  dir → rs2      SYN 203.0.113.10:46608 → 192.168.10.100:80 · TTL 63 → 62
                                         via OUTPUT, POSTROUTING · ARP finds rs2 (#6, #7) · MAC dir → rs2
              0.000900  rs2            PREROUTING: accept
                        rs2            ✗ dropped: ip-forwarding-off · net.ipv4.conf.eth0.forwarding = 0
          The rest of the exchange, until 1.024000
            client → gw → dir → rs2  #8 SYN ✗ dropped: ip-forwarding-off

        #1 lost at rs2: ip-forwarding-off (net.ipv4.conf.eth0.forwarding = 0)
        #8 lost at rs2: ip-forwarding-off (net.ipv4.conf.eth0.forwarding = 0)
        status 28

        dir# ipvsadm -Ln
        IP Virtual Server version 1.2.1 (size=4096)
        Prot LocalAddress:Port Scheduler Flags
          -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
        TCP  192.168.10.100:80 rr
          -> 192.168.10.11:80             Route   1      0          0
          -> 192.168.10.12:80             Route   1      1          0

        seed "1""
    `);
  });

  test("that was not lost, or for another reason, fails with what was lost", () => {
    const well = testLab(DR).ask("client", CURL);
    const first = (message: string): string => message.split("\n")[0] ?? "";
    expect(
      first(failure(() => expect(well).toBeDroppedFor("tcp-no-socket"))),
    ).toMatchInlineSnapshot(
      `"expected request 1 (client: curl -s -m 3 http://192.168.10.100/) to be dropped for tcp-no-socket; nothing was lost; it came by client → gw → dir → rs2, and rs2 took it in"`,
    );
    const lab = testLab(DR);
    lab.exec("rs2", "systemctl stop nginx");
    const refused = lab.ask("client", CURL);
    expect(refused).toBeDroppedFor("tcp-no-socket", "rs2");
    expect(
      first(failure(() => expect(refused).toBeDroppedFor("tcp-no-socket", "rs1"))),
    ).toMatchInlineSnapshot(
      `"expected request 1 (client: curl -s -m 3 http://192.168.10.100/) to be dropped for tcp-no-socket at rs1; #1 lost at rs2: tcp-no-socket"`,
    );
  });

  test("that sent no packet fails with what the command said", () => {
    const lab = testLab(DR);
    lab.exec("client", "ip route del default");
    const request = lab.ask("client", "ping -c 1 192.168.10.100");
    expect(failure(() => expect(request).toReach("dir"))).toMatchInlineSnapshot(`
      "expected request 1 (client: ping -c 1 192.168.10.100) to reach dir; client sent no packet of it

          No request left client: there is nothing to follow.

        status 2: ping: connect: Network is unreachable

        dir# ipvsadm -Ln
        IP Virtual Server version 1.2.1 (size=4096)
        Prot LocalAddress:Port Scheduler Flags
          -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
        TCP  192.168.10.100:80 rr
          -> 192.168.10.11:80             Route   1      0          0
          -> 192.168.10.12:80             Route   1      0          0

        seed "1""
    `);
  });
});

describe("an address", () => {
  test("is the director's while the real servers keep quiet", () => {
    const lab = testLab(DR);
    expect(failure(() => expect(lab.host("dir")).toOwnVip(VIP))).toContain(
      "nobody has asked whose it is",
    );
    lab.ask("client", CURL);
    expect(lab.host("dir")).toOwnVip(VIP);
    expect(lab.host("rs1")).not.toOwnVip(VIP);
  });

  test("that others claim fails with who believed them, and when", () => {
    const lab = testLab(NOISY);
    lab.ask("client", CURL);
    expect(failure(() => expect(lab.host("dir")).toOwnVip(VIP))).toMatchInlineSnapshot(`
      "expected dir to own 192.168.10.100; gw took rs2 for its owner, who asked (#4) took rs2 for its owner, who asked (#4) took rs1 for its owner

        Who owns 192.168.10.100?
        gw  ·······································AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA·
            0.000 s                                                                                0.001 s
            A = rs2

        gw: rs2 from 0.001 to 0.001 s (#5)

        seed "1""
    `);
  });
});

describe("sharing", () => {
  test("that is not fair fails with the table of shares", () => {
    const lab = testLab(
      masquerading({ realServers: 2, scheduler: "wrr", weights: [3, 1], requests: 8 }),
    );
    lab.sendTraffic();
    expect(lab.service()).toBeFairWithin(0);
    lab.ask("client", "curl -s http://203.0.113.100/");
    expect(lab.service()).toBeFairWithin(0.1);
    expect(failure(() => expect(lab.service()).toBeFairWithin(0.01))).toMatchInlineSnapshot(`
      "expected dir to be fair within 1.0 %; 192.168.10.11 had 66.7 % where 75.0 % was due

        dir -t 203.0.113.100:80 wrr: 9 connections
          Real server    weight  count    share      due burst   lag
          192.168.10.11       3      6   66.7 %   75.0 %     3   0.8  ████████████████████░░░░░░░░░░
          192.168.10.12       1      3   33.3 %   25.0 %     1   0.0  ██████████░░░░░░░░░░░░░░░░░░░░
          greatest deviation 8.3 % · Jain's index 0.9615 · longest burst 3

        seed "1""
    `);
  });

  test("is judged of any report as well", () => {
    const weights = new Map([
      ["a", 1],
      ["b", 1],
    ]);
    expect(shareReport([..."abab"], weights)).toBeFairWithin(0);
    const message = failure(() => expect(shareReport([..."aaab"], weights)).toBeFairWithin(0.1));
    expect(message).toMatchInlineSnapshot(`
      "expected choices to be fair within 10.0 %; a had 75.0 % where 50.0 % was due

        Real server  weight  count    share      due burst   lag
        a                 1      3   75.0 %   50.0 %     3   0.0  ███████████████████████░░░░░░░
        b                 1      1   25.0 %   50.0 %     1   1.5  ████████░░░░░░░░░░░░░░░░░░░░░░
        greatest deviation 25.0 % · Jain's index 0.8000 · longest burst 3"
    `);
    expect(failure(() => expect([1, 2]).toBeFairWithin(0.1))).toMatchInlineSnapshot(
      `"toBeFairWithin is about a service or a share report; it was given [1,2]"`,
    );
  });
});

describe("a change", () => {
  test("that moves too many fails with what it moved", () => {
    const clients = (where: string): Map<number, string> =>
      new Map([...where].map((server, client) => [client, server]));
    const report = disruptionReport(clients("aabbcc"), clients("babbaa"), new Set(["c"]));
    expect(report).toDisruptAtMost(0.5);
    expect(failure(() => expect(report).toDisruptAtMost(0.4))).toMatchInlineSnapshot(
      `"expected the change to disrupt at most 40.0 % of the clients; 3 of 6 clients moved (50.0 %), 1 of them though their server remained"`,
    );
  });

  test("of a running service is judged by its clients", () => {
    const lab = testLab(directRouting({ realServers: 3, scheduler: "sh" }));
    const ask = (): unknown => lab.ask("client", CURL);
    ask();
    expect(failure(() => expect(lab.service()).toDisruptAtMost(1))).toContain(
      "nothing was changed",
    );
    lab.exec("dir", `ipvsadm -d -t ${VIP}:80 -r 192.168.10.13`);
    ask();
    expect(failure(() => expect(lab.service()).toDisruptAtMost(-1))).toMatchInlineSnapshot(`
      "expected changes of dir to disrupt at most -100.0 % of the clients; 1 of 1 clients moved (100.0 %)

        What changes of services disturbed
          0.001800 dir# ipvsadm -d -t 192.168.10.100:80 -r 192.168.10.13
            0 of 2 requests failed · 1 of 1 clients moved

        seed "1""
    `);
  });
});

test("a mistake of the test is told as such", () => {
  const lab = testLab(DR);
  const request = lab.ask("client", CURL);
  expect(failure(() => expect(request).toReach("rs3"))).toMatchInlineSnapshot(
    `"the lab has no host rs3, only client, gw, dir, rs1, rs2"`,
  );
  expect(failure(() => expect(CURL).toReach("rs1"))).toMatchInlineSnapshot(
    `"toReach is about a request, as testLab(…).ask(…) gives it; it was given string"`,
  );
  expect(failure(() => expect(lab.host("dir")).toOwnVip("vip"))).toMatchInlineSnapshot(
    `"vip is no IPv4 address"`,
  );
  const broken = variantOf(DR, ({ hosts }) => {
    if (hosts.dir !== undefined) hosts.dir.start += "ipvsadm -A -t 10.0.0.1:80 -s best\n";
  });
  expect(failure(() => testLab(broken))).toMatchInlineSnapshot(`
    "dir# ipvsadm -A -t 10.0.0.1:80 -s best
    Scheduler or persistence engine not found
    (status 255)"
  `);
});
