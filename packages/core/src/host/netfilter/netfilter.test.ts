import { describe, expect, test } from "vitest";
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { FragmentField } from "../../packet/protocol.ts";
import { address, jump, match, NetfilterWorld, rule, syn } from "../../testing/netfilter-world.ts";
import type { Decider, Trace } from "../../trace/trace.ts";
import { checkTable } from "./check.ts";
import { NO_TABLES, type RuleConfig, type TableName } from "./config.ts";
import {
  appendRule,
  copyNetfilter,
  ensureTable,
  insertRule,
  newChain,
  type RuleSpec,
  setPolicy,
} from "./edit.ts";
import { HookPoint, Verdict } from "./hook.ts";
import { formatLogEntry } from "./log-line.ts";
import { isKnownMatch } from "./matches/compile-match.ts";
import { isKnownTarget } from "./targets/compile-target.ts";

/** Whether a rule in FORWARD (from eth0 to eth1) drops the frame. */
function matches(parts: Partial<RuleConfig>, frame: Frame): boolean {
  const world = new NetfilterWorld();
  world.append("filter", "FORWARD", rule({ ...parts, target: "DROP" }));
  return world.run(HookPoint.forward, frame) === Verdict.drop;
}

const LATER_FRAGMENT = { fragment: FragmentField.moreFragments | 3 };
const tcp = (options: Record<string, string>): Partial<RuleConfig> => ({
  protocol: 6,
  ...match("tcp", options),
});

test.each<[string, Partial<RuleConfig>, Partial<Frame>, boolean]>([
  ["no condition", {}, {}, true],
  ["-s 10.0.0.0/8", { source: address("10.0.0.0"), sourceMask: address("255.0.0.0") }, {}, true],
  [
    "! -s 10.0.0.0/8",
    { source: address("10.0.0.0"), sourceMask: address("255.0.0.0"), sourceInverted: true },
    {},
    false,
  ],
  [
    "-d 192.0.2.2",
    { destination: address("192.0.2.2"), destinationMask: -1 as Ipv4Address },
    {},
    false,
  ],
  ["-i eth0", { inputInterface: "eth0" }, {}, true],
  ["-i eth+", { inputInterface: "eth+" }, {}, true],
  ["-i eth", { inputInterface: "eth" }, {}, false],
  ["! -o eth1", { outputInterface: "eth1", outputInterfaceInverted: true }, {}, false],
  ["! -o eth0", { outputInterface: "eth0", outputInterfaceInverted: true }, {}, true],
  ["-p udp", { protocol: 17 }, {}, false],
  ["! -p udp", { protocol: 17, protocolInverted: true }, {}, true],
  ["-f, a whole packet", { fragment: "only" }, {}, false],
  ["-f, a later fragment", { fragment: "only" }, LATER_FRAGMENT, true],
  ["-f, a first fragment", { fragment: "only" }, { fragment: FragmentField.moreFragments }, false],
  ["! -f, a later fragment", { fragment: "not" }, LATER_FRAGMENT, false],
  ["--dport 80", tcp({ dport: "80" }), {}, true],
  ["--dport 80, a later fragment", tcp({ dport: "80" }), LATER_FRAGMENT, false],
  ["! --dport 80, a later fragment", tcp({ "! dport": "80" }), LATER_FRAGMENT, false],
  [
    "--sport 1024:65535 ! --dport 22:25",
    tcp({ sport: "1024:65535", "! dport": "22:25" }),
    {},
    true,
  ],
  ["--syn", tcp({ "tcp-flags": "FIN,SYN,RST,ACK SYN" }), {}, true],
  ["--syn, a SYN+ACK", tcp({ "tcp-flags": "FIN,SYN,RST,ACK SYN" }), { tcpFlags: 18 }, false],
  ["! --syn, a SYN+ACK", tcp({ "! tcp-flags": "FIN,SYN,RST,ACK SYN" }), { tcpFlags: 18 }, true],
  ["--dports 22,80", { protocol: 6, ...match("multiport", { dports: "22,80" }) }, {}, true],
  ["--sports 80", { protocol: 6, ...match("multiport", { sports: "80" }) }, {}, false],
  ["--ports 1:79,81", { protocol: 6, ...match("multiport", { ports: "1:79,81" }) }, {}, false],
  ["! --ports 1:79,81", { protocol: 6, ...match("multiport", { "! ports": "1:79,81" }) }, {}, true],
  ["--mark 0x1/0x3", match("mark", { mark: "0x1/0x3" }), { mark: 5 }, true],
  ["--mark 0x80000000", match("mark", { mark: "0x80000000" }), { mark: -0x80000000 }, true],
  ["! --mark 0x5", match("mark", { "! mark": "0x5" }), { mark: 5 }, false],
  ["--ttl-lt 64", match("ttl", { "ttl-lt": "64" }), {}, false],
  ["--ttl-gt 63", match("ttl", { "ttl-gt": "63" }), {}, true],
  ["--length 60:60", match("length", { length: "60" }), {}, true],
  ["--src-range", match("iprange", { "src-range": "9.255.255.255-10.0.0.7" }), {}, true],
  ["--dst-range", match("iprange", { "dst-range": "192.0.2.2-192.0.2.9" }), {}, false],
  [
    "--mac-source",
    match("mac", { "mac-source": "00:00:00:00:00:01" }),
    { sourceMac: 1 as never },
    true,
  ],
  ["--dst-type LOCAL", match("addrtype", { "dst-type": "LOCAL" }), {}, true],
  ["--src-type LOCAL", match("addrtype", { "src-type": "LOCAL" }), {}, false],
  ["! --dst-type UNICAST,LOCAL", match("addrtype", { "! dst-type": "UNICAST,LOCAL" }), {}, false],
  [
    "--icmp-type 3/1",
    { protocol: 1, ...match("icmp", { "icmp-type": "3/1" }) },
    { protocol: 1, icmpType: 3, icmpCode: 3 },
    false,
  ],
  [
    "--icmp-type 3",
    { protocol: 1, ...match("icmp", { "icmp-type": "3" }) },
    { protocol: 1, icmpType: 3, icmpCode: 3 },
    true,
  ],
])("a rule with %s", (_words, parts, frame, expected) => {
  expect(matches(parts, syn(frame))).toBe(expected);
});

