/** The compiled tables against a plain reading of the same rules: recursive, on the option texts, one chain after another. */
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { type Frame, PacketType } from "../../packet/frame.ts";
import { type Ipv4Address, prefixMask } from "../../packet/ipv4-address.ts";
import { FragmentField } from "../../packet/protocol.ts";
import { NetfilterWorld, rule, syn } from "../../testing/netfilter-world.ts";
import type { ChainConfig, MatchConfig, RuleConfig } from "./config.ts";
import { appendRule, newChain, type RuleSpec, setPolicy } from "./edit.ts";
import { HookPoint, Verdict } from "./hook.ts";

const FLAGS = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"];

const isLater = (frame: Frame): boolean => frame.fragment % 0x2000 !== 0;

const inRange = (value: number, text: string): boolean => {
  const [first, last = first] = text.split(":").map(Number);
  return value >= (first as number) && value <= (last as number);
};

const bits = (value: number, width: number): string =>
  (value >>> 0).toString(2).padStart(width, "0").slice(-width);

const dotted = (value: number): string => [24, 16, 8, 0].map((n) => (value >>> n) & 255).join(".");

/** Addresses in dots compare number by number. */
const isAtMost = (a: string, b: string): boolean => {
  const [left, right] = [a.split(".").map(Number), b.split(".").map(Number)];
  const at = left.findIndex((part, index) => part !== right[index]);
  return at < 0 || (left[at] as number) < (right[at] as number);
};

function conditionHolds(name: string, value: string, frame: Frame): boolean {
  switch (name) {
    case "sports":
      return value.split(",").some((range) => inRange(frame.sourcePort, range));
    case "ports":
      return conditionHolds("sports", value, frame) || conditionHolds("dports", value, frame);
    case "tos": {
      const [wanted = 0, mask = 0] = value.split("/").map(Number);
      return [...bits(mask, 8)].every(
        (bit, at) => bits(wanted, 8)[at] === (bit === "0" ? "0" : bits(frame.tos, 8)[at]),
      );
    }
    case "dscp":
      return bits(frame.tos, 8).slice(0, 6) === bits(Number(value), 6);
    case "length":
      return inRange(frame.length, value);
    case "src-range":
    case "dst-range": {
      const [from = "", to = ""] = value.split("-");
      const address = dotted(name === "src-range" ? frame.source : frame.destination);
      return isAtMost(from, address) && isAtMost(address, to);
    }
    case "mss":
      return frame.synOptions !== null && inRange(frame.synOptions.maximumSegmentSize, value);
    case "pkt-type":
      return ["unicast", "broadcast", "multicast", "other"][frame.packetType] === value;
    case "ttl-lt":
      return frame.ttl < Number(value);
    case "ttl-gt":
      return frame.ttl > Number(value);
    case "sport":
      return inRange(frame.sourcePort, value);
    case "dport":
      return inRange(frame.destinationPort, value);
    case "tcp-flags": {
      const [mask = "", wanted = ""] = value.split(" ").map((words) => words.split(","));
      return FLAGS.every(
        (flag, bit) =>
          !mask.includes(flag) || wanted.includes(flag) === (((frame.tcpFlags >> bit) & 1) === 1),
      );
    }
    case "dports":
      return value.split(",").some((range) => inRange(frame.destinationPort, range));
    case "mark": {
      const [mark = "", mask = "0xffffffff"] = value.split("/");
      return (BigInt(frame.mark >>> 0) & BigInt(mask)) === BigInt(mark);
    }
    case "ttl-eq":
      return frame.ttl === Number(value);
    default:
      throw new Error(name);
  }
}

const NEEDS_HEADER = new Set(["tcp", "udp", "multiport", "tcpmss"]);

/** How many packets have come as far as a match that remembers something. */
const seenBy = new Map<MatchConfig, number>();

/** `-m statistic --mode nth`: the packets are numbered from 0, and every so many of them match, from one on. */
function nthHolds(match: MatchConfig): boolean {
  const number = seenBy.get(match) ?? 0;
  seenBy.set(match, number + 1);
  const { options } = match;
  const every = Number(options.every ?? options["! every"]);
  const isTurn =
    number >= Number(options.packet) && (number - Number(options.packet)) % every === 0;
  return isTurn === (options.every !== undefined);
}

/** `-m quota`: octets that came before and this packet's still fit, and none was too large before. */
function quotaHolds(match: MatchConfig, frame: Frame): boolean {
  const left = seenBy.get(match) ?? Number(match.options.quota ?? match.options["! quota"]);
  const fits = frame.length <= left;
  seenBy.set(match, fits ? left - frame.length : 0);
  return fits === (match.options.quota !== undefined);
}

