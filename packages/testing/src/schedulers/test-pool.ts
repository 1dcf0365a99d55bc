/**
 * A scheduler alone with its servers, without a network: thousands of choices in a millisecond. Servers are called A, B, C …
 * in the order of adding; the scheduler sees the one added last first, as in the kernel. Connections that are opened are
 * active until they end. Left out: inactive connections, overload by thresholds (`overload` sets it).
 */
import {
  createRng,
  Engine,
  type Instant,
  IpProtocol,
  type Ipv4Address,
  initialSysctls,
  milliseconds,
  type Rng,
  type Scheduler,
  type SchedulerModule,
  type SchedulingRequest,
  type ServerPool,
  Statistics,
} from "@lvsim/core";
import {
  Destination,
  globalSysctls,
  type ImplementedScheduler,
  SCHEDULERS,
} from "@lvsim/core/testing";
import { type ShareReport, shareReport } from "@lvsim/scenarios";
import type { LoadedConnection } from "../arbitraries/loads.ts";

/** A scheduler of one's own, or one of Linux's by its name. */
export type SchedulerUnderTest = SchedulerModule | ImplementedScheduler;

const IDENTITY = { kind: "fwmark", mark: 1 } as const;
const FIRST_ADDRESS = 0x0a00000b;
const FIRST_CLIENT = 0x0a010001;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** Addresses of clients lie so far apart, as those of strangers do. */
const APART = 7919;
/** A choice of nobody. */
const NOBODY = "-";

export class TestPool implements ServerPool {
  /** Live, the one added last first. */
  readonly destinations: Destination[] = [];
  /** `-b`, live. */
  schedulerFlags = 0;
  readonly engine = new Engine();
  readonly rng: Rng;
  readonly sysctls = globalSysctls(initialSysctls()).vs;
  readonly variant = "edge-triggered";
  private readonly scheduler: Scheduler;
  private readonly chosen: string[] = [];
  private addedCount = 0;

  constructor(scheduler: SchedulerUnderTest, weights: readonly number[] = [], seed = "1") {
    this.rng = createRng(seed);
    const bind = typeof scheduler === "string" ? SCHEDULERS[scheduler] : scheduler.bind;
    this.scheduler = bind(this, this);
    for (const weight of weights) this.add(weight);
  }

  /** The new server's name. */
  add(weight: number): string {
    const name = LETTERS[this.addedCount];
    if (name === undefined) throw new RangeError("a pool under test has 26 servers at most");
    const server = new Destination(
      IDENTITY,
      {
        address: (FIRST_ADDRESS + this.addedCount++) as Ipv4Address,
        port: 80,
        weight,
        forwarding: "direct-routing",
        upperThreshold: 0,
        lowerThreshold: 0,
        tunnel: { type: "ipip", port: 0, checksum: "none" },
      },
      new Statistics(),
    );
    this.destinations.unshift(server);
    this.scheduler.changed?.("added", server, 0);
    return name;
  }

  edit(name: string, weight: number): this {
    const server = this.named(name);
    server.configure({ ...server.config, weight });
    this.scheduler.changed?.("edited", server, this.destinations.indexOf(server));
    return this;
  }

  remove(name: string): this {
    const server = this.named(name);
    const index = this.destinations.indexOf(server);
    this.destinations.splice(index, 1);
    server.available = false;
    this.scheduler.changed?.("deleted", server, index);
    return this;
  }

  overload(name: string, isOverloaded = true): this {
    this.named(name).overloaded = isOverloaded;
    return this;
  }

  /** The server for one more connection of a client, by its name; `-` when none can take it. */
  pick(client = 0): string {
    const server = this.select(client);
    return server === null ? NOBODY : this.nameOf(server);
  }

  /** So many choices in a row, none of which stays open. */
  picks(count: number, client = 0): string {
    let text = "";
    for (let i = 0; i < count; i++) text += this.pick(client);
    return text;
  }

  /** Whom each of so many clients is sent to now, which is no choice that counts. */
  whereabouts(clients: number): ReadonlyMap<number, string> {
    const counted = this.chosen.length;
    const all = new Map<number, string>();
    for (let client = 0; client < clients; client++) all.set(client, this.pick(client));
    this.chosen.length = counted;
    return all;
  }

  /** Connections that come and go; the choices in order. */
  play(load: readonly LoadedConnection[]): string {
    const open: { readonly endsMs: number; readonly server: Destination }[] = [];
    let text = "";
    for (const { atMs, lastsMs, client } of [...load].sort((a, b) => a.atMs - b.atMs)) {
      for (const ended of open.filter(({ endsMs }) => endsMs <= atMs)) {
        ended.server.activeConnections--;
        open.splice(open.indexOf(ended), 1);
      }
      this.engine.run(milliseconds(atMs) as number as Instant);
      const server = this.select(client);
      if (server !== null) {
        server.activeConnections++;
        open.push({ endsMs: atMs + lastsMs, server });
      }
      text += server === null ? NOBODY : this.nameOf(server);
    }
    for (const { server } of open) server.activeConnections--;
    return text;
  }

  /** All choices so far against the weights of now. */
  get shares(): ShareReport<string> {
    const weights = [...this.destinations]
      .reverse()
      .map((server): [string, number] => [this.nameOf(server), server.weight]);
    return shareReport(this.chosen, new Map(weights));
  }

  named(name: string): Destination {
    const found = this.destinations.find((server) => this.nameOf(server) === name);
    if (found === undefined) throw new Error(`the pool has no server ${name}`);
    return found;
  }

  private select(client: number): Destination | null {
    const server = this.scheduler.select(requestOf(client));
    if (server !== null && !this.destinations.includes(server))
      throw new Error("the scheduler chose a server that is not in its pool");
    if (server !== null) this.chosen.push(this.nameOf(server));
    return server;
  }

  private nameOf(server: Destination): string {
    return LETTERS[server.address - FIRST_ADDRESS] ?? "?";
  }
}

const requestOf = (client: number): SchedulingRequest => ({
  protocol: IpProtocol.tcp,
  clientAddress: (FIRST_CLIENT + client * APART) as Ipv4Address,
  clientPort: 40_000,
  packetDestination: (FIRST_ADDRESS - 1) as Ipv4Address,
});

/** A scheduler with servers of these weights, called A, B, C … */
export const testPool = (
  scheduler: SchedulerUnderTest,
  weights: readonly number[] = [],
  seed?: string,
): TestPool => new TestPool(scheduler, weights, seed);
