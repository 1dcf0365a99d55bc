/** Two directors that know each other only by the octets which their daemons send. */
import { describe, expect, test } from "vitest";
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import type { SyncDaemonConfig } from "../config.ts";
import {
  Director,
  realServer as server,
  serverAddress,
  service,
  VIP,
} from "../director.fixture.ts";
import { SyncEntry, SyncFlag } from "./entry.ts";
import { SyncMessage } from "./message.ts";

const daemon = (role: SyncDaemonConfig["role"], syncId = 0): SyncDaemonConfig => ({
  role,
  interface: "eth0",
  syncId,
  maxLength: 0,
  group: 0 as Ipv4Address,
  port: 8848,
  ttl: 1,
});

function director(role: SyncDaemonConfig["role"] | null, syncId = 0, persistent = 0): Director {
  const made = new Director();
  made.serve(service({ persistenceTimeout: persistent }), server(1), server(2));
  if (role !== null) made.command({ kind: "start-daemon", daemon: daemon(role, syncId) });
  return made;
}

/** A connection with so many packets of the client. */
function converse(on: Director, port: number, packets: number): void {
  on.fromClient(port, "S");
  on.fromServer(1, port, "SA");
  on.fromServer(2, port, "SA");
  for (let i = 1; i < packets; i++) on.fromClient(port, "A");
}

/** Hands everything that the master has sent to the backup. */
function deliver(from: Director, to: Director): void {
  for (const message of from.sockets.sent.splice(0)) to.sockets.receive(message);
}

const table = (of: Director): string[] =>
  of.ipvs
    .connections()
    .map((each) => `${each.clientPort} ${each.state} ${each.serverAddress - serverAddress(0)}`)
    .sort();

test("a backup learns the connections that had three packets, and their servers count them", () => {
  const [master, backup] = [director("master"), director("backup")];
  converse(master, 1001, 3);
  converse(master, 1002, 2);
  converse(master, 1003, 4);
  expect(master.sockets.sent).toEqual([]);
  master.sleep(4);
  expect(master.sockets.sent).toHaveLength(1);
  deliver(master, backup);
  const told = table(master).filter((line) => !line.startsWith("1002"));
  expect(table(backup)).toEqual(told);
  expect(told).toHaveLength(2);
  expect(backup.ipvs.connections().every(({ synced }) => synced)).toBe(true);
  expect(backup.counts()).not.toBe("1:0/0 2:0/0");
  const before = backup.takeChosen();
  backup.fromClient(1001, "A");
  expect(before).toBeUndefined();
  expect(backup.takeChosen()).toBe(Number(told[0]?.split(" ")[2]));
  // its end is told as well
  master.fromClient(1001, "R");
  master.sleep(4);
  deliver(master, backup);
  expect(table(backup)).toContain(`1001 CLOSE ${told[0]?.split(" ")[2]}`);
});

test("a synchronised connection lives its timeout from the last message on", () => {
  const [master, backup] = [director("master"), director("backup")];
  converse(master, 1001, 3);
  master.sleep(4);
  deliver(master, backup);
  expect(backup.states()).toEqual(["ESTABLISHED 900"]);
  backup.sleep(880);
  expect(backup.ipvs.connections()).toHaveLength(1);
  backup.sleep(60);
  expect(backup.counts()).toBe("1:0/0 2:0/0");
  expect(backup.ipvs.connections()).toEqual([]);
});

test.each([
  [0, 1, 1],
  [1, 1, 1],
  [1, 2, 0],
  [0, 0, 1],
])(
  "a backup with syncid %i takes of a master with %i so many connections: %i",
  (own, sent, count) => {
    const [master, backup] = [director("master", sent), director("backup", own)];
    converse(master, 1001, 3);
    master.sleep(4);
    deliver(master, backup);
    expect(backup.ipvs.connections()).toHaveLength(count);
    expect(backup.ipvs.syncCounters.refused.get("other-sync-id") ?? 0).toBe(1 - count);
  },
);

