import { expect, test } from "vitest";
import { address, SmallNetwork } from "../../testing/small-network.ts";
import { readSysctl, writeSysctl } from "./access.ts";

const FILE = "net/ipv4/ip_local_reserved_ports";
const ORIGIN = { machine: "a", process: "test", file: "", line: 0 };

test.each([
  ["8080", "8080"],
  ["9000-9010,8080", "8080,9000-9010"],
  ["1-2,3,3-9", "1-9"],
  ["", ""],
  ["9-1", null],
  ["70000", null],
  ["web", null],
])("ip_local_reserved_ports takes %j as %j", (written, shown) => {
  const a = new SmallNetwork().host("a", "lan 10.0.0.1/24");
  const errno = a.change(ORIGIN, (draft) => writeSysctl(draft, FILE, written));
  expect(errno === 0 ? readSysctl(a.config, FILE) : null).toBe(shown);
});

test("a reserved port is given to nobody who asks for any", () => {
  const a = new SmallNetwork().host("a", "lan 10.0.0.1/24");
  for (const [path, value] of [
    ["net/ipv4/ip_local_port_range", "40000 40003"],
    [FILE, "40000-40001,40003"],
  ] as const)
    expect(a.change(ORIGIN, (draft) => writeSysctl(draft, path, value))).toBe(0);
  const socket = a.sockets.udp();
  socket.bind({ address: address("10.0.0.1"), port: 0 });
  expect(socket.local.port).toBe(40_002);
  const another = a.sockets.tcp();
  another.bind({ address: address("10.0.0.1"), port: 0 });
  expect(another.local.port).toBe(40_002);
});
