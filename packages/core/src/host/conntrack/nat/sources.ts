/** Connections by the sender of their first packet (`nf_nat_bysource`), so that one sender keeps one translated source. */
import { ConnectionStatus, type TrackedConnection } from "../tracked-connection.ts";
import type { Tuple } from "../tuple.ts";

const keyOf = ({ source, sourcePort, protocol }: Tuple): number =>
  source ^ Math.imul((sourcePort << 8) | protocol, 0x9e3779b1);

export class SourceIndex {
  /** The newest last. */
  private readonly lists = new Map<number, TrackedConnection[]>();

  add(connection: TrackedConnection): void {
    if (!connection.has(ConnectionStatus.sourceNatDone)) return;
    const key = keyOf(connection.original);
    const list = this.lists.get(key);
    if (list === undefined) this.lists.set(key, [connection]);
    else list.push(connection);
  }

  remove(connection: TrackedConnection): void {
    const key = keyOf(connection.original);
    const list = this.lists.get(key);
    const at = list?.indexOf(connection) ?? -1;
    if (list === undefined || at < 0) return;
    list.splice(at, 1);
    if (list.length === 0) this.lists.delete(key);
  }

  /**
   * Gives `result` the translated source of an earlier flow of the same sender, with the destination of `flow`; false when
   * no flow has one that `fits`.
   */
  find(flow: Tuple, result: Tuple, fits: (result: Tuple) => boolean): boolean {
    const list = this.lists.get(keyOf(flow)) ?? [];
    for (let i = list.length - 1; i >= 0; i--) {
      const { original, answer } = list[i] as TrackedConnection;
      if (
        original.source !== flow.source ||
        original.sourcePort !== flow.sourcePort ||
        original.protocol !== flow.protocol
      )
        continue;
      result.invert(answer);
      result.destination = flow.destination;
      result.destinationPort = flow.destinationPort;
      if (fits(result)) return true;
    }
    return false;
  }
}
