/** Whatever words `ip` is given: it answers, and what it refuses changes nothing. */
import { fc, test } from "@fast-check/vitest";
import { formatIpv4Address } from "@lvsim/core";
import { expect } from "vitest";
import { type TestHost, testNetwork } from "../network-fixture.ts";
import { IPROUTE_COMMANDS } from "./ip.ts";

const OPTIONS = ["-4", "-6", "-s", "-d", "-o", "-br", "-x"];
const OBJECTS = ["route", "r", "rule", "neigh", "n", "addr", "a", "link"];
const VERBS = ["add", "del", "change", "replace", "append", "show", "get", "flush", "list", "xyz"];
const KEYS = [
  ...["dev", "via", "src", "metric", "scope", "table", "proto", "tos", "mtu", "lock", "onlink"],
  ...["nexthop", "weight", "type", "blackhole", "unreachable", "throw", "local", "broadcast", "to"],
  ...[
    "from",
    "iif",
    "oif",
    "fwmark",
    "lookup",
    "priority",
    "pref",
    "goto",
    "nop",
    "not",
    "prohibit",
  ],
  ...["suppress_prefixlength", "uidrange", "lladdr", "nud", "proxy", "peer", "brd", "label", "up"],
  ...[
    "root",
    "match",
    "exact",
    "default",
    "advmss",
    "hoplimit",
    "quickack",
    "features",
    "fibmatch",
  ],
];
const VALUES = [
  ...["10.0.0.1/24", "10.0.0.1", "10.0.0.254", "10.9.0.0/16", "10.9.0.1/16", "9.9.9.9", "0/0"],
  ...["eth0", "lo", "eth9", "main", "local", "all", "link", "host", "global", "static", "nosuch"],
  ...["0", "1", "7", "100", "256", "32766", "4294967295", "4294967296", "-1", "0x10", "1-9", "9-1"],
  ...[
    "permanent",
    "stale",
    "02:00:00:00:00:aa",
    "zz",
    "ecn",
    "255.255.255.255",
    "224.0.0.1",
    "::1",
  ],
];

const word = fc.oneof(
  fc.constantFrom(...KEYS),
  fc.constantFrom(...VALUES),
  fc.constantFrom(...VALUES),
  fc.string({ maxLength: 4 }).map((text) => text.replaceAll(" ", "")),
);
const line = fc
  .tuple(
    fc.array(fc.constantFrom(...OPTIONS), { maxLength: 1 }),
    fc.constantFrom(...OBJECTS),
    fc.constantFrom(...VERBS),
    fc.array(word, { maxLength: 8 }),
  )
  .map(([options, object, verb, words]) => ["ip", ...options, object, verb, ...words].join(" "));

/** What packets and commands change beside the configuration; the kernel leaves an entry without a state behind. */
const neighbours = ({ namespace }: TestHost): string =>
  [...namespace.neighbours.entries(), ...namespace.proxies.list()]
    .filter((one) => !("state" in one) || one.state !== 0)
    .map((one) => `${formatIpv4Address(one.address)} ${"state" in one ? one.state : "proxy"}`)
    .join();

const START = [
  "ip addr add 10.0.0.1/24 dev eth0",
  "ip route add 10.9.0.0/16 via 10.0.0.254",
  "ip rule add from 10.0.0.1 lookup 100 pref 100",
  "ip neigh add 10.0.0.254 lladdr 02:00:00:00:00:99 dev eth0",
];

test.prop([fc.array(line, { minLength: 1, maxLength: 12 })], { numRuns: 600 })(
  "ip answers any words, and a refusal leaves everything as it was",
  (lines) => {
    const host = testNetwork(1, IPROUTE_COMMANDS).hosts[0] as TestHost;
    for (const one of START) expect(host.run(one).stderr).toBe("");
    for (const one of lines) {
      const { config } = host.namespace;
      const known = neighbours(host);
      const { status, stderr } = host.run(one);
      if (status === 0) continue;
      expect(stderr, one).not.toBe("");
      expect(host.namespace.config, one).toBe(config);
      expect(neighbours(host), one).toBe(known);
    }
  },
  60_000,
);
