import { expect, test } from "vitest";
import type { Frame } from "../../packet/frame.ts";
import { address, match, NetfilterWorld, rule, syn } from "../../testing/netfilter-world.ts";
import { encodeUtf8 } from "../../wire/utf8.ts";
import type { RuleConfig } from "./config.ts";
import { HookPoint, Verdict } from "./hook.ts";

/** A world in which the rule in FORWARD drops what it matches. */
function dropping(parts: Partial<RuleConfig>): NetfilterWorld {
  const world = new NetfilterWorld();
  world.append("filter", "FORWARD", rule({ ...parts, target: "DROP" }));
  return world;
}

/** For each packet whether the rule matches: 1 or 0. */
const pattern = (world: NetfilterWorld, count: number, frame: Partial<Frame> = {}): string =>
  Array.from({ length: count }, () =>
    world.run(HookPoint.forward, syn(frame)) === Verdict.drop ? 1 : 0,
  ).join("");

const mss = (size: number): Partial<Frame> => ({
  synOptions: { maximumSegmentSize: size, windowScale: -1, sackPermitted: false },
});

test.each<[string, Partial<RuleConfig>, Partial<Frame>, boolean]>([
  ["--tos 0x10/0x3f", match("tos", { tos: "0x10/0x3f" }), { tos: 0xd0 }, true],
  ["--tos 0x10/0xff", match("tos", { tos: "0x10/0xff" }), { tos: 0xd0 }, false],
  ["! --tos 0x10/0xff", match("tos", { "! tos": "0x10/0xff" }), { tos: 0x10 }, false],
  ["--dscp 0x2e", match("dscp", { dscp: "0x2e" }), { tos: 0xb9 }, true],
  ["! --dscp 0x2e", match("dscp", { "! dscp": "0x2e" }), { tos: 0xb9 }, false],
  ["--mss 1000:1460", match("tcpmss", { mss: "1000:1460" }), mss(1460), true],
  ["--mss 1000:1460, too small", match("tcpmss", { mss: "1000:1460" }), mss(999), false],
  ["--mss 0:65535, no option", match("tcpmss", { mss: "0:65535" }), {}, false],
  ["! --mss 536, no option", match("tcpmss", { "! mss": "536" }), {}, true],
])("a rule with %s", (_words, parts, frame, expected) => {
  expect(pattern(dropping(parts), 1, frame)).toBe(expected ? "1" : "0");
});

test.each<[Record<string, string>, boolean]>([
  [{ string: '"GET /"', algo: "bm" }, true],
  [{ string: '"get /"', algo: "bm" }, false],
  [{ string: '"get /"', algo: "bm", icase: "" }, true],
  [{ "! string": '"GET /"', algo: "bm" }, false],
  [{ "hex-string": '"|47455420|"', algo: "kmp" }, true],
  [{ string: '"GET /"', algo: "bm", from: "41" }, false],
  [{ string: '"GET /"', algo: "bm", from: "40", to: "40" }, true],
  [{ string: '"GET /"', algo: "bm", to: "39" }, false],
])("-m string %j", (options, expected) => {
  const payload = encodeUtf8("GET / HTTP/1.1");
  const frame = { payload, payloadLength: payload.length, length: 40 + payload.length };
  expect(pattern(dropping(match("string", options)), 1, frame)).toBe(expected ? "1" : "0");
});

test.each([
  ["0", "10010010"],
  ["2", "00100100"],
])("--every 3 --packet %s matches %s", (packet, expected) => {
  const world = dropping(match("statistic", { mode: "nth", every: "3", packet }));
  expect(pattern(world, 8)).toBe(expected);
});

test("--mode random matches as often as it says, and the same packets every time", () => {
  const options = { mode: "random", probability: "0.25000000000" };
  const first = pattern(dropping(match("statistic", options)), 4000);
  expect(pattern(dropping(match("statistic", options)), 4000)).toBe(first);
  const count = [...first].filter((bit) => bit === "1").length;
  expect(count).toBeGreaterThan(900);
  expect(count).toBeLessThan(1100);
});

