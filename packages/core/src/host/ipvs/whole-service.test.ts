/**
 * A whole service under random commands and traffic, beside a plain reading of ipvs-behaviour §1.1, §6.3 and §6.5: the
 * order of the list, counters, thresholds of both kernels, servers that go to the trash and come back, and what every
 * command does to the state of every scheduler.
 */
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { IpProtocol } from "../../packet/protocol.ts";
import { address, Director, realServer, service } from "./director.fixture.ts";
import type { OverloadVariant } from "./overload.ts";
import type { ImplementedScheduler } from "./schedulers/index.ts";
import {
  PLAIN_READINGS,
  type PlainReading,
  type PlainServer,
} from "./schedulers/plain-readings.fixture.ts";

const MARK = 7;
const IDENTITY = { kind: "fwmark", mark: MARK } as const;
const SERVERS = 5;

const index = fc.nat({ max: SERVERS - 1 });
const settings = fc
  .record({
    weight: fc.oneof(fc.nat({ max: 3 }), fc.constantFrom(50, 100)),
    upper: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 6 })),
    lower: fc.nat({ max: 6 }),
  })
  .map(({ weight, upper, lower }) => ({ weight, upper, lower: Math.min(upper, lower) }));
type Settings = { readonly weight: number; readonly upper: number; readonly lower: number };

const SCHEDULERS = Object.keys(PLAIN_READINGS).filter(
  // what it draws is its own affair
  (name) => name !== "twos",
) as ImplementedScheduler[];

type Step =
  | { readonly kind: "add" | "edit"; readonly index: number; readonly settings: Settings }
  | { readonly kind: "delete"; readonly index: number }
  | { readonly kind: "open"; readonly client: number; readonly address: number }
  | { readonly kind: "reset"; readonly connection: number }
  | { readonly kind: "sleep" }
  | {
      readonly kind: "edit-service";
      readonly scheduler: ImplementedScheduler | null;
      readonly flags: number;
    };

const steps = (scheduler: ImplementedScheduler): fc.Arbitrary<Step[]> => {
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("add" as const), index, settings }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("edit" as const), index, settings }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete" as const), index }) },
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constant("open" as const),
        client: fc.nat({ max: 6 }),
        address: fc.nat({ max: 2 }),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant("reset" as const), connection: fc.nat() }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("sleep" as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("edit-service" as const),
        // to itself, away and back
        scheduler: fc.constantFrom(null, scheduler, "rr" as const, "wrr" as const),
        flags: fc.constantFrom(0, 0x08, 0x10),
      }),
    },
  );
  return fc.array(step, { maxLength: 70, size: "max" });
};

interface Server extends PlainServer {
  readonly index: number;
  upper: number;
  lower: number;
}

/** A connection that stands; `closing` ones go at the next sleep. */
interface Flow {
  readonly server: Server;
  readonly client: Ipv4Address;
  readonly destination: Ipv4Address;
  readonly port: number;
  closing: boolean;
}

const total = ({ active, inactive }: Server): number => active + inactive;
const lowerOf = ({ upper, lower }: Server): number =>
  lower !== 0 ? lower : upper - Math.floor(upper / 4);

/** Names servers A, B, C … by index. */
const nameOf = (at: number): string => String.fromCharCode(65 + at);

/** A classic kernel judges at every bind and unbind, and frees at an edit that gives more room. */
const CLASSIC = {
  bound(server: Server): void {
    if (server.upper !== 0 && total(server) >= server.upper) server.overloaded = true;
  },
  unbound(server: Server): void {
    const { upper, lower } = server;
    if (lower !== 0) {
      if (total(server) < lower) server.overloaded = false;
    } else if (upper !== 0) {
      if (total(server) * 4 < upper * 3) server.overloaded = false;
    } else server.overloaded = false;
  },
  edited(server: Server, before: number): void {
    if (server.upper === 0 || server.upper > before) server.overloaded = false;
  },
};

/** A newer one judges when a threshold is met, and at every edit. */
const EDGE_TRIGGERED: typeof CLASSIC = {
  bound(server) {
    if (server.upper !== 0 && total(server) === server.upper) server.overloaded = true;
  },
  unbound(server) {
    if (server.upper !== 0 && total(server) === lowerOf(server) - 1) server.overloaded = false;
  },
  edited(server) {
    if (server.upper === 0 || total(server) < lowerOf(server)) server.overloaded = false;
    else if (total(server) >= server.upper) server.overloaded = true;
  },
};

class Story {
  private readonly director: Director;
  private readonly rules: typeof CLASSIC;
  private scheduler: ImplementedScheduler;
  private flags = 0;
  private reading: PlainReading;
  private readonly variant: OverloadVariant;
  /** In the list, its head first. */
  private readonly list: Server[] = [];
  private readonly all = new Map<number, Server>();
  private flows: Flow[] = [];
  private opened = 0;
  private readonly told: string[] = [];

  constructor(scheduler: ImplementedScheduler, variant: OverloadVariant) {
    this.director = new Director(variant);
    this.director.serve(service({ identity: IDENTITY, scheduler }));
    this.rules = variant === "classic" ? CLASSIC : EDGE_TRIGGERED;
    this.variant = variant;
    this.scheduler = scheduler;
    this.reading = PLAIN_READINGS[scheduler]("");
  }

