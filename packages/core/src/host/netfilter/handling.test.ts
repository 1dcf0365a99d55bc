import { expect, test } from "vitest";
import type { Frame } from "../../packet/frame.ts";
import { FragmentField, IpProtocol, TcpFlag } from "../../packet/protocol.ts";
import { address, jump, match, NetfilterWorld, rule, syn } from "../../testing/netfilter-world.ts";
import { appendRule, newChain } from "./edit.ts";
import { HookPoint, Verdict } from "./hook.ts";
import { formatLogEntry } from "./log-line.ts";

test.each<[string, Record<string, string>, Partial<Frame>, Partial<Frame>]>([
  ["TOS", { "set-tos": "0x10/0x3f" }, { tos: 0xc2 }, { tos: 0xd0 }],
  ["TOS", { "set-tos": "0x04/0x00" }, { tos: 0x14 }, { tos: 0x10 }],
  ["DSCP", { "set-dscp": "0x2e" }, { tos: 3 }, { tos: 0xbb }],
  ["ECN", { "ecn-tcp-remove": "" }, { tcpFlags: 0xc2 }, { tcpFlags: TcpFlag.syn }],
])("%s %j makes %j into %j", (target, options, before, after) => {
  const world = new NetfilterWorld();
  world.append("mangle", "PREROUTING", jump(target, options));
  const frame = syn(before);
  expect(world.run(HookPoint.preRouting, frame)).toBe(Verdict.accept);
  expect(frame).toMatchObject(after);
});

test("nobody reads NFQUEUE's queue: without --queue-bypass the packet is dropped", () => {
  const world = new NetfilterWorld();
  world.append("filter", "INPUT", jump("NFQUEUE", { "queue-num": "0" }));
  world.append("filter", "FORWARD", jump("NFQUEUE", { "queue-num": "0", "queue-bypass": "" }));
  expect(world.run(HookPoint.localIn, syn())).toBe(Verdict.drop);
  expect(world.run(HookPoint.forward, syn())).toBe(Verdict.accept);
});

test("TEE sends a copy, with a hop taken from one that came in, and goes on", () => {
  const world = new NetfilterWorld();
  world.append("mangle", "PREROUTING", jump("TEE", { gateway: "10.0.0.9" }));
  world.append("mangle", "POSTROUTING", jump("TEE", { gateway: "10.0.0.9", oif: "eth1" }));
  expect(world.run(HookPoint.preRouting, syn())).toBe(Verdict.accept);
  world.run(HookPoint.postRouting, syn());
  expect(world.answers).toEqual(["copy of 1 to 10.0.0.9  -1", "copy of 1 to 10.0.0.9 eth1 -0"]);
});

/** The rule set of a recording with a 6.18 kernel and iptables-legacy. */
function tracedWorld(): NetfilterWorld {
  const world = new NetfilterWorld();
  const tcp = (dport: string): object => ({ protocol: 6, ...match("tcp", { dport }) });
  for (const protocol of [6, 1])
    for (const chain of ["PREROUTING", "OUTPUT"])
      world.append("raw", chain, rule({ protocol, target: "TRACE" }));
  world.edit((draft) => {
    for (const name of ["web", "uncond", "empty"]) newChain(draft, "filter", name);
    for (const [chain, spec] of [
      ["web", rule({ ...tcp("99"), target: "ACCEPT" })],
      ["web", rule({ ...match("mark", { mark: "0x0" }), target: "RETURN" })],
      ["INPUT", rule({ protocol: 6, target: "web" })],
      [
        "INPUT",
        rule({ source: address("1.2.3.4"), sourceMask: address("255.255.255.255"), target: "" }),
      ],
      [
        "INPUT",
        rule({ source: address("10.0.0.7"), sourceMask: address("255.255.255.255"), target: "" }),
      ],
      ["INPUT", rule({ ...tcp("80"), target: "REJECT" })],
      ["uncond", jump("RETURN")],
      ["INPUT", jump("uncond")],
      ["INPUT", jump("empty")],
      ["INPUT", rule({ target: "empty", goto: true })],
      ["OUTPUT", jump("ACCEPT")],
    ] as const)
      appendRule(draft, "filter", chain, spec);
  });
  return world;
}

/** The places that the traced packet's lines name. */
function places(frame: Frame): readonly string[] {
  const world = tracedWorld();
  world.run(HookPoint.preRouting, frame);
  world.run(HookPoint.localIn, frame);
  return world.log.map(({ prefix }) => prefix.replace("TRACE: ", "").trim());
}

test("TRACE names every rule that matches, every end of a chain and the policy, as recorded", () => {
  expect(places(syn({ protocol: IpProtocol.icmp, icmpType: 8 }))).toEqual([
    "raw:PREROUTING:policy:3",
    "filter:INPUT:rule:3",
    "filter:INPUT:rule:5",
    "filter:uncond:return:1",
    "filter:INPUT:rule:6",
    "filter:empty:return:1",
    "filter:INPUT:rule:7",
    "filter:empty:return:1",
    "filter:INPUT:policy:8",
  ]);
  expect(places(syn({ destinationPort: 99 }))).toEqual([
    "raw:PREROUTING:policy:3",
    "filter:INPUT:rule:1",
    "filter:web:rule:1",
  ]);
});

test("a rule without conditions that only accepts is called the policy, as the kernel does", () => {
  const world = tracedWorld();
  world.run(HookPoint.localOut, syn());
  expect(world.log.map(({ prefix }) => prefix)).toEqual([
    "TRACE: raw:OUTPUT:policy:3 ",
    "TRACE: filter:OUTPUT:policy:1 ",
  ]);
});

test("the line of a traced packet has its sequence numbers and TCP options, as recorded", () => {
  const world = tracedWorld();
  const frame = syn({
    sequenceNumber: 3563227154 | 0,
    window: 64_240,
    identification: 56_039,
    fragment: FragmentField.dontFragment,
    synOptions: { maximumSegmentSize: 1460, windowScale: 10, sackPermitted: true },
    hasTimestamps: true,
    timestampValue: 0xf4080506 | 0,
  });
  world.run(HookPoint.preRouting, frame);
  expect(world.log.map(formatLogEntry)).toEqual([
    "TRACE: raw:PREROUTING:policy:3 IN=eth0 OUT= MAC=00:00:00:00:00:00:00:00:00:00:00:00:08:00 SRC=10.0.0.7 DST=192.0.2.1 LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=56039 DF PROTO=TCP SPT=40001 DPT=80 SEQ=3563227154 ACK=0 WINDOW=64240 RES=0x00 SYN URGP=0 OPT (020405B40402080AF4080506000000000103030A) ",
  ]);
});

test("a logged ICMP error has the packet that it quotes in brackets, as recorded", () => {
  const world = new NetfilterWorld();
  world.append("filter", "OUTPUT", jump("LOG"));
  const inner = syn({ protocol: IpProtocol.udp, length: 31, destinationPort: 9 });
  const error = syn({ protocol: IpProtocol.icmp, icmpType: 3, icmpCode: 3, tos: 0xc0, inner });
  error.length = 59;
  world.run(HookPoint.localOut, error);
  expect(world.log.map(formatLogEntry)).toEqual([
    "IN= OUT=eth1 SRC=10.0.0.7 DST=192.0.2.1 LEN=59 TOS=0x00 PREC=0xC0 TTL=64 ID=0 PROTO=ICMP TYPE=3 CODE=3 [SRC=10.0.0.7 DST=192.0.2.1 LEN=31 TOS=0x00 PREC=0x00 TTL=64 ID=0 PROTO=UDP SPT=40001 DPT=9 LEN=11 ] ",
  ]);
});