test.each([0, 1])(
  "version %i carries templates, and the client stays with its server",
  (version) => {
    const [master, backup] = [director("master", 0, 300), director("backup", 0, 300)];
    master.setSysctls({ sync_version: version });
    converse(master, 1001, 3);
    master.sleep(4);
    deliver(master, backup);
    expect(
      backup.ipvs
        .connections()
        .map(({ template }) => template)
        .sort(),
    ).toEqual([false, true]);
    master.takeChosen();
    master.fromClient(1002, "S");
    backup.fromClient(1002, "S");
    expect(backup.takeChosen()).toBe(master.takeChosen());
  },
);

test("a full message goes out 20 ms later, and what waits when the daemon stops is lost", () => {
  const master = director("master");
  for (let port = 1001; port <= 1041; port++) converse(master, port, 3);
  master.sleep(0.03);
  expect(master.sockets.sent.map(({ length }) => length)).toEqual([8 + 40 * 36]);
  master.command({ kind: "stop-daemon", role: "master" });
  master.sleep(4);
  expect(master.sockets.sent).toHaveLength(1);
});

test("a queue of vs.sync_qlen_max messages takes no more", () => {
  const master = director("master");
  master.setSysctls({ sync_qlen_max: 1 });
  for (let port = 1001; port <= 1121; port++) converse(master, port, 3);
  master.sleep(4);
  expect(master.sockets.sent).toHaveLength(2);
  expect(master.ipvs.syncCounters.lost).toBe(2);
});

describe("an entry", () => {
  const message = (values: Partial<SyncEntry>): Uint8Array => {
    const made = new SyncMessage(1, 0, 100);
    const common = { protocol: 6, state: 1, clientPort: 7, virtualPort: 80, serverPort: 80 };
    const addresses = { clientAddress: 9 as Ipv4Address, virtualAddress: VIP };
    const rest = { serverAddress: serverAddress(1), timeoutSeconds: 100 };
    made.add(Object.assign(new SyncEntry(), { ...common, ...addresses, ...rest, ...values }));
    return made.octets();
  };

  test.each([
    ["of another protocol", { protocol: 33 }, 0],
    ["in a state that TCP has not", { state: 11 }, 0],
    ["in a state that UDP has not", { protocol: 17, state: 1 }, 0],
    ["of a server that is not here", { serverAddress: serverAddress(9) }, 1],
    ["of a service that is not here", { virtualPort: 81 }, 1],
  ])("%s: %#", (_what, values, count) => {
    const backup = director("backup");
    backup.sockets.receive(message(values));
    expect(backup.ipvs.connections()).toHaveLength(count);
    expect(backup.counts()).toBe("1:0/0 2:0/0");
  });

  test("with another server takes the place of the old one if it is active, and else is ignored", () => {
    const backup = director("backup");
    const other = { serverAddress: serverAddress(2) };
    backup.sockets.receive(message({}));
    backup.sockets.receive(message({ ...other, flags: SyncFlag.inactive, state: 5 }));
    expect(table(backup)).toEqual(["7 ESTABLISHED 1"]);
    backup.sockets.receive(message(other));
    backup.sleep(1);
    expect(table(backup)).toEqual(["7 ESTABLISHED 2"]);
    expect(backup.counts()).toBe("1:0/0 2:1/0");
  });

  test("whose server is added later is bound to it by the next message", () => {
    const backup = director("backup");
    const late = { serverAddress: serverAddress(3) };
    backup.sockets.receive(message(late));
    const { identity } = service();
    backup.command({ kind: "add-server", identity, server: server(3) });
    expect(backup.counts()).toBe("1:0/0 2:0/0 3:0/0");
    backup.sockets.receive(message(late));
    expect(backup.counts()).toBe("1:0/0 2:0/0 3:1/0");
  });
});

test("with backup_only a backup leaves requests alone, without a daemon it does not", () => {
  const [backup, alone] = [director("backup"), director(null)];
  for (const each of [backup, alone]) {
    each.setSysctls({ backup_only: 1 });
    each.fromClient(1001, "S");
  }
  expect(backup.takeChosen()).toBeUndefined();
  expect(alone.takeChosen()).toBeDefined();
});
