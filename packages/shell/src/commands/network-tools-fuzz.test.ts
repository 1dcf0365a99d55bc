/** Random words as arguments of the network tools: they say something and end, whatever the words. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import type { Command } from "../command.ts";
import { runCommand } from "../testing/run-command.ts";
import { ARPING_COMMANDS } from "./arping/arping.ts";
import { ETHTOOL_COMMANDS } from "./ethtool/ethtool.ts";
import { IPROUTE_COMMANDS } from "./ip/ip.ts";
import { NC_COMMANDS } from "./nc/nc.ts";
import { type TestHost, testNetwork } from "./network-fixture.ts";
import { NSTAT_COMMANDS } from "./nstat/nstat.ts";
import { PING_20160308_COMMANDS, PING_COMMANDS } from "./ping/ping.ts";
import { SS_COMMANDS } from "./ss/ss.ts";
import { TCPDUMP_COMMANDS } from "./tcpdump/tcpdump.ts";
import { TRACEPATH_COMMANDS } from "./tracepath/tracepath.ts";
import { TRACEROUTE_COMMANDS } from "./traceroute/traceroute.ts";

const TOOLS: readonly Command[] = [
  ...PING_COMMANDS,
  ...PING_20160308_COMMANDS,
  ...ARPING_COMMANDS,
  ...TCPDUMP_COMMANDS,
  ...TRACEROUTE_COMMANDS,
  ...TRACEPATH_COMMANDS,
  ...SS_COMMANDS,
  ...NC_COMMANDS,
  ...NSTAT_COMMANDS,
  ...ETHTOOL_COMMANDS,
];

const WORDS = (
  "10.0.0.1 10.0.0.9 0 -1 eth0 lo any x -h -V 127.0.0.1 255.255.255.255 224.0.0.1 host port 80 tcp and or not ( ) tcp[13] " +
  "& != = > 64 -- = -r /dev/null -w -F -i -c 1 2 3 -n -v -q -s 100 -t -W -p ff -I -M do -m -l"
).split(" ");

const word = fc.oneof(
  fc.constantFrom(...WORDS),
  fc.string({ maxLength: 6 }),
  fc
    .constantFrom(..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#?")
    .map((letter) => `-${letter}`),
);

describe("network tools", () => {
  test.prop([fc.nat(TOOLS.length - 1), fc.array(word, { maxLength: 7 })], { numRuns: 600 })(
    "end whatever their arguments are, or go on until they are interrupted",
    (which, words) => {
      const tool = TOOLS[which] as Command;
      const [host] = testNetwork(1, IPROUTE_COMMANDS).hosts;
      host?.run("ip addr add 10.0.0.1/24 dev eth0");
      const name = tool.path.slice(tool.path.lastIndexOf("/") + 1);
      const answer = runCommand((host as TestHost).kernel, tool, [name, ...words], "", 3);
      expect(answer.status).toBeGreaterThanOrEqual(-1);
    },
  );
});
