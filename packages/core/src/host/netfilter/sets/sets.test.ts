import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import type { Frame } from "../../../packet/frame.ts";
import { type Ipv4Address, prefixMask } from "../../../packet/ipv4-address.ts";
import { FragmentField, IpProtocol } from "../../../packet/protocol.ts";
import {
  address,
  jump,
  match,
  NetfilterWorld,
  rule,
  syn,
} from "../../../testing/netfilter-world.ts";
import { HookPoint, Verdict } from "../hook.ts";
import { type ElementConfig, EMPTY_ELEMENT, type SetConfig, type SetType } from "./config.ts";
import type { LiveSet } from "./live-set.ts";

const SET: Omit<SetConfig, "id" | "slot" | "name" | "type"> = {
  family: "inet",
  hashSize: 1024,
  elementsMax: 65_536,
  bucketSize: 12,
  initialValue: 0,
  forceAdd: false,
  netmask: 32,
  first: 0,
  last: 0,
  size: 8,
  timeout: null,
  counters: false,
  comments: false,
  skbinfo: false,
  elements: [],
};

/** A world with one set, or several of which the last are named by the first. */
function worldWith(...sets: readonly (Partial<SetConfig> & { readonly type: SetType })[]): {
  world: NetfilterWorld;
  live: LiveSet;
} {
  const world = new NetfilterWorld();
  const made = sets.map((parts, slot) => ({
    ...SET,
    id: slot + 1,
    slot,
    name: `s${slot}`,
    ...parts,
  }));
  world.netfilter.sets.configure({ nextId: made.length + 1, sets: made });
  const live = world.netfilter.sets.find("s0");
  if (live === undefined) throw new Error("no set");
  return { world, live };
}

const element = (parts: Partial<ElementConfig>): ElementConfig => ({ ...EMPTY_ELEMENT, ...parts });
const network = (text: string, prefixLength: number, noMatch = false): ElementConfig =>
  element({ address: address(text), prefixLength, noMatch });

/** Whether a rule with these words about set s0 matches the packet. */
function isIn(
  world: NetfilterWorld,
  words: string,
  frame: Partial<Frame> = {},
  options = {},
): boolean {
  const chain = "FORWARD";
  world.edit((draft) => {
    draft.tables = {};
  });
  world.append(
    "filter",
    chain,
    rule({ ...match("set", { "match-set": `s0 ${words}`, ...options }), target: "DROP" }),
  );
  return world.run(HookPoint.forward, syn(frame)) === Verdict.drop;
}

test("hash:ip has the source or the destination of a packet", () => {
  const { world } = worldWith({
    type: "hash:ip",
    elements: [element({ address: address("10.0.0.7") })],
  });
  expect(isIn(world, "src")).toBe(true);
  expect(isIn(world, "dst")).toBe(false);
  expect(isIn(world, "dst", { destination: address("10.0.0.7") })).toBe(true);
});

test("hash:ip,port wants two words, the protocol and the port; a later fragment has none", () => {
  const http = element({ address: address("192.0.2.1"), protocol: 6, port: 80 });
  const ping = element({ address: address("192.0.2.1"), protocol: 1, port: 0x800 });
  const { world } = worldWith({ type: "hash:ip,port", elements: [http, ping] });
  expect(isIn(world, "dst")).toBe(false);
  expect(isIn(world, "dst,dst")).toBe(true);
  expect(isIn(world, "dst,src")).toBe(false);
  expect(isIn(world, "dst,dst", { protocol: IpProtocol.udp })).toBe(false);
  expect(isIn(world, "dst,dst", { fragment: FragmentField.moreFragments | 3 })).toBe(false);
  expect(isIn(world, "dst,dst", { protocol: IpProtocol.icmp, icmpType: 8 })).toBe(true);
});

test("in hash:net the longest prefix decides, and nomatch makes it an exception", () => {
  const { world } = worldWith({
    type: "hash:net",
    elements: [network("10.0.0.0", 8), network("10.0.0.0", 24, true), network("10.0.0.7", 32)],
  });
  expect(isIn(world, "src")).toBe(true);
  expect(isIn(world, "src", { source: address("10.0.0.8") })).toBe(false);
  expect(isIn(world, "src", { source: address("10.1.0.8") })).toBe(true);
  const reversed = { "return-nomatch": "" };
  expect(isIn(world, "src", { source: address("10.0.0.8") }, reversed)).toBe(true);
  expect(isIn(world, "src", {}, reversed)).toBe(false);
});

test("list:set has what any of its sets has", () => {
  const { world } = worldWith(
    { type: "list:set", elements: [element({ set: "s1" }), element({ set: "s2" })] },
    { type: "hash:ip", elements: [element({ address: address("10.9.9.9") })] },
    { type: "hash:net", elements: [network("10.0.0.0", 24)] },
  );
  expect(isIn(world, "src")).toBe(true);
  expect(isIn(world, "src", { source: address("10.9.9.9") })).toBe(true);
  expect(isIn(world, "src", { source: address("10.9.9.8") })).toBe(false);
});

