/** Bugs planted in core, one at a time: the swarm finds each, and makes the lab that shows it small. */
import { copyFrame, type Frame, type MacAddress } from "@lvsim/core";
import { readLab } from "@lvsim/scenarios";
import { afterEach, expect, test, vi } from "vitest";
import {
  described,
  type Generated,
  generated,
  machineCount,
  play,
  replayLine,
  shrunk,
} from "./generated.ts";
import { type Insides, plant } from "./insides.fixture.ts";

/** Labs that are played at most until one shows the bug. */
const LABS = 120;
const MACHINES = 3;

interface Rows {
  has(connection: number, flag: number): boolean;
}
interface Server {
  inactiveConnections: number;
  persistentConnections: number;
}
/** `ConnectionFlag` of core. */
const INACTIVE = 1;

const HOOKS = "host.ipvs.hooks.hooks";
const CONNECTIONS = "host.ipvs.context.connections";
const SERVICE = "host.ipvs.context.services.services.0";

/** What is wrong in core, how it is made so, and which invariant or goal notices. */
const BUGS: readonly (readonly [bug: string, plantIt: () => void, noticedBy: string])[] = [
  [
    "a scheduler chooses servers of weight 0 as well",
    () => {
      let turn = 0;
      plant(
        `${SERVICE}.scheduler`,
        "select",
        () =>
          function (this: Insides) {
            const { destinations } = this.pool as { readonly destinations: readonly unknown[] };
            return destinations[turn++ % destinations.length] ?? null;
          },
      );
    },
    "a new client gets a server that may be chosen, and a persistent one the same again",
  ],
  [
    "a server that is full is not passed over",
    () =>
      plant(CONNECTIONS, "bind", () => (server: Server, template: boolean) => {
        if (template) server.persistentConnections++;
        else server.inactiveConnections++;
      }),
    "a new client gets a server that may be chosen, and a persistent one the same again",
  ],
  [
    "templates are not found",
    () => plant(`${HOOKS}.1.inbound.admission.persistence`, "templateOf", () => () => 0),
    "a new client gets a server that may be chosen, and a persistent one the same again",
  ],
  [
    "the answer of a masqueraded server keeps its source",
    () => plant(`${HOOKS}.0.outbound`, "pass", () => () => 1),
    "IPVS sends packets on as the forwarding method says",
  ],
  [
    "an active connection that ends is still counted",
    () =>
      plant(
        CONNECTIONS,
        "unbind",
        (right) =>
          function (this: Insides, ...args: never[]) {
            const [connection] = args as readonly number[];
            if (!(this.rows as Rows).has(connection ?? 0, INACTIVE)) return;
            right.apply(this, args);
          },
      ),
    "ActiveConn, InActConn and PersistConn are what the connection table holds",
  ],
  [
    "connections from some ports are not found",
    () =>
      plant(
        `${CONNECTIONS}.table`,
        "findRequest",
        (right) =>
          function (this: Insides, ...args: never[]) {
            const [, , clientPort] = args as readonly number[];
            return (clientPort ?? 0) % 3 === 0 ? 0 : right.apply(this, args);
          },
      ),
    "a connection stays with its server",
  ],
  [
    "connections do not expire",
    () => plant(CONNECTIONS, "expire", () => () => {}),
    "connections come to an end",
  ],
  [
    "an outer header forgets its own length",
    () =>
      plant(
        "host.ipvs.context.forwarders.byMethod.2",
        "encapsulate",
        (right) =>
          function (this: Insides, ...args: never[]) {
            const outer = right.apply(this, args) as Frame;
            outer.length -= 20;
            return outer;
          },
      ),
    "frames on the wire are well formed",
  ],
  [
    "ARP is answered in spite of arp_ignore",
    () =>
      plant(
        "host.table.next.arp",
        "answerOwn",
        () =>
          function (this: Insides, frame: Frame, device: unknown) {
            (this.learnAsker as (frame: Frame, device: unknown) => void)(frame, device);
            (this.deliver as (frame: Frame) => void)(frame);
            const { output } = this.table as { readonly output: Insides };
            (output.reply as (frame: Frame, device: unknown) => void)(frame, device);
          },
      ),
    "a host answers ARP only where arp_ignore lets it",
  ],
  [
    "a neighbour that moves is not believed",
    () =>
      plant(
        "host.neighbours",
        "update",
        (right) =>
          function (this: Insides, ...args: never[]) {
            const [entry, mac, ...others] = args as unknown as [
              { linkAddress: MacAddress },
              MacAddress,
            ];
            const known = entry.linkAddress === 0 ? mac : entry.linkAddress;
            return right.apply(this, [entry, known, ...others] as never[]);
          },
      ),
    "10.0.0.100 is at dir",
  ],
  [
    "a router leaves the TTL as it is",
    () =>
      plant(
        "host.ip.input.forwarding",
        "forward",
        (right) =>
          function (this: Insides, ...args: never[]) {
            const [frame] = args as unknown as [Frame];
            frame.ttl++;
            right.apply(this, args);
          },
      ),
    "every frame is received, kept or dropped with a reason",
  ],
  [
    "a switch floods to the port of the sender too",
    () =>
      plant(
        "simulation.switches.0",
        "flood",
        (right) =>
          function (this: Insides, ...args: never[]) {
            const [frame, port] = args as unknown as [Frame, { transmit(frame: Frame): void }];
            right.apply(this, args);
            port.transmit(copyFrame(frame, frame.id));
          },
      ),
    "a switch sends no frame back where it came from",
  ],
  [
    "a switch loses a frame now and then and says nothing",
    () =>
      plant(
        "simulation.switches.0",
        "forward",
        (right) =>
          function (this: Insides, ...args: never[]) {
            const [frame] = args as unknown as [Frame];
            if (frame.id % 9 !== 0) right.apply(this, args);
          },
      ),
    "every frame is received, kept or dropped with a reason",
  ],
];

afterEach(() => {
  vi.restoreAllMocks();
});

/** The first lab with a service that goes wrong. */
function firstFailing(): Generated | undefined {
  for (let number = 2; number <= 2 * LABS; number += 2)
    if (play(generated(number)).problems.length > 0) return generated(number);
  return undefined;
}

test.each(BUGS)("that %s is found and shown by three machines", (_bug, plantIt, noticedBy) => {
  plantIt();
  const found = firstFailing();
  if (found === undefined) throw new Error(`${LABS} labs do not show it`);
  const small = shrunk(found, play(found));
  const { problems, text } = play(small, { tellsStories: true });
  const message = `${described(small)}\n${text}\n${replayLine(small)}`;
  expect(machineCount(small), message).toBeLessThanOrEqual(MACHINES);
  expect(readLab(described(small), "small.lab.yml").hosts).toHaveProperty("dir");
  const [, pasted = ""] = /--lab '(.*)'$/.exec(replayLine(small)) ?? [];
  expect(play(JSON.parse(pasted) as Generated).problems).toEqual(problems);
  expect(
    problems.map(({ name }) => name),
    message,
  ).toContain(noticedBy);
});

test("without a bug nothing is found", () => {
  for (let number = 2; number <= 20; number += 2)
    expect(play(generated(number)).problems).toEqual([]);
});
