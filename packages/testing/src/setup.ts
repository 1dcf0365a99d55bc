/** Teaches vitest the matchers, the serializer and the replay of failed properties: for `setupFiles`, or to be imported by a test. */
import type { DropReason } from "@lvsim/core";
import { expect } from "vitest";
import { matchers } from "./matchers/index.ts";
import { installReplay } from "./replay/replay.ts";
import { serializer } from "./serializers/serializer.ts";

expect.extend(matchers);
installReplay(() => {
  const { testPath, currentTestName } = expect.getState();
  return { file: testPath, name: currentTestName };
});
expect.addSnapshotSerializer(serializer);

declare module "vitest" {
  interface Matchers<T> {
    /** The request's first packets come to that host, whose transport takes them in. */
    toReach(host: string): T;
    /** Its first packet comes by exactly these hosts, in this order, its sender included. */
    toTraverse(...hosts: string[]): T;
    /** That host took it in, its answer came back, and the command ended well. */
    toBeAnsweredBy(host: string): T;
    /** A packet of it, of its answer or of the ARP that it needed was lost for that reason, at that host if one is named. */
    toBeDroppedFor(reason: DropReason, host?: string): T;
    /** Whoever asked for the address by ARP was answered by this host and by no other, at any time. */
    toOwnVip(vip: string): T;
    /** No server's share strays further from what its weight says, in parts of one. */
    toBeFairWithin(deviation: number): T;
    /** No change moves a greater part of the clients to another server, in parts of one. */
    toDisruptAtMost(part: number): T;
  }
}
