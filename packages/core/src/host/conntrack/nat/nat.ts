/**
 * Network address translation of tracked connections (nf_nat_core.c): decided once for each half of a connection, by the
 * first packet, and kept by changing the flow that answers. Also a connection without a rule gets a binding, to itself,
 * so that no two connections expect the same answers.
 */
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import type { Rng } from "../../../rng/rng.ts";
import type { ConnectionTracking } from "../connection-tracking.ts";
import { ConnectionStatus, type TrackedConnection } from "../tracked-connection.ts";
import { Tuple } from "../tuple.ts";
import { chooseAddress } from "./address-choice.ts";
import { choosePort } from "./port-choice.ts";
import { ANY_RANDOM, Manipulation, NatRange, RangeFlag } from "./range.ts";
import { SourceIndex } from "./sources.ts";

export class Nat {
  private readonly tracking: ConnectionTracking;
  private readonly random: Rng;
  private readonly sources = new SourceIndex();
  /** The flow as it is, the flow as it will be, and the answer to it. */
  private readonly present = new Tuple();
  private readonly future = new Tuple();
  private readonly answer = new Tuple();

  constructor(tracking: ConnectionTracking, random: Rng) {
    this.tracking = tracking;
    this.random = random;
    tracking.observe(this);
  }

  /** Decides one half of a connection that is not confirmed yet (`nf_nat_setup_info`). */
  setUp(connection: TrackedConnection, range: NatRange, manipulation: Manipulation): void {
    if (connection.has(ConnectionStatus.confirmed)) return;
    const isSource = manipulation === Manipulation.source;
    const { present, future } = this;
    // the answer's inverse holds what was translated before
    if (present.invert(connection.answer)) {
      this.choose(connection, range, manipulation);
      if (!future.equals(present)) {
        this.answer.invert(future);
        connection.answer.copy(this.answer);
        connection.status |= isSource
          ? ConnectionStatus.sourceNat
          : ConnectionStatus.destinationNat;
      }
    }
    connection.status |= isSource
      ? ConnectionStatus.sourceNatDone
      : ConnectionStatus.destinationNatDone;
  }

  /** Binds one half of a connection to what it is, unless that is taken. */
  bindToItself(connection: TrackedConnection, manipulation: Manipulation): void {
    const { source, destination } = connection.answer;
    const own = manipulation === Manipulation.source ? destination : source;
    this.setUp(connection, new NatRange(RangeFlag.addresses, own, own, 0, 0, 0), manipulation);
  }

  /** MASQUERADE's device lost that address, or went down (0): its connections end. */
  forgetMasquerades(device: number, address: Ipv4Address): void {
    for (const connection of this.tracking.connections())
      if (
        connection.masqueradeDevice === device &&
        (address === 0 || connection.answer.destination === address)
      )
        this.tracking.kill(connection);
  }

  entered(connection: TrackedConnection): void {
    this.sources.add(connection);
  }

  left(connection: TrackedConnection): void {
    this.sources.remove(connection);
  }

  /** `get_unique_tuple`: from `present` to `future`. */
  private choose(connection: TrackedConnection, range: NatRange, manipulation: Manipulation): void {
    const { present, future } = this;
    const isRandom = (range.flags & ANY_RANDOM) !== 0;
    const hasPorts = (range.flags & RangeFlag.ports) !== 0;
    if (manipulation === Manipulation.source && !isRandom) {
      const fits = (flow: Tuple): boolean =>
        range.holdsAddress(flow.source) && (!hasPorts || range.holdsPort(flow.sourcePort));
      if (fits(present)) {
        future.copy(present);
        if (this.isFree(connection)) return;
      } else if (this.sources.find(present, future, fits) && this.isFree(connection)) return;
    }
    future.copy(present);
    chooseAddress(future, range, manipulation);
    if (!isRandom) {
      if (!hasPorts) {
        if (this.isFree(connection)) return;
      } else if ((range.flags & RangeFlag.offset) === 0) {
        const isSource = manipulation === Manipulation.source;
        const port = isSource ? future.sourcePort : future.destinationPort;
        if (
          range.holdsPort(port) &&
          (range.firstPort === range.lastPort || this.isFree(connection))
        )
          return;
      }
    }
    choosePort(future, range, manipulation, this.random, () => this.isFree(connection));
  }

  private isFree(connection: TrackedConnection): boolean {
    return this.answer.invert(this.future) && !this.tracking.isTaken(this.answer, connection);
  }
}
