import { Fingerprint, seconds } from "@lvsim/core";
import { directRouting, Lab } from "@lvsim/scenarios";
import { describe, expect, test } from "vitest";
import {
  answered,
  connectionsEnd,
  eventually,
  INVARIANTS,
  type Invariant,
  neighboursAgree,
  switchesKnow,
  vipIsAt,
  WatchedLab,
} from "../index.ts";

const VIP = "192.168.10.100";
const ASK = `curl -s -m 3 http://${VIP}/`;

/** An invariant of one's own: this service is for port 80. */
const onlyWeb: Invariant = {
  name: "real servers hear of port 80 alone",
  watch: (_scene, tell) => ({
    received(_at, { host, name }, frame) {
      if (host?.name.startsWith("rs") && frame.destinationPort === 22)
        tell(name, `hears of port 22 by #${frame.id}`, frame.id);
    },
  }),
};

describe("a lab under watch", () => {
  test("holds what always holds, while a server goes and comes, and comes to rest", () => {
    const watched = new WatchedLab(directRouting({ requests: 4 }), { seed: "7" });
    const { lab } = watched;
    lab.run();
    lab.start("rs1", "ip link set eth0 down; sleep 3; ip link set eth0 up");
    lab.start("client", `for i in 1 2 3 4; do ${ASK}; done`);
    lab.until((lab.now + seconds(5)) as typeof lab.now);
    watched.expectHeld();

    lab.exec("rs1", "ip route replace default via 192.168.10.1");
    const goals = [answered("client", ASK), vipIsAt(VIP, "dir"), neighboursAgree, switchesKnow];
    eventually(lab, goals, { within: seconds(60) });
    eventually(lab, [connectionsEnd], { within: seconds(1000), every: seconds(10) });
    watched.expectHeldToTheEnd();
  });

  test("is the same run as without", () => {
    const [watched, bare] = [new Fingerprint(), new Fingerprint()];
    new WatchedLab(directRouting(), { seed: "7", trace: watched }).lab.run();
    Lab.build(directRouting(), { seed: "7", trace: bare }).run();
    expect(watched.digest()).toBe(bare.digest());
  });

  test("tells what did not hold, when, where, and the story of the frame", () => {
    const invariants = [...INVARIANTS, onlyWeb];
    const watched = new WatchedLab(directRouting({ realServers: 1 }), { seed: "7", invariants });
    watched.lab.run();
    watched.expectHeld();
    watched.lab.exec("dir", `nc -z -w 1 192.168.10.11 22`);
    expect(() => watched.expectHeld()).toThrowErrorMatchingInlineSnapshot(`
      [InvariantError: 1 violation of what always holds, seed "7"
      1.001100 s rs1.eth0 hears of port 22 by #27
          invariant: real servers hear of port 80 alone
          1.001000 s dir.eth0 sent #27 SYN 192.168.10.10:58044 → 192.168.10.11:22 ttl 64
          1.001050 s lan:dir.eth0 received #27 SYN 192.168.10.10:58044 → 192.168.10.11:22 ttl 64
          1.001050 s lan:rs1.eth0 sent #27 SYN 192.168.10.10:58044 → 192.168.10.11:22 ttl 64
          1.001100 s rs1.eth0 received #27 SYN 192.168.10.10:58044 → 192.168.10.11:22 ttl 64
          1.001100 s rs1 dropped #27 (tcp-no-socket) SYN 192.168.10.10:58044 → 192.168.10.11:22 ttl 64]
    `);
  });
});

describe("a goal that is not reached", () => {
  test("is told with what is missing", () => {
    const { lab } = new WatchedLab(directRouting(), { seed: "7" });
    lab.run();
    lab.exec("dir", "ip addr del 192.168.10.100/32 dev eth0");
    lab.exec("gw", "ip neigh flush dev eth1");
    lab.exec("rs1", "sysctl -q -w net.ipv4.conf.all.arp_ignore=0");
    const goals = [answered("client", "curl -s -m 1 http://192.168.10.77/"), vipIsAt(VIP, "dir")];
    lab.exec("gw", `ping -c 1 -W 1 ${VIP}`);
    expect(() =>
      eventually(lab, goals, { within: seconds(3) }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [GoalError: not reached between 3.001400 s and 6.080100 s:
        client gets its answer: curl -s -m 1 http://192.168.10.77/ ends with 7
        192.168.10.100 is at dir: gw has 192.168.10.100 dev eth1 at 02:00:00:00:04:00, which is rs1]
    `);
  });
});