function matchHolds(match: MatchConfig, frame: Frame): boolean {
  const { name, options } = match;
  if (name === "statistic") return nthHolds(match);
  if (name === "quota") return quotaHolds(match, frame);
  if (NEEDS_HEADER.has(name) && isLater(frame)) return false;
  return Object.entries(options).every(([key, value]) =>
    key.startsWith("! ")
      ? !conditionHolds(key.slice(2), value, frame)
      : conditionHolds(key, value, frame),
  );
}

const inNetwork = (address: number, network: number, mask: number): boolean =>
  address.toString(2) === network.toString(2) || ((address ^ network) & mask) === 0;

function ruleHolds(config: RuleConfig, frame: Frame): boolean {
  const { source, sourceMask, sourceInverted, protocol, protocolInverted, fragment } = config;
  return (
    inNetwork(frame.source, source, sourceMask) !== sourceInverted &&
    (protocol === 0 || (frame.protocol === protocol) !== protocolInverted) &&
    (fragment === "any" || isLater(frame) === (fragment === "only")) &&
    config.matches.every((match) => matchHolds(match, frame))
  );
}

/** What a chain says: a verdict, or null where a packet runs out of it. `seen` gets the ids of the rules that matched. */
function readChain(
  chains: readonly ChainConfig[],
  name: string,
  frame: Frame,
  seen: number[],
): Verdict | null {
  const chain = chains.find((candidate) => candidate.name === name);
  for (const config of chain?.rules ?? []) {
    if (!ruleHolds(config, frame)) continue;
    seen.push(config.id);
    if (config.target === "ACCEPT") return Verdict.accept;
    if (config.target === "DROP") return Verdict.drop;
    if (config.target === "RETURN") return null;
    if (config.target === "") continue;
    const verdict = readChain(chains, config.target, frame, seen);
    if (verdict !== null || config.goto) return verdict;
  }
  return null;
}