describe("chains", () => {
  /** INPUT jumps to `web`, which returns for marked packets, goes to `end` for others; INPUT then drops. */
  function chained(): NetfilterWorld {
    const world = new NetfilterWorld();
    world.edit((draft) => {
      newChain(draft, "filter", "web");
      newChain(draft, "filter", "end");
      appendRule(draft, "filter", "INPUT", jump("web"));
      appendRule(draft, "filter", "INPUT", jump("DROP"));
      appendRule(
        draft,
        "filter",
        "web",
        rule({ ...match("mark", { mark: "0x1" }), target: "RETURN" }),
      );
      appendRule(draft, "filter", "web", rule({ target: "end", goto: true }));
      appendRule(draft, "filter", "web", jump("DROP"));
    });
    return world;
  }

  test("RETURN goes on behind the jump", () => {
    const world = chained();
    expect(world.run(HookPoint.localIn, syn({ mark: 1 }))).toBe(Verdict.drop);
    expect(world.counts("filter", "web")).toEqual(["1/60", "0/0", "0/0"]);
  });

  test("the end of a chain reached by goto goes on behind the jump before it", () => {
    const world = chained();
    expect(world.run(HookPoint.localIn, syn())).toBe(Verdict.drop);
    expect(world.counts("filter", "INPUT")).toEqual(["1/60", "1/60", "0/0"]);
    expect(world.counts("filter", "web")).toEqual(["0/0", "1/60", "0/0"]);
  });

  test("RETURN in a built-in chain is its policy, which counts", () => {
    const world = new NetfilterWorld();
    world.append("filter", "INPUT", jump("RETURN"), jump("ACCEPT"));
    world.edit((draft) => setPolicy(draft, "filter", "INPUT", "DROP"));
    expect(world.run(HookPoint.localIn, syn())).toBe(Verdict.drop);
    expect(world.counts("filter", "INPUT")).toEqual(["1/60", "0/0", "1/60"]);
  });

  test("counters stay with their rule when rules come and go around it", () => {
    const world = new NetfilterWorld();
    world.append("filter", "INPUT", jump(""));
    world.run(HookPoint.localIn, syn());
    world.edit((draft) => insertRule(draft, "filter", "INPUT", 1, rule({ protocol: 17 })));
    world.run(HookPoint.localIn, syn());
    expect(world.counts("filter", "INPUT")).toEqual(["0/0", "2/120", "2/120"]);
  });

  test("an answer that a rule sends passes the same table without disturbing it", () => {
    const world = new NetfilterWorld();
    world.edit((draft) => newChain(draft, "filter", "both"));
    world.append("filter", "OUTPUT", jump("both"), jump("DROP"));
    world.append("filter", "both", rule({ protocol: 6, target: "REJECT" }));
    expect(world.run(HookPoint.localOut, syn())).toBe(Verdict.drop);
    expect(world.answers).toEqual(["icmp 3/3"]);
    expect(world.counts("filter", "OUTPUT")).toEqual(["2/120", "1/60", "0/0"]);
  });
});

