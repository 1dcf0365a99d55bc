/** A persistent service under random commands and clients, beside a plain reading of ipvs-behaviour §6.2. */
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { address, Director, realServer, service } from "./director.fixture.ts";

const SERVERS = 4;
const NETMASK = address("255.255.255.0");

const index = fc.nat({ max: SERVERS - 1 });
type Step =
  | { readonly kind: "add" | "edit"; readonly index: number; readonly weight: number }
  | { readonly kind: "delete"; readonly index: number }
  | { readonly kind: "open"; readonly network: number; readonly host: number }
  | { readonly kind: "expire-quiescent"; readonly on: boolean };
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom("add" as const, "edit" as const),
      index,
      weight: fc.nat({ max: 2 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete" as const), index }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("open" as const),
      network: fc.nat({ max: 5 }),
      host: fc.nat({ max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("expire-quiescent" as const), on: fc.boolean() }),
  },
);

interface Server {
  readonly index: number;
  weight: number;
}

/** Takes the largest weight, the first of the list among equals: fo, which remembers nothing. */
const chosenBy = (list: readonly Server[]): Server | undefined =>
  list.toSorted((a, b) => b.weight - a.weight).find(({ weight }) => weight > 0);

class Story {
  private readonly director = new Director();
  private readonly settings;
  private readonly list: Server[] = [];
  /** The server of each network that came. */
  private readonly templates = new Map<number, Server>();
  private readonly all = new Map<number, Server>();
  private expiresQuiescent = false;
  private port = 10_000;
  private readonly told: string[] = [];

  constructor(virtualPort: number) {
    const { identity } = service();
    this.settings = service({
      scheduler: "fo",
      identity: identity.kind === "address" ? { ...identity, port: virtualPort } : identity,
      persistenceTimeout: 300,
      persistenceNetmask: NETMASK,
    });
    this.director.serve(this.settings);
  }

  follow(step: Step): void {
    this.told.push(JSON.stringify(step));
    if (step.kind === "open") return this.open(step.network, step.host);
    if (step.kind === "expire-quiescent") {
      this.expiresQuiescent = step.on;
      return this.director.setSysctls({ expire_quiescent_template: step.on ? 1 : 0 });
    }
    const { identity } = this.settings;
    const at = this.list.findIndex((server) => server.index === step.index);
    if (step.kind === "delete") {
      const { address: key, port } = realServer(step.index);
      this.director.command({ kind: "delete-server", identity, address: key, port });
      if (at >= 0) this.list.splice(at, 1);
      return;
    }
    const kind = step.kind === "add" ? "add-server" : "edit-server";
    const server = realServer(step.index, { weight: step.weight });
    if (this.director.command({ kind, identity, server }) !== 0) return;
    const known = this.all.get(step.index) ?? { index: step.index, weight: 0 };
    this.all.set(step.index, known);
    known.weight = step.weight;
    if (at < 0) this.list.unshift(known);
  }

  private open(network: number, host: number): void {
    const client = (address("10.20.0.1") + 256 * network + host) as Ipv4Address;
    let server = this.templates.get(network);
    const quiesced = this.expiresQuiescent && server?.weight === 0;
    if (server === undefined || quiesced || !this.list.includes(server)) {
      server = chosenBy(this.list);
      if (server === undefined) this.templates.delete(network);
      else this.templates.set(network, server);
    }
    this.director.fromClient(this.port++, "S", client);
    expect(this.director.takeChosen(), this.told.join("\n")).toBe(server?.index);
    const held = this.director.ipvs
      .connections()
      .filter(({ template, virtualPort }) => template && virtualPort !== 0xffff);
    expect(held.length).toBeGreaterThanOrEqual(this.templates.size);
  }
}

test.prop([fc.array(step, { maxLength: 60, size: "max" }), fc.constantFrom(80, 0)], {
  numRuns: 100,
})(
  "networks stay with their servers as long as these are there, and may serve",
  (steps, virtualPort) => {
    const story = new Story(virtualPort);
    for (const step of steps) story.follow(step);
  },
);
