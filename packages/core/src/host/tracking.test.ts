/** Connection tracking and NAT on hosts with a network around them. */
import { describe, expect, test } from "vitest";
import { Frame } from "../packet/frame.ts";
import { formatIpv4Address, type Ipv4Address } from "../packet/ipv4-address.ts";
import { IpProtocol } from "../packet/protocol.ts";
import { jump, match, rule } from "../testing/netfilter-world.ts";
import { address, SmallNetwork } from "../testing/small-network.ts";
import { removeAddress } from "./addressing/addresses.ts";
import { setLinkMtu } from "./addressing/link-properties.ts";
import type { NetworkNamespace } from "./namespace.ts";
import type { TableName } from "./netfilter/config.ts";
import { appendRule, flushChain, type RuleSpec } from "./netfilter/edit.ts";

const ORIGIN = { machine: "test", process: "test", file: "", line: 0 };

/** a – gateway – b, and the gateway forwards. */
class Gateway {
  readonly net = new SmallNetwork();
  readonly a: NetworkNamespace;
  readonly gateway: NetworkNamespace;
  readonly b: NetworkNamespace;

  constructor() {
    const { net } = this;
    this.a = net.host("a", "left 10.0.0.2/24");
    this.gateway = net.host("gateway", "left 10.0.0.1/24", "right 10.0.1.1/24");
    this.b = net.host("b", "right 10.0.1.2/24");
    net.defaultRoute(this.a, "10.0.0.1");
    net.sysctl(this.gateway, "net/ipv4/ip_forward", 1);
  }

  append(table: TableName, chain: string, ...rules: readonly RuleSpec[]): void {
    const errno = this.gateway.change(ORIGIN, (draft) => {
      for (const spec of rules) appendRule(draft.netfilter, table, chain, spec);
      return 0;
    });
    expect(errno).toBe(0);
  }

  /** A datagram that nobody waits for. */
  send(from: NetworkNamespace, to: string, port = 53, length = 100): void {
    const destination = address(to);
    const route = from.ip.routeOutput(destination, 0 as Ipv4Address, 0, 0, 0);
    if (typeof route === "number") throw new Error(`no route: ${route}`);
    const frame = new Frame(this.net.simulation.engine.newFrameId());
    frame.protocol = IpProtocol.udp;
    frame.source = from.ip.sourceFor(route, destination);
    frame.destination = destination;
    frame.sourcePort = 4000;
    frame.destinationPort = port;
    frame.payload = new Uint8Array(length - 28);
    frame.payloadLength = length - 28;
    frame.length = length;
    frame.identification = 7;
    frame.route = route;
    from.ip.output(frame);
    this.net.run(100);
  }

  get entries(): readonly string[] {
    const { loaded } = this.gateway.netfilter.connections;
    return (loaded?.list() ?? []).map(({ original, answer }) =>
      [original, answer]
        .map(({ source, destination }) => [source, destination].map(formatIpv4Address).join(" > "))
        .join(", "),
    );
  }
}

/** Addresses of the UDP and ICMP packets that came in. */
function heard(net: SmallNetwork, at: NetworkNamespace): () => readonly string[] {
  const frames = net.listen(at);
  return () =>
    frames
      .filter(({ direction, frame }) => direction === "in" && frame.protocol !== 0)
      .map(({ frame: { source, destination, protocol, inner } }) => {
        const ends = [source, destination].map(formatIpv4Address).join(" > ");
        if (inner === null) return `${protocol} ${ends}`;
        return `${protocol} ${ends} about ${[inner.source, inner.destination].map(formatIpv4Address).join(" > ")}`;
      });
}

const ESTABLISHED = rule({ ...match("conntrack", { ctstate: "ESTABLISHED" }) });

test("nothing is tracked until a rule needs it, and no longer than it does", () => {
  const world = new Gateway();
  world.send(world.a, "10.0.1.2");
  expect(world.gateway.netfilter.connections.loaded).toBeNull();
  world.append("filter", "FORWARD", ESTABLISHED);
  world.send(world.a, "10.0.1.2");
  expect(world.entries).toHaveLength(1);
  world.gateway.change(ORIGIN, (draft) => {
    flushChain(draft.netfilter, "filter", null);
    return 0;
  });
  world.send(world.a, "10.0.1.2", 54);
  expect(world.entries).toHaveLength(1);
});