describe("tables", () => {
  test("a table has its hooks while it exists, the nat table none without connection tracking", () => {
    const world = new NetfilterWorld();
    world.edit((draft) => {
      for (const name of ["filter", "raw", "mangle", "nat"] as const) ensureTable(draft, name);
    });
    const names = (point: HookPoint) =>
      world.hooks.at(point).map((hook) => `${hook.describe()} ${hook.priority}`);
    expect(names(HookPoint.localOut)).toEqual([
      "raw OUTPUT -300",
      "mangle OUTPUT -150",
      "filter OUTPUT 0",
    ]);
    expect(names(HookPoint.postRouting)).toEqual(["mangle POSTROUTING -150"]);
    world.netfilter.configure(NO_TABLES);
    expect(names(HookPoint.localOut)).toEqual([]);
  });

  test("a dropped packet's story names the rule or the policy, with the number it then had", () => {
    const world = new NetfilterWorld();
    const deciders: (Decider | null)[] = [];
    world.trace = {
      note: () => undefined,
      dropped: (_at, _place, _frame, reason, decider) => {
        expect(reason).toBe("netfilter-drop");
        deciders.push(decider);
      },
    } as Partial<Trace> as Trace;
    world.append(
      "filter",
      "INPUT",
      rule({ protocol: 17 }),
      rule({ ...tcp({ dport: "80" }), target: "DROP" }),
    );
    world.run(HookPoint.localIn, syn());
    world.edit((draft) => insertRule(draft, "filter", "INPUT", 1, jump("RETURN")));
    world.edit((draft) => setPolicy(draft, "filter", "INPUT", "DROP"));
    world.run(HookPoint.localIn, syn());
    expect(deciders.map((decider) => decider?.describe())).toEqual([
      "filter INPUT rule 2: -p tcp -m tcp --dport 80 -j DROP",
      "filter INPUT policy DROP",
    ]);
  });
});

describe("targets", () => {
  test("LOG tells of the packet in the kernel's words and lets it pass", () => {
    const world = new NetfilterWorld();
    world.append("mangle", "FORWARD", jump("LOG", { "log-prefix": "dir|mangle|FORWARD|" }));
    expect(
      world.run(HookPoint.forward, syn({ fragment: FragmentField.dontFragment, window: 64_240 })),
    ).toBe(Verdict.accept);
    expect(world.log.map(formatLogEntry)).toEqual([
      "dir|mangle|FORWARD|IN=eth0 OUT=eth1 MAC=00:00:00:00:00:00:00:00:00:00:00:00:08:00 SRC=10.0.0.7 DST=192.0.2.1 LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=0 DF PROTO=TCP SPT=40001 DPT=80 WINDOW=64240 RES=0x00 SYN URGP=0 ",
    ]);
  });

  test.each([
    ["tcp-reset", "rst"],
    ["icmp-host-prohibited", "icmp 3/10"],
    ["icmp-admin-prohibited", "icmp 3/13"],
  ])("REJECT --reject-with %s answers with %s and drops", (kind, answer) => {
    const world = new NetfilterWorld();
    world.append(
      "filter",
      "INPUT",
      rule({ protocol: 6, target: "REJECT", targetOptions: { "reject-with": kind } }),
    );
    expect(world.run(HookPoint.localIn, syn())).toBe(Verdict.drop);
    expect(world.run(HookPoint.localIn, syn(LATER_FRAGMENT))).toBe(Verdict.drop);
    expect(world.answers).toEqual([answer]);
  });

  test.each([
    ["0x1/0xffffffff", 0x35, 1],
    ["0x0/0xffffff00", 0x135, 0x35],
    ["0x100/0x100", 0x35, 0x135],
    ["0x5/0x0", 0x35, 0x30],
  ])("MARK --set-xmark %s makes %i into %i", (value, before, after) => {
    const world = new NetfilterWorld();
    world.append("mangle", "PREROUTING", jump("MARK", { "set-xmark": value }));
    const frame = syn({ mark: before });
    world.run(HookPoint.preRouting, frame);
    expect(frame.mark).toBe(after);
  });

  test("a mark that changes in mangle's OUTPUT makes a new route; without one the packet is dropped", () => {
    const world = new NetfilterWorld();
    world.append("mangle", "OUTPUT", jump("MARK", { "set-xmark": "0x1/0xffffffff" }));
    world.run(HookPoint.localOut, syn({ mark: 1 }));
    expect(world.rerouted).toBe(0);
    expect(world.run(HookPoint.localOut, syn())).toBe(Verdict.accept);
    expect(world.rerouted).toBe(1);
    world.hasRoute = false;
    expect(world.run(HookPoint.localOut, syn())).toBe(Verdict.drop);
  });

  test.each([
    [1460, 60, 1360, 60],
    [1200, 60, 1200, 60],
    [0, 56, 536, 60],
  ])(
    "TCPMSS --clamp-mss-to-pmtu at 1400 makes MSS %i (length %i) into %i (%i)",
    (mss, length, after, lengthAfter) => {
      const world = new NetfilterWorld();
      world.append("mangle", "FORWARD", jump("TCPMSS", { "clamp-mss-to-pmtu": "" }));
      const frame = syn({
        length,
        synOptions: { maximumSegmentSize: mss, windowScale: 7, sackPermitted: true },
      });
      world.run(HookPoint.forward, frame);
      expect(frame.synOptions).toEqual({
        maximumSegmentSize: after,
        windowScale: 7,
        sackPermitted: true,
      });
      expect(frame.length).toBe(lengthAfter);
    },
  );

  test("limit lets a burst pass, then one packet each interval, and begins anew with the table", () => {
    const world = new NetfilterWorld();
    world.append(
      "filter",
      "INPUT",
      rule({ ...match("limit", { limit: "1/sec", "limit-burst": "3" }), target: "DROP" }),
    );
    const dropped = () =>
      [1, 2, 3, 4, 5].filter(() => world.run(HookPoint.localIn, syn()) === Verdict.drop).length;
    expect(dropped()).toBe(3);
    world.seconds = 0.9;
    expect(dropped()).toBe(0);
    world.seconds = 2;
    expect(dropped()).toBe(2);
    world.append("filter", "FORWARD", jump("ACCEPT"));
    expect(dropped()).toBe(3);
  });
});

