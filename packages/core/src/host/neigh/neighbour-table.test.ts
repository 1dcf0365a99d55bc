import { beforeEach, describe, expect, test } from "vitest";
import type { Instant } from "../../time/instant.ts";
import { address, arp, ip, mac, packet, type TestDevice, TestHost } from "./neigh-fixture.ts";
import { newNeighbour } from "./neighbour-commands.ts";
import { NEIGHBOUR_STATE_NAMES, NeighbourState } from "./neighbour-state.ts";

const PEER = "192.168.0.2";
const PEER_MAC = "02:00:00:00:00:99";

let host: TestHost;
let eth0: TestDevice;

beforeEach(() => {
  host = new TestHost();
  eth0 = host.add("eth0", mac("02:00:00:00:00:10"), [address("192.168.0.10/24")]);
});

const send = (to = PEER): void => host.table.send(packet(host, "192.168.0.10", to), eth0, ip(to));

const state = (of = PEER): string => {
  const entry = host.table.find(eth0, ip(of));
  return entry === null ? "" : (NEIGHBOUR_STATE_NAMES.get(entry.state) as string);
};

const answer = (operation = 2): void =>
  host.arp.receive(
    arp(host, {
      operation,
      sender: PEER,
      senderMac: PEER_MAC,
      target: "192.168.0.10",
      to: "02:00:00:00:00:10",
    }),
    eth0,
  );

const set = (nud: NeighbourState): void => {
  const flags = { create: true, exclusive: false, replace: true };
  newNeighbour(host.table, eth0, ip(PEER), mac(PEER_MAC), nud, flags);
};

/** What was heard, as "seconds kind destination", times rounded down to a tenth. */
const heard = (): readonly string[] =>
  host.takeHeard().map(({ at, frame }) => {
    const to = frame.destinationMac === mac("ff:ff:ff:ff:ff:ff") ? "broadcast" : "unicast";
    const kind = frame.etherType === 0x0806 ? "arp" : `ip ${frame.id}`;
    return `${Math.floor(at / 1e8) / 10} ${kind} ${to}`;
  });

describe("an unknown neighbour", () => {
  test("is asked three times, a second apart; then its packets come back as unreachable", () => {
    send();
    send();
    host.runTo(2.9);
    expect(state()).toBe("INCOMPLETE");
    expect(host.unreachables).toHaveLength(0);
    host.runTo(4);
    expect(heard()).toEqual(["0 arp broadcast", "1 arp broadcast", "2 arp broadcast"]);
    expect(state()).toBe("FAILED");
    expect(host.unreachables.map((frame) => frame.id)).toEqual([1, 3]);
  });

  test("gets what waited for it, in order, as soon as it answers", () => {
    send();
    send();
    answer();
    expect(state()).toBe("REACHABLE");
    expect(heard()).toEqual(["0 arp broadcast", "0 ip 1 unicast", "0 ip 3 unicast"]);
  });

  test("that asks us first is STALE, and in DELAY once something waited for it", () => {
    answer(1);
    expect(state()).toBe("STALE");
    send();
    expect(state()).toBe("DELAY");
    send("192.168.0.3");
    host.arp.receive(
      arp(host, {
        operation: 1,
        sender: "192.168.0.3",
        senderMac: "2:0:0:0:0:3",
        target: "192.168.0.10",
        to: "ff:ff:ff:ff:ff:ff",
      }),
      eth0,
    );
    expect(state("192.168.0.3")).toBe("DELAY");
  });

  test("keeps no more packets than unres_qlen_bytes; the oldest go first", () => {
    // a small packet takes 768 octets of the kernel's memory
    host.neigh = { ...host.neigh, unres_qlen_bytes: 3 * 768 };
    for (let i = 0; i < 5; i++) send();
    answer();
    expect(heard()).toEqual([
      "0 arp broadcast",
      "0 ip 4 unicast",
      "0 ip 5 unicast",
      "0 ip 6 unicast",
    ]);
  });
});

