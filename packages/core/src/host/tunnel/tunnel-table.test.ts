import { expect, test } from "vitest";
import { GreFlag } from "../../packet/gre-header.ts";
import { address, SmallNetwork } from "../../testing/small-network.ts";
import { makeTunnel } from "../../testing/tunnel-network.ts";
import type { TunnelParameters } from "../device/tunnel-parameters.ts";
import type { TunnelDevice } from "./tunnel-device.ts";
import { TunnelTable } from "./tunnel-table.ts";

const HERE = address("10.0.0.1");
const THERE = address("10.0.0.2");
const ETH0 = 6;
const keyed = (key: number): Partial<TunnelParameters> => ({
  inputFlags: GreFlag.key,
  inputKey: key,
});

/** Tunnels by name, in the order of making, and gre0 before them. */
function tableOf(tunnels: Readonly<Record<string, Partial<TunnelParameters>>>): TunnelTable {
  const host = new SmallNetwork().host("a", "lan 10.0.0.1/24", "other 10.0.1.1/24");
  const made = Object.entries(tunnels).map(([name, parameters]) =>
    makeTunnel(host, name, "gre", parameters),
  );
  const fallback = host.deviceNamed("gre0") as TunnelDevice;
  fallback.setUp(true);
  return new TunnelTable([fallback, ...made]);
}

const BOTH = { local: HERE, remote: THERE };

test.each<
  [
    fact: string,
    Readonly<Record<string, Partial<TunnelParameters>>>,
    flags: number,
    key: number,
    name: string,
  ]
>([
  [
    "both ends go before one",
    { ours: { local: HERE }, theirs: { remote: THERE }, both: BOTH },
    0,
    0,
    "both",
  ],
  [
    "the other end goes before ours",
    { ours: { local: HERE }, theirs: { remote: THERE } },
    0,
    0,
    "theirs",
  ],
  ["our end goes before none", { none: keyed(0), ours: { local: HERE } }, 0, 0, "ours"],
  ["another end is nobody's", { other: { remote: address("10.0.0.3") } }, 0, 0, "gre0"],
  ["a key is looked for", { plain: BOTH, five: { ...BOTH, ...keyed(5) } }, GreFlag.key, 5, "five"],
  ["no key is no key", { plain: BOTH, five: { ...BOTH, ...keyed(5) } }, 0, 0, "plain"],
  [
    "a wrong key is nobody's",
    { plain: BOTH, five: { ...BOTH, ...keyed(5) } },
    GreFlag.key,
    6,
    "gre0",
  ],
  ["a key alone goes before the fallback", { any: keyed(5) }, GreFlag.key, 5, "any"],
  ["a packet without key is not for a device with one", { any: keyed(5) }, 0, 0, "gre0"],
  [
    "bound to the device of the packet goes before the same unbound",
    { free: BOTH, bound: { ...BOTH, link: ETH0 } },
    0,
    0,
    "bound",
  ],
  [
    "bound to another device goes after unbound",
    { other: { ...BOTH, link: ETH0 + 1 }, free: BOTH },
    0,
    0,
    "other",
  ],
  [
    "bound to the device of the packet goes before closer but unbound",
    { both: BOTH, ours: { local: HERE, link: ETH0 } },
    0,
    0,
    "ours",
  ],
])("%s", (_fact, tunnels, flags, key, name) => {
  expect(tableOf(tunnels).find(ETH0, THERE, HERE, flags, key, true)?.name).toBe(name);
});

test("a device that is down takes nothing, the fallback device neither", () => {
  const host = new SmallNetwork().host("a", "lan 10.0.0.1/24");
  const device = makeTunnel(host, "both", "gre", BOTH);
  device.setUp(false);
  const table = new TunnelTable([host.deviceNamed("gre0") as TunnelDevice, device]);
  expect(table.find(ETH0, THERE, HERE, 0, 0, true)).toBeNull();
});