describe("the kernel's look at a table", () => {
  const modules = { hasMatch: isKnownMatch, hasTarget: isKnownTarget };
  const checked = (table: TableName, chain: string, spec: RuleSpec) => {
    const draft = copyNetfilter(NO_TABLES);
    appendRule(draft, table, chain, spec);
    return checkTable(table, ensureTable(draft, table), modules);
  };

  test.each<[string, TableName, string, RuleSpec, string | null]>([
    ["REJECT outside filter", "mangle", "INPUT", jump("REJECT"), "invalid"],
    ["REJECT in filter", "filter", "INPUT", jump("REJECT"), null],
    [
      "a reset for any protocol",
      "filter",
      "INPUT",
      jump("REJECT", { "reject-with": "tcp-reset" }),
      "invalid",
    ],
    ["a port without -p tcp", "filter", "INPUT", rule(match("tcp", { dport: "80" })), "invalid"],
    ["a sender's MAC in OUTPUT", "filter", "OUTPUT", rule(match("mac", {})), "invalid"],
    ["connection tracking", "filter", "INPUT", rule(match("conntrack", { ctstate: "NEW" })), null],
    ["MASQUERADE", "nat", "POSTROUTING", jump("MASQUERADE"), null],
    ["MASQUERADE before routing", "nat", "PREROUTING", jump("MASQUERADE"), "invalid"],
    ["an unknown target", "filter", "INPUT", jump("NOSUCH"), "no-such-name"],
    ["a jump to a built-in chain", "filter", "INPUT", jump("OUTPUT"), "bad-target"],
  ])("%s", (_words, table, chain, spec, expected) => {
    expect(checked(table, chain, spec)).toBe(expected);
  });

  test("a circle of jumps is refused, but only where packets can come", () => {
    const draft = copyNetfilter(NO_TABLES);
    for (const name of ["a", "b"]) newChain(draft, "filter", name);
    appendRule(draft, "filter", "a", jump("b"));
    appendRule(draft, "filter", "b", rule({ target: "a", goto: true }));
    expect(checkTable("filter", ensureTable(draft, "filter"), modules)).toBeNull();
    appendRule(draft, "filter", "INPUT", jump("a"));
    expect(checkTable("filter", ensureTable(draft, "filter"), modules)).toBe("loop");
  });
});
