/** For each neighbour table: who it believed to own an address, since when, and because of which frame. */
import { ArpOperation, type Instant, type Ipv4Address, type MacAddress, VALID } from "@lvsim/core";
import type { LabRun } from "../run/lab-run.ts";

/** One belief of one host. */
interface Belief {
  readonly host: string;
  readonly owner: MacAddress;
  readonly since: Instant;
  /** The frame that said so; 0 for a command or a timer. */
  readonly frame: number;
}

/** A change from one owner to another. */
interface Move extends Belief {
  readonly from: MacAddress;
}

/** Several machines answered one request. */
interface DuplicateAnswer {
  readonly request: number;
  readonly owners: readonly MacAddress[];
}

export interface Ownership {
  readonly address: Ipv4Address;
  /** What holds at the end, in order of hosts of the trace. */
  readonly beliefs: readonly Belief[];
  readonly moves: readonly Move[];
  readonly duplicates: readonly DuplicateAnswer[];
}

export function ownershipOf(run: Pick<LabRun, "events">, address: Ipv4Address): Ownership {
  const current = new Map<string, Belief>();
  const moves: Move[] = [];
  const answers = new Map<number, Set<MacAddress>>();
  for (const event of run.events) {
    if (event.kind === "neighbour" && event.address === address) {
      const host = event.place;
      const old = current.get(host);
      if ((event.to & VALID) === 0) {
        current.delete(host);
        continue;
      }
      const owner = event.linkAddress as MacAddress;
      if (old?.owner === owner) continue;
      const belief = { host, owner, since: event.at, frame: event.frame };
      if (old !== undefined) moves.push({ ...belief, from: old.owner });
      current.set(host, belief);
    }
    if (event.kind !== "sent" || event.header.arpOperation !== ArpOperation.reply) continue;
    const { source, arpSenderMac, parentId } = event.header;
    if (source !== address || parentId === 0) continue;
    const owners = answers.get(parentId) ?? new Set();
    answers.set(parentId, owners.add(arpSenderMac));
  }
  const duplicates = [...answers]
    .filter(([, owners]) => owners.size > 1)
    .map(([request, owners]) => ({ request, owners: [...owners] }));
  return { address, beliefs: [...current.values()], moves, duplicates };
}
