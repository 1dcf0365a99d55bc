/** Packets in parts on their way through a director: IPVS puts them together, looks at them, and they are cut again. */
import { FragmentField } from "@lvsim/core";
import { expect, test } from "vitest";
import { CLIENT, DirectorLab, serverAddress, VIP } from "./director-lab.ts";

const big = { payload: new Uint8Array(3000), payloadLength: 3000 };
const SERVICE = ["ipvsadm -A -u 10.0.0.100:80 -s rr", "ipvsadm -a -u 10.0.0.100:80 -r 10.1.0.1 -m"];
const answer = {
  source: serverAddress(1),
  sourcePort: 80,
  destination: CLIENT,
  destinationPort: 4000,
  ...big,
};

test("a large answer through masquerading is translated in all its parts", () => {
  const lab = new DirectorLab(...SERVICE);
  lab.client(4000, "udp");
  const told = lab.sendParts("eth1", answer, "udp", 1480);
  expect(told).toBe("; ; client udp, client part, client part");
  const seen = lab.all("eth0");
  expect(seen.map(({ source }) => source)).toEqual([VIP, VIP, VIP]);
  expect(seen[0]?.sourcePort).toBe(80);
  expect(seen.map(({ length, fragment }) => [length, fragment & FragmentField.offsetMask])).toEqual(
    [
      [1500, 0],
      [1500, 185],
      [68, 370],
    ],
  );
});

test.each([
  ["udp", "; ; client udp, client part, client part"],
  ["echo", "; ; client icmp 8/0, client part, client part"],
])(
  "what has nothing to do with a service passes as %s after its last part, and not before",
  (what, told) => {
    const lab = new DirectorLab(...SERVICE);
    const stranger = {
      ...answer,
      sourcePort: what === "udp" ? 99 : 0,
      destinationPort: what === "udp" ? 99 : 0,
    };
    expect(lab.sendParts("eth1", stranger, what, 1480)).toBe(told);
    expect(lab.all("eth0").map(({ source }) => source)).toEqual(
      new Array(3).fill(serverAddress(1)),
    );
  },
);

test.each([
  [1, "rs1 icmp 11/1"],
  // of a packet whose first part is missing nobody is told
  [0, ""],
])("when part %i never comes the server hears %j after 30 s", (lost, said) => {
  const lab = new DirectorLab(...SERVICE);
  lab.sendParts("eth1", answer, "udp", 1480, lost);
  expect(lab.waitFor(32)).toBe(said);
  expect(lab.drops("ip-fragment")).toEqual(["ip-fragment-timeout", "ip-fragment-timeout"]);
});

test("without a service every part passes on its own", () => {
  const lab = new DirectorLab();
  expect(lab.sendParts("eth1", answer, "udp", 1480)).toBe("client part; client part; client udp");
});

test("a large request is put together before it is scheduled", () => {
  const lab = new DirectorLab(...SERVICE);
  const told = lab.sendParts(
    "eth0",
    { source: CLIENT, sourcePort: 4000, destination: VIP, destinationPort: 80, ...big },
    "udp",
    1480,
  );
  expect(told).toBe("; ; rs1 udp, rs1 part, rs1 part");
  expect(lab.states()).toEqual(["UDP 299"]);
});