test("a quota is spent by octets, and the packet that does not fit ends it", () => {
  expect(pattern(dropping(match("quota", { quota: "150" })), 4)).toBe("1100");
  expect(pattern(dropping(match("quota", { "! quota": "150" })), 4)).toBe("0011");
});

test("hashlimit gives every source a bucket of its own, which fills with time", () => {
  const world = dropping(
    match("hashlimit", {
      "hashlimit-upto": "1/sec",
      "hashlimit-burst": "2",
      "hashlimit-mode": "srcip",
      "hashlimit-name": "a",
      "hashlimit-htable-expire": "60000",
    }),
  );
  expect(pattern(world, 3)).toBe("110");
  expect(pattern(world, 3, { source: address("10.0.0.8") })).toBe("110");
  world.seconds = 1;
  expect(pattern(world, 2)).toBe("10");
  world.seconds = 100;
  expect(pattern(world, 3)).toBe("110");
});

test("hashlimit-above matches what is too much, by network", () => {
  const world = dropping(
    match("hashlimit", {
      "hashlimit-above": "1/min",
      "hashlimit-burst": "1",
      "hashlimit-mode": "srcip",
      "hashlimit-name": "a",
      "hashlimit-srcmask": "24",
    }),
  );
  expect(pattern(world, 2)).toBe("01");
  expect(pattern(world, 1, { source: address("10.0.0.200") })).toBe("1");
  expect(pattern(world, 1, { source: address("10.0.1.7") })).toBe("0");
});

test.each<[string, Record<string, string>, string, boolean]>([
  ["--physdev-in veth1", { "physdev-in": "veth1" }, "veth1>veth2", true],
  ["--physdev-in veth+", { "physdev-in": "veth+" }, "veth1>", true],
  ["--physdev-out veth1", { "physdev-out": "veth1" }, "veth1>veth2", false],
  ["--physdev-is-bridged", { "physdev-is-bridged": "" }, "veth1>veth2", true],
  ["--physdev-is-bridged", { "physdev-is-bridged": "" }, "veth1>", false],
  ["! --physdev-is-out", { "! physdev-is-out": "" }, "veth1>", true],
  ["--physdev-in veth1", { "physdev-in": "veth1" }, "", false],
  ["! --physdev-in veth1", { "! physdev-in": "veth1" }, "", true],
])("%s %j by the ports %j: %j", (_words, options, ports, expected) => {
  const world = dropping(match("physdev", options));
  const [input = "", output = ""] = ports.split(">");
  if (ports !== "") world.ports = { input, output };
  expect(pattern(world, 1)).toBe(expected ? "1" : "0");
});

test.each<[string, Record<string, string>, boolean, boolean]>([
  ["--ipvs", { ipvs: "" }, true, true],
  ["--ipvs", { ipvs: "" }, false, false],
  ["! --ipvs", { "! ipvs": "" }, false, true],
  ["--vaddr", { vaddr: "192.0.2.0/24", vport: "80" }, true, true],
  ["--vport 81", { vaddr: "192.0.2.1", vport: "81" }, true, false],
  ["! --vport 81", { "! vport": "81", vproto: "6" }, true, true],
  ["--vmethod MASQ", { vmethod: "MASQ" }, true, true],
  ["! --vmethod MASQ", { "! vmethod": "MASQ" }, true, false],
  ["--vportctl 21", { vportctl: "21" }, true, false],
  ["--vaddr of a packet that IPVS never saw", { vaddr: "192.0.2.1" }, false, false],
])("%s %j, IPVS's packet: %j: %j", (_words, options, ipvsProperty, expected) => {
  const world = dropping(match("ipvs", options));
  world.facts = {
    virtualAddress: address("192.0.2.1"),
    virtualPort: 80,
    controlPort: -1,
    method: 0,
  };
  expect(pattern(world, 1, { ipvsProperty })).toBe(expected ? "1" : "0");
});
