import { expect, test } from "vitest";
import { ToolsNetwork } from "../../recorded/tools-network.ts";

const step = (command: string) => ({
  machine: "c",
  background: false,
  command,
  stdout: "",
  stderr: "",
  status: 0,
});

/** As iproute2 6.1 answered, but for IpOutTransmits of newer kernels and the octets of IpExt. */
test("nstat tells what was counted since it was asked last", () => {
  const commands = [
    "ping -c 1 10.1.0.2",
    "ping -c 1 -t 1 10.1.0.2",
    "nstat",
    "nstat",
    "nstat -a 'IcmpIn*'",
  ];
  const played = new ToolsNetwork().play({ name: "", steps: commands.map(step) });
  const lines = (names: readonly (readonly [string, number])[]): string =>
    `#kernel\n${names.map(([name, value]) => `${name.padEnd(32)}${String(value).padEnd(16)}   0.0\n`).join("")}`;
  expect(played.slice(2).map(({ stdout }) => stdout)).toEqual([
    lines([
      ["IpInReceives", 2],
      ["IpInDelivers", 2],
      ["IpOutRequests", 2],
      ["IcmpInMsgs", 2],
      ["IcmpInTimeExcds", 1],
      ["IcmpInEchoReps", 1],
      ["IcmpOutMsgs", 2],
      ["IcmpOutEchos", 2],
      ["IcmpMsgInType0", 1],
      ["IcmpMsgInType11", 1],
      ["IcmpMsgOutType8", 2],
    ]),
    "#kernel\n",
    lines([
      ["IcmpInMsgs", 2],
      ["IcmpInTimeExcds", 1],
      ["IcmpInEchoReps", 1],
    ]),
  ]);
});

test("/proc/net/snmp has a line of names and a line of numbers for each group", () => {
  const [file] = new ToolsNetwork().play({ name: "", steps: [step("cat /proc/net/snmp")] });
  const lines = file?.stdout.trimEnd().split("\n") ?? [];
  expect(lines.map((line) => line.split(":")[0])).toEqual([
    "Ip",
    "Ip",
    "Icmp",
    "Icmp",
    "Tcp",
    "Tcp",
    "Udp",
    "Udp",
  ]);
  for (let i = 0; i < lines.length; i += 2)
    expect(lines[i + 1]?.split(" ").length).toBe(lines[i]?.split(" ").length);
});
