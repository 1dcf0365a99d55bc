/**
 * Which port, or ICMP identifier, a flow gets when its own cannot stay (`nf_nat_l4proto_unique_tuple`): the first free
 * one from a random place on, looked for 128 times, then fewer and fewer. Without a range, ports below 512, below 1024 and
 * all others stay among themselves.
 */
import { IpProtocol } from "../../../packet/protocol.ts";
import type { Rng } from "../../../rng/rng.ts";
import type { Tuple } from "../tuple.ts";
import { ANY_RANDOM, Manipulation, type NatRange, RangeFlag } from "./range.ts";

const ATTEMPTS_MAX = 128;
const ATTEMPTS_MIN = 16;
const PORTS = 65_536;

/** Where to look: the first port, and how many there are. */
interface Window {
  readonly first: number;
  readonly size: number;
}

const between = (first: number, last: number): Window => ({ first, size: last - first + 1 });

const LOWEST = between(1, 511);
/** The kernel leaves 512 to 599 alone. */
const LOW = between(600, 1023);
const HIGH = between(1024, 65_535);
const ALL = between(0, PORTS - 1);

function windowFor(flow: Tuple, range: NatRange, manipulation: Manipulation): Window | null {
  const { firstPort, lastPort } = range;
  if ((range.flags & RangeFlag.ports) !== 0)
    return between(Math.min(firstPort, lastPort), Math.max(firstPort, lastPort));
  if (flow.protocol === IpProtocol.icmp) return ALL;
  // a service's port is not changed unasked
  if (manipulation === Manipulation.destination) return null;
  if (flow.sourcePort >= HIGH.first) return HIGH;
  return flow.sourcePort < 512 ? LOWEST : LOW;
}

const hasPorts = (protocol: number): boolean =>
  protocol === IpProtocol.tcp || protocol === IpProtocol.udp || protocol === IpProtocol.sctp;

/** Changes a port of `flow` until `isFree` says so, or gives up with the last one tried. */
export function choosePort(
  flow: Tuple,
  range: NatRange,
  manipulation: Manipulation,
  random: Rng,
  isFree: () => boolean,
): void {
  const { protocol } = flow;
  const isQuery = protocol === IpProtocol.icmp;
  if (!isQuery && !hasPorts(protocol)) return;
  const window = windowFor(flow, range, manipulation);
  if (window === null) return;
  const inSource = isQuery || manipulation === Manipulation.source;
  const before = inSource ? flow.sourcePort : flow.destinationPort;
  let offset = 0;
  if ((range.flags & RangeFlag.offset) !== 0) offset = (before - range.basePort) & 0xffff;
  else if ((range.flags & ANY_RANDOM) !== 0 || manipulation !== Manipulation.destination)
    offset = random.below(PORTS);
  let attempts = Math.min(window.size, ATTEMPTS_MAX);
  for (;;) {
    for (let i = 0; i < attempts; i++) {
      const port = window.first + ((offset + i) % window.size);
      if (inSource) flow.sourcePort = port;
      else flow.destinationPort = port;
      if (isFree()) return;
    }
    if (attempts >= window.size || attempts < ATTEMPTS_MIN) return;
    attempts >>= 1;
    offset = random.below(PORTS);
  }
}
