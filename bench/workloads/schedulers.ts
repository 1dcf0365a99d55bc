/**
 * Scheduler decisions, as the C peer makes them (peers/src/sched.c): weights 1 to 5 in turn; for wlc each decision changes
 * three connection counts, so that there is something to decide.
 */
import { createRng, Engine, IpProtocol, type Ipv4Address, Statistics } from "@lvsim/core";
import {
  Destination,
  type ImplementedScheduler,
  IpvsSysctls,
  SCHEDULERS,
  type Scheduler,
  type SchedulingRequest,
  type ServerPool,
  SysctlNumbers,
} from "@lvsim/core/testing";
import { type Measurement, timeCalls } from "./measure.ts";

const IDENTITY = { kind: "fwmark", mark: 1 } as const;
const DECISIONS = 2_000_000;

class Pool implements ServerPool {
  readonly destinations: Destination[] = [];
  readonly schedulerFlags = 0;

  constructor(count: number) {
    for (let i = count - 1; i >= 0; i--) {
      const config = {
        address: (0x0a000000 + i) as Ipv4Address,
        port: 80,
        weight: 1 + (i % 5),
        forwarding: "masquerading",
        upperThreshold: 0,
        lowerThreshold: 0,
        tunnel: { type: "ipip", port: 0, checksum: "none" },
      } as const;
      this.destinations.unshift(new Destination(IDENTITY, config, new Statistics()));
    }
  }
}

const request = {
  protocol: IpProtocol.tcp as number,
  clientAddress: 0x0a01004d as Ipv4Address,
  clientPort: 40_000,
  packetDestination: 0x0a0100fe as Ipv4Address,
} satisfies SchedulingRequest;

/** Schedulers whose decisions depend on connections. */
const BY_LOAD: ReadonlySet<ImplementedScheduler> = new Set(["lc", "wlc", "sed", "nq"]);

/** How many clients there are, one after another, less one: a mask. The peer has as many. */
const CLIENTS = 0xffff;
/** More clients than decisions. */
const STRANGERS = 0x1fffff;

/** What keeps the decisions from being optimised away. */
let chosen = 0;

function decide(scheduler: Scheduler, turn: number, clients = CLIENTS): Destination {
  request.clientAddress = (0x0a01004d + (turn & clients)) as Ipv4Address;
  const server = scheduler.select(request) as Destination;
  chosen += server.address & 1023;
  return server;
}

/** A decision, one connection more for the chosen server, and somebody else's that becomes inactive or goes. */
function decideAndCount(scheduler: Scheduler, pool: Pool, turn: number): void {
  decide(scheduler, turn).activeConnections++;
  const other = pool.destinations[(turn * 7) % pool.destinations.length] as Destination;
  if (other.activeConnections > 0) {
    other.activeConnections--;
    other.inactiveConnections++;
  }
  if (other.inactiveConnections > 2) other.inactiveConnections--;
}

/** Decisions of the scheduler `name` among `count` real servers; `strangers`: no client comes twice. */
export function decisions(
  name: ImplementedScheduler,
  count: number,
  strangers = false,
): Measurement {
  const pool = new Pool(count);
  const scheduler = SCHEDULERS[name](pool, {
    engine: new Engine(),
    rng: createRng("bench"),
    sysctls: new IpvsSysctls(new SysctlNumbers({})),
    variant: "edge-triggered",
  });
  const measured = BY_LOAD.has(name)
    ? timeCalls(DECISIONS, (turn) => decideAndCount(scheduler, pool, turn))
    : timeCalls(DECISIONS, (turn) => decide(scheduler, turn, strangers ? STRANGERS : CLIENTS));
  return { ...measured, extra: { check: chosen & 1 } };
}
