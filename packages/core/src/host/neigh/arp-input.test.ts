import { beforeEach, describe, expect, test } from "vitest";
import type { DropReason } from "../../trace/drop-reason.ts";
import type { Trace } from "../../trace/trace.ts";
import {
  type ArpWords,
  address,
  arp,
  ip,
  mac,
  type TestDevice,
  TestHost,
} from "./neigh-fixture.ts";
import { newNeighbour } from "./neighbour-commands.ts";
import { NEIGHBOUR_STATE_NAMES, NeighbourState } from "./neighbour-state.ts";

const ALL = "ff:ff:ff:ff:ff:ff";
const US = "02:00:00:00:00:10";
const NEW = "02:00:00:00:00:55";
const OLD = "02:00:00:00:00:99";
const PEER = "192.168.0.50";
const OWN = "192.168.0.10";
const OTHER = "192.168.0.51";

let host: TestHost;
let eth0: TestDevice;
let eth1: TestDevice;
let told: string[];

/** Notes only what ARP tells about frames. */
const recorder = (): Trace => ({
  place: () => 0,
  sent: () => {},
  received: () => {},
  changed: () => {},
  delivered: () => told.push("delivered"),
  dropped: (_at, _place, _frame, reason: DropReason, decider) =>
    told.push(decider === null ? reason : `${reason} by ${decider.describe()}`),
  note: (kind, _at, _host, _frame, decider) => {
    if (kind === "arp-suppressed") told.push(`${kind} by ${decider?.describe()}`);
  },
});

beforeEach(() => {
  told = [];
  host = new TestHost(recorder());
  eth0 = host.add("eth0", mac(US), [address("192.168.0.10/24")]);
  eth1 = host.add("eth1", mac("02:00:00:00:01:10"), [address("10.1.0.10/24")]);
  host.runTo(100);
});

const hear = (words: ArpWords, on = eth0): void => host.arp.receive(arp(host, words), on);

const REQUEST = { operation: 1, sender: PEER, senderMac: NEW, target: OWN, to: ALL };
const FRAMES: Readonly<Record<string, ArpWords>> = {
  "a request for us": REQUEST,
  "a request for another": { ...REQUEST, target: OTHER },
  "a gratuitous request": { ...REQUEST, target: PEER },
  "a gratuitous reply for all": { ...REQUEST, operation: 2, target: PEER, targetMac: ALL },
  "a gratuitous reply about itself": { ...REQUEST, operation: 2, target: PEER, targetMac: NEW },
  "a reply to us": { ...REQUEST, operation: 2, targetMac: US, to: US },
  "a reply to us for all": { ...REQUEST, operation: 2, targetMac: US },
  "a reply to another": { ...REQUEST, operation: 2, target: OTHER, targetMac: OLD },
  "a request from our own address": { ...REQUEST, sender: OWN },
  "a probe for our address": { ...REQUEST, sender: "0.0.0.0" },
};

/** The peer's entry as "STATE", with "new" before it if the link address is that of the frame. */
const entry = (): string => {
  const found = host.table.find(eth0, ip(PEER));
  if (found === null) return "none";
  return `${found.linkAddress === mac(NEW) ? "new " : ""}${NEIGHBOUR_STATE_NAMES.get(found.state)}`;
};

const INITIAL: Readonly<Record<string, () => void>> = {
  none: () => {},
  fresh: () => set(NeighbourState.reachable),
  "2 s old": () => {
    set(NeighbourState.reachable);
    host.runTo(102);
  },
  failed: () => set(NeighbourState.failed),
  permanent: () => set(NeighbourState.permanent),
};

function set(state: NeighbourState): void {
  const flags = { create: true, exclusive: false, replace: true };
  const link = state === NeighbourState.failed ? null : mac(OLD);
  newNeighbour(host.table, eth0, ip(PEER), link, state, flags);
}