  follow(step: Step): void {
    this.told.push(JSON.stringify(step));
    if (step.kind === "open") this.open(step.client, step.address);
    else if (step.kind === "reset") this.reset(step.connection);
    else if (step.kind === "sleep") this.sleep();
    else if (step.kind === "edit-service") this.editService(step.scheduler, step.flags);
    else this.change(step);
    this.compare();
  }

  private change(step: Extract<Step, { readonly index: number }>): void {
    const at = this.list.findIndex((server) => server.index === step.index);
    if (step.kind === "delete") {
      const key = { address: realServer(step.index).address, port: 80 };
      const errno = this.director.command({ kind: "delete-server", identity: IDENTITY, ...key });
      expect(errno).toBe(at < 0 ? 2 : 0);
      if (at < 0) return;
      this.list.splice(at, 1);
      this.reading.changed?.("deleted", this.list, at);
      return;
    }
    const { weight, upper, lower } = step.settings;
    const server = realServer(step.index, { weight, upperThreshold: upper, lowerThreshold: lower });
    const adds = step.kind === "add";
    const kind = adds ? "add-server" : "edit-server";
    const errno = this.director.command({ kind, identity: IDENTITY, server });
    if (adds === at >= 0) return expect(errno).toBe(adds ? 17 : 2);
    const plain = this.plainServer(step.index);
    const before = plain.upper;
    Object.assign(plain, step.settings);
    if (adds || weight !== 0) plain.lastWeight = weight;
    this.rules.edited(plain, before);
    if (adds) this.list.unshift(plain);
    this.reading.changed?.(adds ? "added" : "edited", this.list, adds ? 0 : at);
  }

  /** The server as it is or was: one that comes back has its connections, and a cache knows it again. */
  private plainServer(at: number): Server {
    let found = this.all.get(at);
    if (found === undefined) {
      const { address: key, port } = realServer(at);
      const thresholds = { upper: 0, lower: 0, overloaded: false };
      const load = { weight: 0, lastWeight: 0, active: 0, inactive: 0 };
      found = { index: at, name: nameOf(at), key: key + port, ...load, ...thresholds };
      this.all.set(at, found);
    }
    return found;
  }

  private open(client: number, place: number): void {
    const destination = (address("10.9.0.1") + place) as Ipv4Address;
    const flow = {
      client: (address("10.20.0.1") + 7919 * client) as Ipv4Address,
      destination,
      port: 10_000 + this.opened++,
      closing: false,
    };
    const expected = this.reading.pick({
      list: this.list,
      request: {
        protocol: IpProtocol.tcp,
        clientAddress: flow.client,
        clientPort: flow.port,
        packetDestination: destination,
      },
      fallback: (this.flags & 0x08) !== 0,
      port: (this.flags & 0x10) !== 0,
      activeWeight: this.variant === "classic" ? 256 : 257,
    }) as Server | null | undefined;
    this.send(flow, "S");
    const chosen = this.director.takeChosen();
    this.told.push(`-> ${chosen === undefined ? "-" : nameOf(chosen)}`);
    expect(chosen, this.told.join("\n")).toBe(expected?.index);
    if (!expected) return;
    this.send(flow, "A");
    this.director.takeChosen();
    this.flows.push({ ...flow, server: expected });
    expected.active++;
    this.rules.bound(expected);
  }

  /** The client gives a connection up; one of a server in the trash does not hear of it. */
  private reset(which: number): void {
    const flow = this.flows[which % this.flows.length];
    if (flow === undefined) return;
    this.send(flow, "R");
    this.director.takeChosen();
    if (flow.closing || !this.list.includes(flow.server)) return;
    flow.closing = true;
    flow.server.active--;
    flow.server.inactive++;
  }

  /** Longer than the 10 s of CLOSE. */
  private sleep(): void {
    this.director.sleep(11);
    for (const { closing, server } of this.flows) {
      if (!closing) continue;
      server.inactive--;
      this.rules.unbound(server);
    }
    this.flows = this.flows.filter(({ closing }) => !closing);
  }

  private editService(scheduler: ImplementedScheduler | null, flags: number): void {
    const wanted = scheduler ?? this.scheduler;
    const changed = service({ identity: IDENTITY, scheduler: wanted, schedulerFlags: flags });
    this.director.command({ kind: "edit-service", service: changed });
    this.flags = flags;
    if (wanted === this.scheduler) return;
    this.scheduler = wanted;
    this.reading = PLAIN_READINGS[wanted]("");
    this.reading.changed?.("added", this.list, 0);
  }

  private send({ client, port, destination }: Omit<Flow, "server">, flags: string): void {
    const segment = this.director.segment(client, port, destination, 80, flags);
    segment.mark = MARK;
    this.director.deliver(segment);
  }

  private compare(): void {
    const got = (this.director.ipvs.services()[0]?.servers ?? []).map(
      ({ config, activeConnections, inactiveConnections, overloaded }) =>
        `${config.address - realServer(0).address} ${activeConnections}/${inactiveConnections} ${overloaded}`,
    );
    const expected = this.list.map(
      (server) => `${server.index} ${server.active}/${server.inactive} ${server.overloaded}`,
    );
    expect(got, this.told.join("\n")).toEqual(expected);
  }
}

describe.each(SCHEDULERS)("a service with %s", (name) => {
  test.prop([steps(name), fc.constantFrom("edge-triggered" as const, "classic" as const)], {
    numRuns: name === "mh" ? 15 : 100,
  })("does as a plain reading of it, whatever happens", (all, variant) => {
    const story = new Story(name, variant);
    for (const step of all) story.follow(step);
  });
});