describe("MASQUERADE", () => {
  function masquerading(): Gateway {
    const world = new Gateway();
    world.append("nat", "POSTROUTING", rule({ outputInterface: "eth1", target: "MASQUERADE" }));
    return world;
  }

  test("hides the sender, and an error about its packet reaches it as if nothing were hidden", () => {
    const world = masquerading();
    const [atA, atB] = [heard(world.net, world.a), heard(world.net, world.b)];
    world.send(world.a, "10.0.1.2");
    expect(atB()).toEqual(["17 10.0.1.1 > 10.0.1.2"]);
    expect(atA()).toEqual(["1 10.0.1.2 > 10.0.0.2 about 10.0.0.2 > 10.0.1.2"]);
  });

  test("gives up its connections with the address", () => {
    const world = masquerading();
    world.send(world.a, "10.0.1.2");
    expect(world.entries).toEqual(["10.0.0.2 > 10.0.1.2, 10.0.1.2 > 10.0.1.1"]);
    const { index = 0 } = world.gateway.deviceNamed("eth1") ?? {};
    world.gateway.change(ORIGIN, (draft) =>
      removeAddress(draft, index, {
        local: address("10.0.1.1"),
        prefixLength: 24,
        peer: null,
        label: null,
      }),
    );
    expect(world.entries).toEqual([]);
  });
});

test("REDIRECT brings a packet to the address by which it came", () => {
  const world = new Gateway();
  world.append("nat", "PREROUTING", rule({ protocol: 17, target: "REDIRECT" }));
  const atA = heard(world.net, world.a);
  world.send(world.a, "10.0.1.2");
  // nobody listens there; the error comes from the address that was asked
  expect(atA()).toEqual(["1 10.0.1.2 > 10.0.0.2 about 10.0.0.2 > 10.0.1.2"]);
  expect(world.entries).toEqual(["10.0.0.2 > 10.0.1.2, 10.0.0.1 > 10.0.0.2"]);
});

test("DNAT of a packet of our own finds it another route", () => {
  const world = new Gateway();
  world.append(
    "nat",
    "OUTPUT",
    rule({ protocol: 17, target: "DNAT", targetOptions: { "to-destination": "10.0.1.2" } }),
  );
  const atB = heard(world.net, world.b);
  world.send(world.gateway, "10.0.0.2");
  // the source was chosen for the first route and stays
  expect(atB()).toEqual(["17 10.0.0.1 > 10.0.1.2"]);
});

test("NOTRACK leaves a packet alone: no entry, no translation, state UNTRACKED", () => {
  const world = new Gateway();
  world.append("raw", "PREROUTING", jump("NOTRACK"));
  world.append("nat", "POSTROUTING", jump("MASQUERADE"));
  world.append("filter", "FORWARD", rule(match("state", { state: "UNTRACKED" })));
  const atB = heard(world.net, world.b);
  world.send(world.a, "10.0.1.2");
  expect(atB()).toEqual(["17 10.0.0.2 > 10.0.1.2"]);
  expect(world.entries).toEqual([]);
  const [counted] = world.gateway.config.netfilter.tables.filter?.chains[1]?.rules ?? [];
  expect(world.gateway.netfilter.ruleCounter("filter", counted?.id ?? 0)?.packets).toBe(1);
});

test("a full table drops what is new and lets known connections pass", () => {
  const world = new Gateway();
  world.append("filter", "FORWARD", ESTABLISHED);
  world.net.sysctl(world.gateway, "net/nf_conntrack_max", 1);
  world.send(world.a, "10.0.1.2");
  const [known] = world.gateway.netfilter.connections.tracking.list();
  if (known !== undefined) known.status |= 4; // ASSURED: it is not thrown out
  const atB = heard(world.net, world.b);
  world.send(world.a, "10.0.1.2", 54);
  expect(atB()).toEqual([]);
  world.send(world.a, "10.0.1.2");
  expect(atB()).toHaveLength(1);
});

test("fragments are put together before rules see them", () => {
  const world = new Gateway();
  world.append(
    "filter",
    "FORWARD",
    rule({ ...match("length", { length: "1000:2000" }) }),
    ESTABLISHED,
  );
  const { index = 0 } = world.a.deviceNamed("eth0") ?? {};
  world.a.change(ORIGIN, (draft) => setLinkMtu(draft, index, 600));
  world.send(world.a, "10.0.1.2", 53, 1400);
  const [whole] = world.gateway.config.netfilter.tables.filter?.chains[1]?.rules ?? [];
  expect(world.gateway.netfilter.ruleCounter("filter", whole?.id ?? 0)?.packets).toBe(1);
});