describe("what is learnt (recorded of Linux 6.1)", () => {
  const columns = ["none", "fresh", "2 s old", "failed", "permanent"] as const;
  const rows: readonly (readonly [string, ...string[]])[] = [
    ["a request for us", "new STALE", "new STALE", "new STALE", "new STALE", "PERMANENT"],
    ["a request for another", "none", "REACHABLE", "new STALE", "new STALE", "PERMANENT"],
    ["a gratuitous request", "none", "new STALE", "new STALE", "new STALE", "PERMANENT"],
    ["a gratuitous reply for all", "none", "REACHABLE", "new STALE", "new STALE", "PERMANENT"],
    ["a gratuitous reply about itself", "none", "new STALE", "new STALE", "new STALE", "PERMANENT"],
    ["a reply to us", "none", "REACHABLE", "new REACHABLE", "new REACHABLE", "PERMANENT"],
    ["a reply to us for all", "none", "REACHABLE", "new STALE", "new STALE", "PERMANENT"],
    ["a reply to another", "none", "REACHABLE", "new STALE", "new STALE", "PERMANENT"],
    ["a request from our own address", "none", "REACHABLE", "REACHABLE", "FAILED", "PERMANENT"],
    ["a probe for our address", "none", "REACHABLE", "REACHABLE", "FAILED", "PERMANENT"],
  ];
  test.each(rows)("from %s", (frame, ...outcomes) => {
    columns.forEach((initial, i) => {
      host.table.flushDevice(eth0);
      INITIAL[initial]?.();
      hear(FRAMES[frame] as ArpWords);
      expect(`${initial}: ${entry()}`).toBe(`${initial}: ${outcomes[i]}`);
    });
  });

  test.each([
    ["a gratuitous request", "new STALE"],
    ["a gratuitous reply for all", "new STALE"],
    ["a reply to us", "new REACHABLE"],
    ["a reply to another", "new STALE"],
    ["a request for another", "none"],
    ["a probe for our address", "none"],
  ])("with arp_accept from %s: %s", (frame, outcome) => {
    host.conf.set("eth0", { arpAccept: 1 });
    hear(FRAMES[frame] as ArpWords);
    expect(entry()).toBe(outcome);
  });

  test("with arp_accept 2 only from senders in one of the interface's subnets", () => {
    host.conf.set("eth0", { arpAccept: 2 });
    const far = "172.16.0.1";
    hear({ operation: 1, sender: far, senderMac: NEW, target: far, to: ALL });
    expect(host.table.find(eth0, ip(far))).toBeNull();
    hear(FRAMES["a gratuitous request"] as ArpWords);
    expect(entry()).toBe("new STALE");
  });

  test("nothing from gratuitous frames with drop_gratuitous_arp", () => {
    host.conf.set("eth0", { dropGratuitousArp: 1, arpAccept: 1 });
    hear(FRAMES["a gratuitous request"] as ArpWords);
    expect(entry()).toBe("none");
    expect(told).toContain("arp-ignored by net.ipv4.conf.eth0.drop_gratuitous_arp");
  });
});

describe("an answer", () => {
  test("names us, goes to the asker alone, and has the request as its parent", () => {
    hear(REQUEST);
    const { frame } = host.takeHeard()[0] as { frame: ReturnType<typeof arp> };
    expect(frame).toMatchObject({
      arpOperation: 2,
      source: ip(OWN),
      destination: ip(PEER),
      arpSenderMac: mac(US),
      arpTargetMac: mac(NEW),
      destinationMac: mac(NEW),
      parentId: 1,
      origin: 1,
    });
  });

  test("to a probe teaches us nothing", () => {
    hear(FRAMES["a probe for our address"] as ArpWords);
    expect(host.takeHeard()).toHaveLength(1);
    expect(host.table.entries()).toEqual([]);
  });

  test("is held back by arp_ignore, the cache stays as it is, and the trace says why", () => {
    host.conf.set("eth0", { arpIgnore: 8 });
    hear(REQUEST);
    expect(host.takeHeard()).toEqual([]);
    expect(entry()).toBe("none");
    const sysctl = "net.ipv4.conf.eth0.arp_ignore";
    expect(told).toEqual([`arp-suppressed by ${sysctl}`, `arp-ignored by ${sysctl}`]);
  });

  test("is held back by arp_filter where the way back to the asker is another device", () => {
    host.conf.set("eth1", { arpFilter: 1 });
    hear({ ...REQUEST, sender: "192.168.0.2" }, eth1);
    expect(told).toContain("arp-ignored by net.ipv4.conf.eth1.arp_filter");
    hear({ ...REQUEST, sender: "10.1.0.2" }, eth1);
    expect(host.takeHeard().map(({ on }) => on)).toEqual(["eth1"]);
  });
});

