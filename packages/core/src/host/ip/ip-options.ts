/**
 * Options of the IPv4 header as a host checks them (RFC 791 §3.1, `ip_options_compile`): what it cannot read it reports
 * with a parameter problem, and source routes it refuses. Left out: filling in of record route and timestamps, and
 * following a source route where accept_source_route is on (such packets are refused too).
 */
const END = 0;
const NO_OPERATION = 1;
const LOOSE_SOURCE_ROUTE = 131;
const STRICT_SOURCE_ROUTE = 137;
const RECORD_ROUTE = 7;
const TIMESTAMP = 68;
const ROUTER_ALERT = 148;
const HEADER = 20;

/** What is wrong with them: where in the header it is, or −1 for a source route. */
export interface OptionFault {
  readonly pointer: number;
}

const SOURCE_ROUTE: OptionFault = { pointer: -1 };

/** The first fault; null when all is well. */
export function findOptionFault(options: Uint8Array): OptionFault | null {
  let at = 0;
  while (at < options.length) {
    const type = options[at] as number;
    if (type === END) return null;
    if (type === NO_OPERATION) {
      at++;
      continue;
    }
    const length = options[at + 1] ?? 0;
    if (length < 2 || at + length > options.length) return { pointer: HEADER + at };
    if (type === LOOSE_SOURCE_ROUTE || type === STRICT_SOURCE_ROUTE) return SOURCE_ROUTE;
    const wrong = wrongOctet(type, options, at, length);
    if (wrong >= 0) return { pointer: HEADER + at + wrong };
    at += length;
  }
  return null;
}

/** Which octet of an option is impossible; −1 for none. */
function wrongOctet(type: number, options: Uint8Array, at: number, length: number): number {
  const pointer = options[at + 2] ?? 0;
  if (type === RECORD_ROUTE) {
    if (length < 3) return 1;
    return pointer < 4 || (pointer <= length && pointer + 3 > length) ? 2 : -1;
  }
  if (type === TIMESTAMP) {
    if (length < 4) return 1;
    return pointer < 5 ? 2 : -1;
  }
  return type === ROUTER_ALERT && length < 4 ? 1 : -1;
}
