import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import { SchedulerFlag, type SchedulingRequest } from "../scheduler.ts";
import { type ImplementedScheduler, SCHEDULERS } from "./index.ts";
import { PLAIN_READINGS, type PlainReading, type PlainServer } from "./plain-readings.fixture.ts";
import { Pool, REQUEST } from "./pool.fixture.ts";

/** What may happen to a service; `server` is a place in its list, modulo its length. */
type Step =
  | { readonly kind: "add"; readonly weight: number }
  | { readonly kind: "edit"; readonly server: number; readonly weight: number }
  | {
      readonly kind: "delete" | "overload" | "free" | "connect" | "finish";
      readonly server: number;
    }
  | { readonly kind: "pick"; readonly client: number; readonly keep: boolean };

const server = fc.nat({ max: 7 });
const weight = fc.oneof(fc.nat({ max: 4 }), fc.constantFrom(10, 100, 200));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("add" as const), weight }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("edit" as const), server, weight }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "delete" as const,
        "overload" as const,
        "free" as const,
        "connect" as const,
        "finish" as const,
      ),
      server,
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fc.constant("pick" as const),
      client: fc.nat({ max: 5 }),
      keep: fc.boolean(),
    }),
  },
);

/** The scheduler and its second reading, side by side. */
class Twins {
  private readonly pool: Pool;
  private readonly plain: PlainReading;
  private readonly list: PlainServer[] = [];
  private readonly story: string[] = [];

  constructor(name: ImplementedScheduler, flags: number) {
    this.pool = new Pool("edge-triggered", "twins");
    this.pool.schedulerFlags = flags;
    this.pool.bind(name);
    this.plain = PLAIN_READINGS[name]("twins");
  }

  follow(step: Step): void {
    if (step.kind === "add") return this.add(step.weight);
    if (step.kind === "pick") return this.pick(step.client, step.keep);
    if (this.list.length === 0) return;
    const at = step.server % this.list.length;
    const twin = this.list[at] as PlainServer;
    const live = this.pool.named(twin.name);
    this.story.push(`${step.kind} ${twin.name}${step.kind === "edit" ? ` ${step.weight}` : ""}`);
    if (step.kind === "edit") {
      this.pool.edit(twin.name, step.weight);
      twin.weight = step.weight;
      if (step.weight > 0) twin.lastWeight = step.weight;
      this.plain.changed?.("edited", this.list, at);
    } else if (step.kind === "delete") {
      this.pool.remove(twin.name);
      this.list.splice(at, 1);
      this.plain.changed?.("deleted", this.list, at);
    } else if (step.kind === "connect" || step.kind === "finish") {
      if (step.kind === "finish") twin.inactive = live.inactiveConnections += 1;
      else twin.active = live.activeConnections += 1;
    } else {
      twin.overloaded = live.overloaded = step.kind === "overload";
    }
  }

  private add(weight: number): void {
    this.pool.add(weight);
    const [live] = this.pool.destinations;
    if (live === undefined) throw new Error("no server was added");
    const name = this.pool.nameOf(live);
    this.story.push(`add ${name} ${weight}`);
    this.list.unshift({
      name,
      key: live.address + live.port,
      weight,
      lastWeight: weight,
      active: 0,
      inactive: 0,
      overloaded: false,
    });
    this.plain.changed?.("added", this.list, 0);
  }

  private pick(client: number, keep: boolean): void {
    const request: SchedulingRequest = {
      ...REQUEST,
      clientAddress: (REQUEST.clientAddress + 7919 * client) as Ipv4Address,
      packetDestination: (REQUEST.packetDestination + client) as Ipv4Address,
    };
    const { schedulerFlags } = this.pool;
    const chosen = this.plain.pick({
      list: this.list,
      request,
      fallback: (schedulerFlags & SchedulerFlag.fallback) !== 0,
      port: (schedulerFlags & SchedulerFlag.port) !== 0,
      activeWeight: 257,
    });
    const live = this.pool.select(request);
    const [expected, got] = [chosen?.name ?? "-", this.pool.nameOf(live)];
    this.story.push(`pick ${client}: ${got}`);
    if (got !== expected) expect.fail(`${this.story.join(", ")}, not ${expected}`);
    if (!keep || !chosen || live === null) return;
    chosen.active = live.activeConnections += 1;
  }
}

const FLAGGED: readonly string[] = ["sh", "mh"];

describe.each(Object.keys(SCHEDULERS) as ImplementedScheduler[])("%s", (name) => {
  const flags = FLAGGED.includes(name)
    ? fc.constantFrom(0, SchedulerFlag.fallback, SchedulerFlag.port, 0x18)
    : fc.constant(0);

  test.prop([fc.array(step, { maxLength: 60, size: "max" }), flags], {
    numRuns: name === "mh" ? 40 : 300,
  })(
    "chooses as a plain reading of its definition, whatever happens to the service",
    (steps, given) => {
      const twins = new Twins(name, given);
      for (const each of steps) twins.follow(each);
    },
  );
});
