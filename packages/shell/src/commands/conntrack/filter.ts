/** Which flows a command is about: the options that narrow it, all of which must hold. */
import {
  ConnectionStatus,
  type FlowTuple,
  IpProtocol,
  TRACKED_TCP_STATE_NAMES,
  type TrackedConnection,
} from "@lvsim/core";
import type { AddressFilter } from "./option-values.ts";
import type { ConntrackOptions } from "./options.ts";

/** Bits that a word of `-u` asks for; UNREPLIED and UNSET ask for their absence. */
const STATUS_BITS: ReadonlyMap<string, number> = new Map([
  ["ASSURED", ConnectionStatus.assured],
  ["SEEN_REPLY", ConnectionStatus.seenReply],
  ["EXPECTED", ConnectionStatus.expected],
  ["FIXED_TIMEOUT", ConnectionStatus.fixedTimeout],
]);

const matches = (filter: AddressFilter | null | undefined, address: number): boolean =>
  filter === undefined || (filter !== null && ((filter.address ^ address) & filter.mask) === 0);

/** Whether the source of the flow is translated; an ICMP query always looks so, for its identifier is no type and code. */
const hasSourceNat = ({ original, answer }: TrackedConnection): boolean =>
  answer.destination !== original.source || answer.destinationPort !== original.sourcePort;

const hasDestinationNat = ({ original, answer }: TrackedConnection): boolean =>
  answer.source !== original.destination || answer.sourcePort !== original.destinationPort;

function fitsNat(connection: TrackedConnection, { addresses, given }: ConntrackOptions): boolean {
  const { answer } = connection;
  const source = hasSourceNat(connection) && matches(addresses.get("n"), answer.destination);
  const destination = hasDestinationNat(connection) && matches(addresses.get("g"), answer.source);
  if (given.has("src-nat") && given.has("dst-nat") && !source && !destination) return false;
  if (given.has("src-nat") && !given.has("dst-nat") && !source) return false;
  if (given.has("dst-nat") && !given.has("src-nat") && !destination) return false;
  if (!given.has("any-nat")) return true;
  const any = addresses.get("j");
  return (
    (hasSourceNat(connection) && matches(any, answer.destination)) ||
    (hasDestinationNat(connection) && matches(any, answer.source))
  );
}

function fitsPorts(connection: TrackedConnection, { numbers }: ConntrackOptions): boolean {
  const { original, answer } = connection;
  const is = (name: string, value: number): boolean =>
    numbers.get(name) === undefined || numbers.get(name) === value;
  if (original.protocol === IpProtocol.icmp)
    return (
      is("icmp-type", original.destinationPort >> 8) &&
      is("icmp-code", original.destinationPort & 255) &&
      is("icmp-id", original.sourcePort)
    );
  return (
    is("sport", original.sourcePort) &&
    is("dport", original.destinationPort) &&
    is("reply-port-src", answer.sourcePort) &&
    is("reply-port-dst", answer.destinationPort)
  );
}

const fitsAddresses = (
  original: FlowTuple,
  answer: FlowTuple,
  { addresses }: ConntrackOptions,
): boolean =>
  matches(addresses.get("s"), original.source) &&
  matches(addresses.get("d"), original.destination) &&
  matches(addresses.get("r"), answer.source) &&
  matches(addresses.get("q"), answer.destination);

function fitsStatus({ status }: TrackedConnection, { statuses }: ConntrackOptions): boolean {
  const answered = (status & ConnectionStatus.seenReply) !== 0;
  return statuses.every((word) => {
    if (word === "UNREPLIED") return !answered;
    const bits = STATUS_BITS.get(word);
    return bits === undefined ? word === "UNSET" : (status & bits) !== 0;
  });
}

/** Whether the command is about this flow, by what never changes of it. */
export function isMeant(connection: TrackedConnection, options: ConntrackOptions): boolean {
  const { original, answer } = connection;
  const { protocol, family } = options;
  return (
    family === "ipv4" &&
    (protocol === null || original.protocol === protocol) &&
    fitsAddresses(original, answer, options) &&
    fitsPorts(connection, options) &&
    fitsNat(connection, options)
  );
}

/** As `isMeant`, and by state, mark and status too. */
export function fits(connection: TrackedConnection, options: ConntrackOptions): boolean {
  const { tcp } = connection;
  const { state, mark } = options;
  return (
    isMeant(connection, options) &&
    (state === null || TRACKED_TCP_STATE_NAMES[tcp?.state ?? 0] === state) &&
    (mark === null || ((connection.mark ^ mark.value) & mark.mask) === 0) &&
    fitsStatus(connection, options)
  );
}
