/** A pool of real servers for tests of schedulers, edited as `ipvsadm` edits one. */
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import { IpProtocol } from "../../../packet/protocol.ts";
import { createRng } from "../../../rng/rng.ts";
import { Engine } from "../../../time/engine.ts";
import { later, seconds } from "../../../time/instant.ts";
import { initialSysctls } from "../../sysctl/defaults.ts";
import { globalSysctls } from "../../sysctl/global-sysctls.ts";
import { Destination } from "../destination.ts";
import { address, realServer } from "../director.fixture.ts";
import type { VsSysctls } from "../host.ts";
import type { OverloadVariant } from "../overload.ts";
import type { Scheduler, SchedulingRequest, ServerPool } from "../scheduler.ts";
import { Statistics } from "../statistics.ts";
import { type ImplementedScheduler, SCHEDULERS } from "./index.ts";

const IDENTITY = { kind: "fwmark", mark: 1 } as const;

export const REQUEST: SchedulingRequest = {
  protocol: IpProtocol.tcp,
  clientAddress: address("10.0.0.1"),
  clientPort: 40_000,
  packetDestination: address("10.0.0.100"),
};

/** A request of this client. */
export const from = (client: number, clientPort = 40_000): SchedulingRequest => ({
  ...REQUEST,
  clientAddress: client as Ipv4Address,
  clientPort,
});

/** A request for this address, as a firewall-mark service gets it. */
export const to = (text: string): SchedulingRequest => ({
  ...REQUEST,
  packetDestination: address(text),
});

/** Servers are called A, B, C … in the order of adding. */
export class Pool implements ServerPool {
  readonly destinations: Destination[] = [];
  schedulerFlags = 0;
  readonly engine = new Engine();
  sysctls: VsSysctls = globalSysctls(initialSysctls()).vs;
  readonly variant: OverloadVariant;
  /** The address of A; B has the next one. */
  firstAddress: number = realServer(0).address;
  readonly rng;
  private scheduler: Scheduler | null = null;
  private added = 0;

  constructor(variant: OverloadVariant = "edge-triggered", seed = "pool") {
    this.variant = variant;
    this.rng = createRng(seed);
  }

  bind(name: ImplementedScheduler): this {
    this.scheduler?.close?.();
    this.scheduler = SCHEDULERS[name](this, this);
    return this;
  }

  add(weight: number): this {
    const address = (this.firstAddress + this.added++) as Ipv4Address;
    const config = realServer(0, { address, weight });
    return this.insert(new Destination(IDENTITY, config, new Statistics()));
  }

  /** Adds a server that was removed, as it comes back from the trash. */
  insert(server: Destination): this {
    server.available = true;
    this.destinations.unshift(server);
    this.scheduler?.changed?.("added", server, 0);
    return this;
  }

  edit(name: string, weight: number): this {
    const index = this.destinations.indexOf(this.named(name));
    const server = this.destinations[index] as Destination;
    server.configure({ ...server.config, weight });
    this.scheduler?.changed?.("edited", server, index);
    return this;
  }

  remove(name: string): this {
    const index = this.destinations.indexOf(this.named(name));
    const [server] = this.destinations.splice(index, 1) as [Destination];
    server.available = false;
    this.scheduler?.changed?.("deleted", server, index);
    return this;
  }

  select(request = REQUEST): Destination | null {
    return this.scheduler?.select(request) ?? null;
  }

  /** `count` choices as letters, `-` for none; each choice stays as an active connection when `load` is set. */
  picks(count: number, load = false, request = REQUEST): string {
    let text = "";
    for (let i = 0; i < count; i++) {
      const server = this.select(request);
      if (server !== null && load) server.activeConnections++;
      text += this.nameOf(server);
    }
    return text;
  }

  nameOf(server: Destination | null): string {
    if (server === null) return "-";
    return String.fromCharCode(65 + server.address - this.firstAddress);
  }

  named(name: string): Destination {
    const found = this.destinations.find((server) => this.nameOf(server) === name);
    if (found === undefined) throw new Error(`no server ${name}`);
    return found;
  }

  sleep(count: number): void {
    this.engine.run(later(this.engine.now, seconds(count)));
  }
}

export const pool = (name: ImplementedScheduler, ...weights: number[]): Pool => {
  const made = new Pool().bind(name);
  for (const weight of weights) made.add(weight);
  return made;
};

/** As `pool`, but the scheduler comes when the servers are there; `weights` in list order. */
export const boundLater = (name: ImplementedScheduler, ...weights: number[]): Pool => {
  const made = new Pool();
  for (const weight of weights.reverse()) made.add(weight);
  return made.bind(name);
};
