/**
 * What live connections cost a director: octets of memory each, and CPU time to make one. Segments go in at the hook where
 * a network's would, and come out at LOCAL_OUT, where they end: no cable, no neighbour.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  assert,
  Frame,
  type Hook,
  HookPoint,
  IpProtocol,
  type Ipv4Address,
  later,
  type NetworkNamespace,
  seconds,
  TcpFlag,
  Verdict,
} from "@lvsim/core";
import { buildLab, VIRTUAL_SERVER } from "./lab.ts";
import { cpuNow, type Measurement } from "./measure.ts";

const SERVERS = 4;
/** 10.1.64.0, beyond which no host of the lab has an address. */
const FIRST_CLIENT = 0x0a014000;
const FIRST_PORT = 1024;
const PORTS_PER_CLIENT = 60_000;

/** Takes what IPVS sends, after it has done everything. */
class Sink implements Hook {
  readonly point = HookPoint.localOut;
  readonly priority = 1_000;
  taken = 0;

  run(): Verdict {
    this.taken++;
    return Verdict.stolen;
  }

  describe(): string {
    return "sink";
  }
}

class BusyDirector {
  private readonly director: NetworkNamespace;
  private readonly sink = new Sink();

  constructor() {
    this.director = buildLab(1, SERVERS, IpProtocol.tcp).director;
    this.director.hooks.register(this.sink);
  }

  /** A segment with `flags` of the client and port with this number. */
  private receive(number: number, flags: number): void {
    const frame = new Frame(this.director.engine.newFrameId());
    frame.source = (FIRST_CLIENT + Math.floor(number / PORTS_PER_CLIENT)) as Ipv4Address;
    frame.sourcePort = FIRST_PORT + (number % PORTS_PER_CLIENT);
    frame.destination = VIRTUAL_SERVER.address;
    frame.destinationPort = VIRTUAL_SERVER.port;
    frame.protocol = IpProtocol.tcp;
    frame.tcpFlags = flags;
    frame.length = 40;
    frame.ttl = 64;
    this.director.hooks.run(HookPoint.localIn, frame, null, null);
  }

  /** `count` clients, from the one with number `first`, open their connections. */
  open(first: number, count: number): void {
    for (let i = 0; i < count; i++) this.receive(first + i, TcpFlag.syn);
  }

  /** As many segments, each on one of the first `live` connections. */
  use(live: number, count: number): void {
    for (let i = 0, at = 0; i < count; i++, at = (at + STRIDE) % live)
      this.receive(at, TcpFlag.ack);
  }

  /** Time goes on, as no limit of a run forbids with so many connections. */
  goOn(): void {
    const { engine } = this.director;
    const outcome = engine.run(later(engine.now, seconds(1)));
    assert(outcome.kind === "reached", `the run ended: ${outcome.kind}`);
  }

  /** Has every segment been sent to a server? */
  check(segments: number): void {
    assert(this.sink.taken === segments, `${this.sink.taken} of ${segments}`);
  }
}

/** From one connection to the next that is used: a prime, so that all are, far apart. */
const STRIDE = 7_919;

const LIVE = 200_000;
const BATCH = 5_000;
const BATCHES = 10;

/** How much more a connection's first packet costs than another, with 200,000 live. */
export function newConnections(): Measurement {
  const director = new BusyDirector();
  director.open(0, LIVE);
  director.use(LIVE, LIVE);
  let first = 0;
  let other = 0;
  for (let i = 0; i < BATCHES; i++) {
    const begin = cpuNow();
    director.use(LIVE, BATCH);
    const middle = cpuNow();
    director.open(LIVE + i * BATCH, BATCH);
    first += cpuNow() - middle;
    other += middle - begin;
  }
  const n = BATCHES * BATCH;
  director.check(2 * (LIVE + n));
  const existing = Math.round(other / n);
  return { n, cpu: Math.max(0, first - other), unit: "ns", extra: { existing_ns: existing } };
}

/**
 * Octets of a live connection, its timer and its places in the tables included, among `count`: by the growth of the
 * process, and (`array_octets`) of its typed arrays with all the room that they have to spare.
 */
export function connectionOctets(count: number): Measurement {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  // the first collection leaves dead arrays to a thread, the second waits for it
  const collect = (): void => {
    gc();
    gc();
  };
  const director = new BusyDirector();
  const warm = 1_000;
  director.open(0, warm);
  director.use(warm, 300_000);
  collect();
  const before = process.memoryUsage();
  director.open(warm, count);
  director.goOn();
  collect();
  const after = process.memoryUsage();
  director.check(warm + 300_000 + count);
  const octets = after.rss - before.rss;
  const each = (total: number): number => Math.round((total / count) * 10) / 10;
  return {
    n: count,
    cpu: octets,
    unit: "octets",
    extra: {
      array_octets: each(after.arrayBuffers - before.arrayBuffers),
      heap_octets: each(after.heapUsed - before.heapUsed),
      peak_mib: Math.round(process.resourceUsage().maxRSS / 1024),
    },
  };
}
