import { seconds } from "@lvsim/core";
import { describe, expect, test } from "vitest";
import { IPROUTE_COMMANDS } from "../ip/ip.ts";
import { type TestHost, type TestNetwork, testNetwork } from "../network-fixture.ts";
import { ARPING_COMMANDS } from "./arping.ts";

interface Pair {
  readonly network: TestNetwork;
  readonly one: TestHost;
  readonly two: TestHost;
}

function pair(): Pair {
  const network = testNetwork(2, [...IPROUTE_COMMANDS, ...ARPING_COMMANDS]);
  const [one, two] = network.hosts as [TestHost, TestHost];
  one.run("ip addr add 10.0.0.1/24 dev eth0");
  two.run("ip addr add 10.0.0.2/24 dev eth0");
  return { network, one, two };
}

describe("arping", () => {
  test("says who answered and how fast, and waits out its interval", () => {
    const { network, one } = pair();
    expect(one.run("arping -c 1 -I eth0 10.0.0.2")).toEqual({
      status: 0,
      stdout:
        "ARPING 10.0.0.2 from 10.0.0.1 eth0\n" +
        "Unicast reply from 10.0.0.2 [02:00:00:00:00:02]  0.500ms\n" +
        "Sent 1 probes (1 broadcast(s))\nReceived 1 response(s)\n",
      stderr: "",
    });
    expect(network.simulation.engine.now).toBe(seconds(1));
    expect(one.namespace.deviceNamed("eth0")?.taps).toBeNull();
  });

  test("asks the host that answered by unicast from then on, unless -b", () => {
    const { one } = pair();
    expect(one.run("arping -c 2 10.0.0.2").stdout).toContain("Sent 2 probes (1 broadcast(s))");
    expect(one.run("arping -b -c 2 10.0.0.2").stdout).toContain("Sent 2 probes (2 broadcast(s))");
  });

  test.each([
    ["arping -c 2 -I eth0 10.0.0.9", 1, 2, 2],
    ["arping -c 2 -w 1 -I eth0 10.0.0.9", 1, 2, 1],
    ["arping -w 2 -I eth0 10.0.0.9", 1, 3, 2],
    ["arping -U -c 2 -I eth0 10.0.0.1", 0, 2, 2],
    ["arping -A -c 1 -I eth0 10.0.0.1", 0, 1, 1],
    ["arping -D -c 2 -I eth0 10.0.0.9", 0, 2, 2],
  ])("%s ends with %i after %i probes and %i s", (line, status, probes, duration) => {
    const { network, one } = pair();
    const answer = one.run(line);
    expect(answer.status).toBe(status);
    expect(answer.stdout).toContain(
      `Sent ${probes} probes (${probes} broadcast(s))\nReceived 0 response(s)\n`,
    );
    expect(network.simulation.engine.now).toBe(seconds(duration));
  });

  test("-D ends at once with 1 when somebody has the address; -f with 0", () => {
    const { network, one } = pair();
    expect(one.run("arping -D -c 2 -I eth0 10.0.0.2")).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("ARPING 10.0.0.2 from 0.0.0.0 eth0\nUnicast reply from"),
    });
    expect(one.run("arping -f -q -I eth0 10.0.0.2")).toEqual({
      status: 0,
      stdout: "",
      stderr: "",
    });
    expect(network.simulation.engine.now).toBe(0);
  });

  test("-U for a VIP makes a neighbour believe it", () => {
    const { one, two } = pair();
    one.run("ip addr add 10.0.0.100/32 dev lo");
    two.run("ip neigh add 10.0.0.100 lladdr 02:00:00:00:00:77 dev eth0 nud stale");
    expect(one.run("arping -U -c 1 -I eth0 -s 10.0.0.100 10.0.0.100").stdout).toBe(
      "ARPING 10.0.0.100 from 10.0.0.100 eth0\n" +
        "Sent 1 probes (1 broadcast(s))\nReceived 0 response(s)\n",
    );
    expect(two.run("ip neigh").stdout).toContain("10.0.0.100 dev eth0 lladdr 02:00:00:00:00:01");
  });

  test.each([
    ["arping -c 1 -I nosuch 10.0.0.5", 2, "", "arping: Device nosuch not available.\n"],
    ["arping -c 1 -I lo 10.0.0.5", 2, 'Interface "lo" is not ARPable\n', ""],
    [
      "arping -U -c 1 -I eth0 -s 10.0.0.9 10.0.0.9",
      2,
      "",
      "arping: bind: Cannot assign requested address\n",
    ],
    ["arping -c x -I eth0 10.0.0.5", 1, "", "arping: invalid argument: 'x'\n"],
    [
      "arping -c 0 -I eth0 10.0.0.5",
      1,
      "",
      "arping: invalid argument: '0': out of range: 1 <= value <= 2147483647\n",
    ],
  ])("%s is refused with status %i", (line, status, stdout, stderr) => {
    expect(pair().one.run(line)).toEqual({ status, stdout, stderr });
  });
});