describe("a known neighbour", () => {
  test("is doubted after reachable time, asked by unicast after 5 s in DELAY, and given up", () => {
    set(NeighbourState.stale);
    send();
    expect(state()).toBe("DELAY");
    host.runTo(4.9);
    expect(state()).toBe("DELAY");
    host.runTo(5.3);
    expect(state()).toBe("PROBE");
    host.runTo(7.9);
    expect(heard()).toEqual([
      "0 ip 1 unicast",
      expect.stringMatching(/^5\.\d arp unicast$/),
      expect.stringMatching(/^6\.\d arp unicast$/),
      expect.stringMatching(/^7\.\d arp unicast$/),
    ]);
    host.runTo(9);
    expect(state()).toBe("FAILED");
  });

  test("is REACHABLE again when an upper layer confirms it during DELAY", () => {
    set(NeighbourState.stale);
    send();
    host.runTo(2);
    host.table.confirm(eth0, ip(PEER));
    host.runTo(5.5);
    expect(state()).toBe("REACHABLE");
  });

  test("that was not used lately becomes STALE between half and one and a half base times", () => {
    set(NeighbourState.reachable);
    host.runTo(15);
    expect(state()).toBe("REACHABLE");
    host.runTo(45 + 2.1);
    expect(state()).toBe("STALE");
  });

  test("stays REACHABLE while it is confirmed", () => {
    set(NeighbourState.reachable);
    for (let at = 10; at <= 100; at += 10) {
      host.runTo(at);
      host.table.confirm(eth0, ip(PEER));
      expect(state()).toBe("REACHABLE");
    }
  });

  test("falls from REACHABLE to DELAY if a first packet passed in the last 5 s", () => {
    host.neigh = { ...host.neigh, base_reachable_time_ms: 2000 };
    set(NeighbourState.reachable);
    host.runTo(0.9);
    send();
    host.runTo(3.5);
    expect(state()).toBe("DELAY");
  });
});

describe("what needs no resolution", () => {
  test("is multicast, whose link address is made from the group", () => {
    send("239.129.2.3");
    expect(host.takeHeard().map(({ frame }) => frame.destinationMac)).toEqual([
      mac("01:00:5e:01:02:03"),
    ]);
  });

  test("is limited broadcast", () => {
    send("255.255.255.255");
    expect(heard()).toEqual(["0 ip 1 broadcast"]);
  });

  test("is a device without ARP, whose own link address is used", () => {
    eth0.noArp = true;
    send();
    expect(host.takeHeard().map(({ frame }) => frame.destinationMac)).toEqual([eth0.mac]);
  });
});

describe("the table's bounds", () => {
  const fill = (count: number): void => {
    for (let i = 0; i < count; i++) {
      host.table.findOrCreate(eth0, (ip("192.168.0.0") + i) as ReturnType<typeof ip>, false);
    }
  };

  test("above gc_thresh3 nothing new is taken while all entries are fresh", () => {
    host.limits = { gc_thresh1: 2, gc_thresh2: 4, gc_thresh3: 8 };
    fill(12);
    expect(host.table.entries()).toHaveLength(8);
    expect(host.overflowCount).toBe(4);
  });

  test("above gc_thresh2 entries that did not change for 5 s make room", () => {
    host.limits = { gc_thresh1: 100, gc_thresh2: 4, gc_thresh3: 8 };
    fill(6);
    host.runTo(6);
    fill(12);
    expect(host.table.entries().map((entry) => entry.address & 0xff)).toContain(11);
  });

  test("unused entries go after gc_stale_time, but only from gc_thresh1 on", () => {
    host.limits = { gc_thresh1: 4, gc_thresh2: 100, gc_thresh3: 100 };
    fill(3);
    host.runTo(200);
    expect(host.table.entries()).toHaveLength(3);
    fill(5);
    host.runTo(230);
    expect(host.table.entries()).toHaveLength(2);
    host.runTo(1000);
    expect(host.table.entries()).toHaveLength(2);
  });
});

describe("a device", () => {
  test("that loses its carrier loses its entries but the permanent ones", () => {
    set(NeighbourState.permanent);
    send("192.168.0.3");
    host.table.carrierLost(eth0);
    expect(host.table.entries().map((entry) => entry.address)).toEqual([ip(PEER)]);
    host.table.flushDevice(eth0);
    expect(host.table.entries()).toEqual([]);
  });

  test("keeps them with arp_evict_nocarrier 0", () => {
    host.conf.set("eth0", { arpEvictNocarrier: 0 });
    set(NeighbourState.stale);
    host.table.carrierLost(eth0);
    expect(state()).toBe("STALE");
  });

  test("leaves no timer behind when its entries go", () => {
    send();
    host.takeHeard();
    host.table.flushDevice(eth0);
    expect(host.engine.run(1e11 as Instant).kind).toBe("quiescent");
    expect(host.takeHeard()).toEqual([]);
  });
});