test("an element goes when its seconds are over", () => {
  const { world, live } = worldWith({
    type: "hash:ip",
    timeout: 100,
    elements: [element({ address: address("10.0.0.7"), timeout: 10 })],
  });
  world.seconds = 10;
  expect(isIn(world, "src")).toBe(true);
  expect(live.elements().map((member) => member.secondsLeft(2500))).toEqual([1]);
  world.seconds = 10.01;
  expect(isIn(world, "src")).toBe(false);
  expect(live.elements()).toEqual([]);
});

test("SET adds the packet's addresses with a timeout, takes it anew with --exist, and deletes", () => {
  const { world, live } = worldWith({ type: "hash:ip,port", timeout: 30 });
  world.append("mangle", "PREROUTING", jump("SET", { "add-set": "s0 src,dst", timeout: "5" }));
  world.append(
    "mangle",
    "FORWARD",
    jump("SET", { "add-set": "s0 src,dst", exist: "", timeout: "7" }),
  );
  world.append("mangle", "POSTROUTING", jump("SET", { "del-set": "s0 src,dst" }));
  const left = (): readonly number[] =>
    live.elements().map((member) => member.secondsLeft(world.seconds * 250));
  world.run(HookPoint.preRouting, syn());
  world.seconds = 2;
  world.run(HookPoint.preRouting, syn());
  expect(left()).toEqual([3]);
  world.run(HookPoint.forward, syn());
  expect(left()).toEqual([7]);
  world.run(HookPoint.postRouting, syn());
  expect(left()).toEqual([]);
});

test("counters count the packets that a rule found, and a rule can ask for them", () => {
  const { world, live } = worldWith({
    type: "hash:ip",
    counters: true,
    elements: [element({ address: address("10.0.0.7"), packets: 5, octets: 1000 })],
  });
  isIn(world, "src");
  expect(isIn(world, "src", {}, { "packets-gt": "6" })).toBe(true);
  expect(isIn(world, "src", {}, { "! update-counters": "", "packets-gt": "7" })).toBe(false);
  expect(live.elements().map(({ packets, octets }) => [packets, octets])).toEqual([[7, 1120]]);
});

test("a full set takes nothing more until something is over; with forceadd another one goes", () => {
  const one = element({ address: address("10.0.0.1"), timeout: 5 });
  const two = element({ address: address("10.0.0.2") });
  const { world, live } = worldWith({
    type: "hash:ip",
    elementsMax: 1,
    timeout: 0,
    elements: [one],
  });
  expect(live.add(two, false, null)).toBe("hash-full");
  world.seconds = 6;
  expect(live.add(two, false, null)).toBeNull();
  const forced = worldWith({
    type: "hash:ip",
    elementsMax: 1,
    forceAdd: true,
    elements: [one],
  }).live;
  expect(forced.add(two, false, null)).toBeNull();
  expect(forced.elements().map(({ config }) => config.address)).toEqual([two.address]);
});

test("live sets follow a configuration that others changed, and keep what did not change", () => {
  const keep = element({ address: address("10.0.0.1"), packets: 1 });
  const gone = element({ address: address("10.0.0.2") });
  const { world, live } = worldWith({ type: "hash:ip", counters: true, elements: [keep, gone] });
  isIn(world, "src", { source: keep.address });
  const fresh = element({ address: address("10.0.0.3") });
  const sets = [{ ...live.config, name: "other", elements: [keep, fresh] }];
  world.netfilter.sets.configure({ nextId: 2, sets });
  expect(world.netfilter.sets.find("s0")).toBeUndefined();
  expect(world.netfilter.sets.find("other")).toBe(live);
  expect(live.elements().map(({ config, packets }) => [config.address, packets])).toEqual([
    [keep.address, 2],
    [fresh.address, 0],
  ]);
});

const octets = fc.constantFrom(0x0a000001, 0x0a000002, 0x0a000102, 0x0a010002, 0x0b000002);
const networks = fc.array(
  fc.record({
    at: octets,
    prefixLength: fc.constantFrom(1, 8, 15, 24, 31, 32),
    noMatch: fc.boolean(),
  }),
  { maxLength: 12 },
);

property.prop([networks, octets, fc.infiniteStream(fc.boolean())])(
  "adding, deleting and asking hash:net agree with a plain list",
  (entries, source, deletes) => {
    const { world, live } = worldWith({ type: "hash:net" });
    let plain: ElementConfig[] = [];
    for (const { at, prefixLength, noMatch } of entries) {
      const config = element({
        address: (at & prefixMask(prefixLength)) as Ipv4Address,
        prefixLength,
        noMatch,
      });
      const isSame = (other: ElementConfig): boolean =>
        other.address === config.address && other.prefixLength === prefixLength;
      const there = plain.some(isSame);
      if (deletes.next().value === true) {
        expect(live.delete(config, null)).toBe(there ? null : "no-element");
        plain = plain.filter((other) => !isSame(other));
      } else {
        expect(live.add(config, false, null)).toBe(there ? "element-exists" : null);
        if (!there) plain.push(config);
      }
    }
    expect(live.elements()).toHaveLength(plain.length);
    const [best] = plain
      .filter((config) => config.address === (source & prefixMask(config.prefixLength)))
      .sort((a, b) => b.prefixLength - a.prefixLength);
    expect(isIn(world, "src", { source: source as Ipv4Address })).toBe(best?.noMatch === false);
  },
);
