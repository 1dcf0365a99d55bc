/** What `conntrack -I` and `-U` do to the table. */
import {
  ConnectionStatus,
  type ConnectionTracking,
  IpProtocol,
  type Ipv4Address,
  JIFFIES_PER_SECOND,
  TcpTrack,
  TRACKED_TCP_STATE_NAMES,
  type TrackedConnection,
  type TrackedTcpState,
} from "@lvsim/core";
import type { ConntrackOptions } from "./options.ts";
import { operationFailed } from "./usage.ts";

const STATUS_BITS: ReadonlyMap<string, number> = new Map([
  ["ASSURED", ConnectionStatus.assured],
  ["SEEN_REPLY", ConnectionStatus.seenReply],
  ["FIXED_TIMEOUT", ConnectionStatus.fixedTimeout],
]);

const statusBits = ({ statuses }: ConntrackOptions): number =>
  statuses.reduce((sum, word) => sum | (STATUS_BITS.get(word) ?? 0), 0);

const addressOf = (options: ConntrackOptions, letter: string): Ipv4Address | undefined =>
  options.addresses.get(letter)?.address;

function setTuples(connection: TrackedConnection, options: ConntrackOptions): void {
  const { original, answer } = connection;
  const { numbers } = options;
  const none = 0 as Ipv4Address;
  original.protocol = options.protocol ?? 0;
  original.source = addressOf(options, "s") ?? addressOf(options, "q") ?? none;
  original.destination = addressOf(options, "d") ?? addressOf(options, "r") ?? none;
  if (original.protocol === IpProtocol.icmp) {
    original.sourcePort = numbers.get("icmp-id") ?? 0;
    original.destinationPort =
      ((numbers.get("icmp-type") ?? 0) << 8) | (numbers.get("icmp-code") ?? 0);
  } else {
    original.sourcePort = numbers.get("sport") ?? 0;
    original.destinationPort = numbers.get("dport") ?? 0;
  }
  answer.invert(original);
  answer.source = addressOf(options, "r") ?? addressOf(options, "g") ?? answer.source;
  answer.destination = addressOf(options, "q") ?? addressOf(options, "n") ?? answer.destination;
  answer.sourcePort = numbers.get("reply-port-src") ?? answer.sourcePort;
  answer.destinationPort = numbers.get("reply-port-dst") ?? answer.destinationPort;
}

function setState(connection: TrackedConnection, options: ConntrackOptions): void {
  if (options.state === null) return;
  connection.tcp ??= new TcpTrack();
  const names: readonly string[] = TRACKED_TCP_STATE_NAMES;
  connection.tcp.state = names.indexOf(options.state) as TrackedTcpState;
}

/** -I: throws when the flow exists. */
export function createFlow(tracking: ConnectionTracking, options: ConntrackOptions): void {
  const connection = tracking.make();
  setTuples(connection, options);
  setState(connection, options);
  connection.status = statusBits(options);
  if (connection.answer.destination !== connection.original.source)
    connection.status |= ConnectionStatus.sourceNat;
  if (connection.answer.source !== connection.original.destination)
    connection.status |= ConnectionStatus.destinationNat;
  connection.status |= ConnectionStatus.sourceNatDone | ConnectionStatus.destinationNatDone;
  connection.mark = (options.mark?.value ?? 0) | 0;
  connection.timeout = tracking.jiffies + (options.timeout ?? 0) * JIFFIES_PER_SECOND;
  if (!tracking.add(connection)) throw operationFailed("Such conntrack exists, try -U to update");
}

/** -U, for one flow that the options name. */
export function updateFlow(
  tracking: ConnectionTracking,
  connection: TrackedConnection,
  options: ConntrackOptions,
): void {
  const { mark, timeout } = options;
  if (mark !== null) connection.mark = (connection.mark & ~mark.mask) | (mark.value & mark.mask);
  if (timeout !== null) connection.timeout = tracking.jiffies + timeout * JIFFIES_PER_SECOND;
  connection.status |= statusBits(options);
  setState(connection, options);
  tracking.changed(connection);
}
