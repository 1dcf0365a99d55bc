import { expect, test } from "vitest";
import { Errno } from "../../base/errno.ts";
import type { RealServerConfig } from "./config.ts";
import { address, Director, realServer, serverAddress, service } from "./director.fixture.ts";

const { identity } = service();
const OTHER = { kind: "fwmark", mark: 9 } as const;
const director = (): Director => {
  const made = new Director();
  made.serve(service(), realServer(0));
  return made;
};
const adding = (overrides: Partial<RealServerConfig>) =>
  ({ kind: "add-server", identity, server: realServer(1, overrides) }) as const;
const editing = (overrides: Partial<RealServerConfig>) =>
  ({ kind: "edit-server", identity, server: realServer(0, overrides) }) as const;

test.each([
  ["a service twice", { kind: "add-service", service: service() }, Errno.EEXIST],
  [
    "a scheduler that does not exist",
    { kind: "edit-service", service: service({ scheduler: "best" }) },
    Errno.ENOENT,
  ],
  [
    "an unknown persistence engine",
    { kind: "edit-service", service: service({ persistenceEngine: "x" }) },
    Errno.ENOENT,
  ],
  [
    "an unknown service",
    { kind: "edit-service", service: service({ identity: OTHER, scheduler: "best" }) },
    Errno.ESRCH,
  ],
  ["deleting an unknown service", { kind: "delete-service", identity: OTHER }, Errno.ESRCH],
  ["zeroing an unknown service", { kind: "zero", identity: OTHER }, Errno.ESRCH],
  [
    "a server of an unknown service",
    { kind: "add-server", identity: OTHER, server: realServer(1, { weight: -1 }) },
    Errno.ESRCH,
  ],
  ["a server twice", { kind: "add-server", identity, server: realServer(0) }, Errno.EEXIST],
  ["a negative weight", adding({ weight: -1 }), Errno.ERANGE],
  ["lower above upper", adding({ lowerThreshold: 5, upperThreshold: 4 }), Errno.ERANGE],
  ["a lower threshold alone", editing({ lowerThreshold: 1 }), Errno.ERANGE],
  ["a multicast server", adding({ address: address("224.0.0.5") }), Errno.EINVAL],
  [
    "gue without a port",
    editing({ forwarding: "tunnelling", tunnel: { type: "gue", port: 0, checksum: "none" } }),
    Errno.EINVAL,
  ],
  [
    "editing an unknown server",
    { kind: "edit-server", identity, server: realServer(3) },
    Errno.ENOENT,
  ],
  [
    "deleting an unknown server",
    { kind: "delete-server", identity, address: serverAddress(3), port: 80 },
    Errno.ENOENT,
  ],
] as const)("the kernel refuses %s and changes nothing", (_what, command, errno) => {
  const made = director();
  const before = made.config;
  expect(made.command(command)).toBe(errno);
  expect(made.config).toBe(before);
});

test("--set keeps what is 0", () => {
  const made = director();
  made.command({ kind: "set-timeouts", tcp: 0, tcpFin: 7, udp: 0 });
  expect(made.config.timeouts).toEqual({ tcp: 900, tcpFin: 7, udp: 300 });
});

test("hooks stand while there is a service", () => {
  const made = director();
  const count = (): number =>
    [0, 1, 2, 3, 4].reduce((sum, point) => sum + made.hooks.at(point as 0).length, 0);
  expect(count()).toBe(6);
  made.command({ kind: "flush" });
  expect(count()).toBe(0);
});