const negated = (key: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(fc.boolean(), key).map(([inverted, name]) => (inverted ? `! ${name}` : name));
const option = (name: string, value: fc.Arbitrary<string>): fc.Arbitrary<Record<string, string>> =>
  fc.tuple(negated(fc.constant(name)), value).map(([key, text]) => ({ [key]: text }));

const port = fc.constantFrom(22, 79, 80, 81, 443, 40_001);
const ports = fc
  .tuple(port, port)
  .map(([a, b]) => (a === b ? `${a}` : `${Math.min(a, b)}:${Math.max(a, b)}`));
const portLists = fc.array(ports, { minLength: 1, maxLength: 3 }).map((list) => list.join(","));
const flagList = fc.subarray(FLAGS, { minLength: 1 }).map((words) => words.join(","));

const matchConfig: fc.Arbitrary<MatchConfig> = fc.oneof(
  option("dport", ports).map((options) => ({ name: "tcp", options })),
  option(
    "tcp-flags",
    fc.tuple(flagList, flagList).map(([mask, set]) => {
      const wanted = set.split(",").filter((flag) => mask.split(",").includes(flag));
      return `${mask} ${wanted.length === 0 ? "NONE" : wanted.join(",")}`;
    }),
  ).map((options) => ({ name: "tcp", options })),
  option("sport", ports).map((options) => ({ name: "udp", options })),
  option("dports", portLists).map((options) => ({ name: "multiport", options })),
  option("mark", fc.constantFrom("0x1", "0x0/0x1", "0x80000000/0x80000000")).map((options) => ({
    name: "mark",
    options,
  })),
  option("ttl-eq", fc.constantFrom("64", "1")).map((options) => ({ name: "ttl", options })),
  fc
    .tuple(fc.constantFrom("ttl-lt", "ttl-gt"), fc.constantFrom("0", "1", "2", "64", "255"))
    .map(([name, value]) => ({ name: "ttl", options: { [name]: value } })),
  fc
    .tuple(negated(fc.constantFrom("sports", "ports")), portLists)
    .map(([name, value]) => ({ name: "multiport", options: { [name]: value } })),
  option("tos", fc.constantFrom("0x10/0xff", "0x10/0x3f", "0x00/0x00", "0x11/0x10")).map(
    (options) => ({ name: "tos", options }),
  ),
  option("dscp", fc.constantFrom("0x00", "0x04", "0x2e")).map((options) => ({
    name: "dscp",
    options,
  })),
  option("length", fc.constantFrom("60", "0:59", "100:65535", "200:100")).map((options) => ({
    name: "length",
    options,
  })),
  fc
    .tuple(
      negated(fc.constantFrom("src-range", "dst-range")),
      fc.constantFrom(
        "10.0.0.7-10.0.0.7",
        "9.255.0.0-10.0.1.6",
        "11.0.0.1-192.0.2.1",
        "192.0.2.1-255.255.255.255",
      ),
    )
    .map(([name, value]) => ({ name: "iprange", options: { [name]: value } })),
  option("mss", fc.constantFrom("536", "1000:1460")).map((options) => ({
    name: "tcpmss",
    options,
  })),
  option("pkt-type", fc.constantFrom("unicast", "broadcast", "multicast")).map((options) => ({
    name: "pkttype",
    options,
  })),
  fc
    .tuple(fc.boolean(), fc.integer({ min: 1, max: 4 }), fc.nat({ max: 3 }))
    .map(([inverted, every, packet]) => ({
      name: "statistic",
      options: {
        mode: "nth",
        [inverted ? "! every" : "every"]: `${every}`,
        packet: `${packet % every}`,
      },
    })),
  option("quota", fc.constantFrom("0", "150", "300")).map((options) => ({
    name: "quota",
    options,
  })),
);

const address = fc.constantFrom(
  0x0a000007,
  0x0a000107,
  0x0b000001,
  0xc0000201 | 0,
) as fc.Arbitrary<Ipv4Address>;

/** Chains may jump only to those behind them in this list, so that there is no circle. */
const CHAINS = ["INPUT", "a", "b", "c"] as const;

const ruleSpec = (chain: number): fc.Arbitrary<RuleSpec> =>
  fc
    .record({
      network: address,
      length: fc.constantFrom(0, 8, 24, 32),
      sourceInverted: fc.boolean(),
      protocol: fc.constantFrom(0, 6, 17),
      protocolInverted: fc.boolean(),
      fragment: fc.constantFrom("any" as const, "any" as const, "only" as const, "not" as const),
      matches: fc.array(matchConfig, { maxLength: 2 }),
      target: fc.constantFrom("", "ACCEPT", "DROP", "RETURN", ...CHAINS.slice(chain + 1)),
      isGoto: fc.boolean(),
    })
    .map(({ network, length, isGoto, ...parts }) => {
      const sourceMask = prefixMask(length);
      const source = (network & sourceMask) as Ipv4Address;
      const goto = isGoto && (CHAINS as readonly string[]).includes(parts.target);
      return rule({ ...parts, source, sourceMask, goto });
    });

const chains = fc.tuple(...CHAINS.map((_, index) => fc.array(ruleSpec(index), { maxLength: 4 })));

const frames = fc.array(
  fc.record({
    source: address,
    protocol: fc.constantFrom(1, 6, 17),
    sourcePort: port,
    destinationPort: port,
    tcpFlags: fc.nat({ max: 63 }),
    ttl: fc.constantFrom(1, 64),
    tos: fc.constantFrom(0, 0x10, 0x11, 0xb8, 0xd0),
    length: fc.constantFrom(40, 60, 1500),
    packetType: fc.constantFrom(...Object.values(PacketType)),
    synOptions: fc.constantFrom(
      null,
      ...[536, 1000, 9000].map((maximumSegmentSize) => ({
        maximumSegmentSize,
        windowScale: -1,
        sackPermitted: false,
      })),
    ),
    mark: fc.constantFrom(0, 1, -0x80000000),
    fragment: fc.constantFrom(0, FragmentField.dontFragment, FragmentField.moreFragments, 185),
  }),
  { minLength: 1, maxLength: 8 },
);

test.prop([chains, fc.constantFrom("ACCEPT" as const, "DROP" as const), frames])(
  "compiled rules decide and count as a plain reading of the configuration does",
  (specs, policy, packets) => {
    const world = new NetfilterWorld();
    world.edit((draft) => {
      for (const name of CHAINS.slice(1)) newChain(draft, "filter", name);
      specs.forEach((rules, index) => {
        for (const spec of rules) appendRule(draft, "filter", CHAINS[index] as string, spec);
      });
      setPolicy(draft, "filter", "INPUT", policy);
    });
    const config = CHAINS.map(
      (name): ChainConfig => ({ name, policy: null, rules: world.rules("filter", name) }),
    );
    seenBy.clear();
    const expectedCounts = new Map<number, number>();
    for (const packet of packets) {
      const frame = syn(packet);
      const seen: number[] = [];
      const verdict =
        readChain(config, "INPUT", frame, seen) ??
        (policy === "DROP" ? Verdict.drop : Verdict.accept);
      for (const id of seen) expectedCounts.set(id, (expectedCounts.get(id) ?? 0) + 1);
      expect(world.run(HookPoint.localIn, frame)).toBe(verdict);
    }
    for (const { rules } of config)
      for (const { id } of rules)
        expect(world.netfilter.ruleCounter("filter", id)?.packets).toBe(
          expectedCounts.get(id) ?? 0,
        );
  },
);
