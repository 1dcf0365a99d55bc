/** A machine of a lab under test: who takes it for the owner of which address, and what its own tools show. */
import { type Ipv4Address, type MacAddress, parseIpv4Address } from "@lvsim/core";
import { type LabRun, ownershipOf } from "@lvsim/scenarios";
import type { Shown } from "../text/shown.ts";
import type { Seen } from "./test-request.ts";

/** Somebody's belief about an address: who had it, by its neighbour table or by an answer on the wire. */
export interface Claim {
  readonly owner: string;
  readonly seenBy: string;
}

export class TestHost {
  readonly name: string;
  private readonly seen: Seen;

  constructor(seen: Seen, name: string) {
    this.seen = seen;
    this.name = name;
  }

  get run(): LabRun {
    return this.seen.run;
  }

  /** What `ip addr` shows now. */
  get addresses(): Shown {
    return this.seen.show(this.name, "ip addr");
  }

  /** What `ipvsadm -Ln` shows now, on a host that has virtual services. */
  get tables(): readonly Shown[] {
    const { after } = this.run.hosts.find(({ name }) => name === this.name) ?? {};
    const has = (after?.ipvs.services.length ?? 0) > 0;
    return has ? [this.seen.show(this.name, "ipvsadm -Ln")] : [];
  }

  /** Whom neighbours took for the owner of an address at any time, and who answered for it. */
  claimsOf(address: string): readonly Claim[] {
    const { run } = this;
    const parsed = parseIpv4Address(address) as Ipv4Address;
    const hosts = hostsByMac(run);
    const name = (mac: MacAddress): string => hosts.get(mac) ?? "somebody unknown";
    const { beliefs, moves, duplicates } = ownershipOf(run, parsed);
    const claims = [
      ...moves.map(({ from, host }) => ({ owner: name(from), seenBy: host })),
      ...[...moves, ...beliefs].map(({ owner, host }) => ({ owner: name(owner), seenBy: host })),
      ...duplicates.flatMap(({ owners, request }) =>
        owners.map((owner) => ({ owner: name(owner), seenBy: `who asked (#${request})` })),
      ),
    ];
    return claims.filter(
      ({ owner, seenBy }, i) =>
        claims.findIndex((one) => one.owner === owner && one.seenBy === seenBy) === i,
    );
  }

  toString(): string {
    return this.name;
  }
}

function hostsByMac(run: LabRun): ReadonlyMap<MacAddress, string> {
  const hosts = new Map<MacAddress, string>();
  for (const { name, before, after } of run.hosts)
    for (const { kind, mac } of [...before.devices, ...after.devices])
      if (kind !== "loopback") hosts.set(mac, name);
  return hosts;
}
