/** What holds of local addresses and their ports whatever clients and operators do. */
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import { CLIENT, service, VIP } from "../director.fixture.ts";
import { ForkDirector, LOCAL } from "./fork-director.fixture.ts";

const POOL = [...LOCAL, (LOCAL[1] + 1) as Ipv4Address] as const;
const { identity } = service();

type Step =
  | { readonly do: "open" | "close"; readonly client: number }
  | { readonly do: "sleep"; readonly seconds: number }
  | { readonly do: "add" | "delete"; readonly local: number };

const client = fc.integer({ min: 0, max: 30 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constantFrom("open", "close"), client }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("sleep" as const),
      seconds: fc.integer({ min: 1, max: 40 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom("add", "delete"), local: fc.nat(2) }),
  },
) as fc.Arbitrary<Step>;

function take(director: ForkDirector, at: Step): void {
  switch (at.do) {
    case "open":
      director.request(4000 + at.client, "S");
      return;
    case "close":
      director.request(4000 + at.client, "RA");
      return;
    case "sleep":
      director.sleep(at.seconds);
      return;
    default: {
      const address = POOL[at.local] as Ipv4Address;
      // refused when it is there already, or not there
      director.command({ kind: `${at.do}-local-address`, identity, address });
    }
  }
}

test.prop([fc.array(step, { minLength: 10, maxLength: 60 })])(
  "no two connections share an end towards a server, each answer finds its own, and counts add up",
  (steps) => {
    const director = new ForkDirector(2, LOCAL);
    director.turn({ lport_min: 65_534, conn_expire_tcp_rst: 0 });
    for (const each of steps) take(director, each);
    const connections = director.ipvs.connections();
    const ends = connections.map((c) => `${c.serverAddress} ${c.localAddress}:${c.localPort}`);
    expect(new Set(ends).size).toBe(ends.length);
    for (const local of director.ipvs.services()[0]?.localAddresses ?? []) {
      const held = connections.filter(({ localAddress }) => localAddress === local.address);
      // what was deleted and added again does not count the connections of its former self
      expect(local.connections).toBeLessThanOrEqual(held.length);
    }
    for (const { localAddress, localPort, serverAddress: server, clientPort } of connections) {
      const answer = director.segment(server, 80, localAddress, localPort, "A");
      answer.route = null;
      answer.inputInterface = 3;
      director.deliver(answer);
      expect(answer).toMatchObject({
        source: VIP,
        destination: CLIENT,
        destinationPort: clientPort,
      });
    }
    director.sleep(100);
    const left =
      director.ipvs.services()[0]?.localAddresses.map((local) => local.connections) ?? [];
    expect(left.every((count) => count === 0)).toBe(true);
    expect(director.counts()).toBe("0:0/0 1:0/0");
  },
);