describe("a frame that is dropped", () => {
  test.each([
    ["other-host", { ...REQUEST, to: "02:00:00:00:00:77" }],
    ["arp-invalid", { ...REQUEST, operation: 3 }],
    ["arp-invalid", { ...REQUEST, target: "224.0.0.1" }],
    ["arp-invalid", { ...REQUEST, target: "127.0.0.1" }],
    ["arp-not-for-us", { ...REQUEST, target: OTHER }],
    ["arp-not-for-us", { ...REQUEST, sender: "0.0.0.0", target: OTHER }],
  ])("is %s: %o", (reason, words) => {
    hear(words);
    expect(told).toEqual([reason]);
    expect(host.takeHeard()).toEqual([]);
  });

  test("for 127.0.0.1 is answered with route_localnet", () => {
    host.conf.set("eth0", { routeLocalnet: 1 });
    hear({ ...REQUEST, target: "127.0.0.1" });
    expect(host.takeHeard()).toHaveLength(1);
  });
});

describe("proxy ARP", () => {
  const FOR_FAR = { ...REQUEST, target: "10.1.0.2" };

  test("answers for what is behind another device, after a random part of proxy_delay", () => {
    host.conf.set("eth0", { proxyArp: 1, forwarding: 1 });
    hear(FOR_FAR);
    expect(host.takeHeard()).toEqual([]);
    expect(entry()).toBe("new STALE");
    host.runTo(100.9);
    expect(host.takeHeard().map(({ frame }) => frame.source)).toEqual([ip("10.1.0.2")]);
  });

  test.each([
    ["proxy_delay is 0", { proxy_delay: 0 }, ALL],
    ["the request came by unicast", {}, US],
  ])("answers at once if %s", (_, neigh, to) => {
    host.neigh = { ...host.neigh, ...neigh };
    host.conf.set("eth0", { proxyArp: 1, forwarding: 1 });
    hear({ ...FOR_FAR, to });
    expect(host.takeHeard()).toHaveLength(1);
  });

  test.each([
    ["without forwarding", { proxyArp: 1 }, {}],
    ["for the same side", { proxyArp: 1, forwarding: 1 }, { target: OTHER }],
    ["without a route", { proxyArp: 1, forwarding: 1 }, { target: "172.29.0.1" }],
    ["for the same medium", { proxyArp: 1, forwarding: 1, mediumId: 7 }, {}],
  ])("does not answer %s", (_, conf, words) => {
    host.conf.set("eth0", conf);
    host.conf.set("eth1", { mediumId: 7 });
    hear({ ...FOR_FAR, ...words });
    host.runTo(101);
    expect(host.takeHeard()).toEqual([]);
  });

  test("answers for the same side with proxy_arp_pvlan, but not about the asker itself", () => {
    host.conf.set("eth0", { proxyArpPvlan: 1, forwarding: 1 });
    hear({ ...REQUEST, target: PEER });
    hear({ ...REQUEST, target: OTHER });
    host.runTo(101);
    expect(host.takeHeard().map(({ frame }) => frame.source)).toEqual([ip(OTHER)]);
  });

  test("answers for an address given by hand", () => {
    host.conf.set("eth0", { forwarding: 1 });
    host.proxies.add(ip("10.1.0.2"), eth0.index);
    hear(FOR_FAR);
    host.runTo(101);
    expect(host.takeHeard()).toHaveLength(1);
    expect(eth1.counters.sentPackets).toBe(0);
  });
});
