import { expect, test } from "vitest";
import { testNetwork } from "../network-fixture.ts";
import { ETHTOOL_COMMANDS } from "./ethtool.ts";

/** As ethtool 6.1 answered for a veth. */
test.each([
  ["ethtool -K eth0 tx off", 0, "", ""],
  ["ethtool -K eth0 lro off gro off", 0, "", ""],
  [
    "ethtool -K eth0 nosuch off",
    92,
    "",
    "netlink error: bit name not found (offset 56)\nnetlink error: Operation not supported\n",
  ],
  [
    "ethtool -K eth0 tx foo",
    1,
    "",
    "ethtool (-K): flag 'foo' for parameter '(null)' is not followed by 'on' or 'off'\n",
  ],
  [
    "ethtool -K nosuch tx off",
    92,
    "",
    "netlink error: no device matches name (offset 24)\nnetlink error: No such device\n",
  ],
  ["ethtool -i nosuch", 71, "", "Cannot get driver information: No such device\n"],
  [
    "ethtool",
    1,
    "",
    "ethtool: bad command line argument(s)\nFor more information run ethtool -h\n",
  ],
])("%s", (line, status, stdout, stderr) => {
  const [host] = testNetwork(1, ETHTOOL_COMMANDS).hosts;
  expect(host?.run(line)).toEqual({ status, stdout, stderr });
});

test("settings and features are told", () => {
  const [host] = testNetwork(1, ETHTOOL_COMMANDS).hosts;
  expect(host?.run("ethtool eth0").stdout).toContain("\tLink detected: yes\n");
  expect(host?.run("ethtool -k eth0").stdout).toContain("large-receive-offload: off [fixed]\n");
});
