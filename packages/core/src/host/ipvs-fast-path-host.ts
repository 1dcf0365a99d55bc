/** What IPVS's fast path asks of its namespace. */
import type { Generation } from "../base/generation.ts";
import type { HostDevice } from "./device/host-device.ts";
import type { FastPath } from "./ip/fast-path.ts";
import type { IpContext } from "./ip/ip-context.ts";
import type { IpCounters } from "./ip/ip-counters.ts";
import type { FastPathHost } from "./ipvs/host.ts";
import type { NeighbourTable } from "./neigh/neighbour-table.ts";

export class FastPathHostAdapter implements FastPathHost {
  readonly neighbours: NeighbourTable;
  readonly counters: IpCounters;
  readonly generation: Generation;
  private readonly context: IpContext;

  constructor(context: IpContext) {
    this.context = context;
    this.neighbours = context.neighbours;
    this.counters = context.counters;
    this.generation = context.generation;
  }

  get knowsNoPaths(): boolean {
    return this.context.paths.empty;
  }

  deviceAt(index: number): HostDevice | undefined {
    return this.context.devices.at(index);
  }

  use(path: FastPath): void {
    this.context.fastPath = path;
  }
}
