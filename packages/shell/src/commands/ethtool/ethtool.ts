/**
 * `ethtool` 6.1 as far as labs use it: `-K`, `-k`, `-i`, `-S` and the settings of a device. The devices of lvsim never
 * merge segments and leave no checksum to anybody, so every offload is off and stays off: switching one off succeeds,
 * switching one on is refused as for a driver that cannot. Words as ethtool prints them for a veth.
 */
import {
  type Command,
  result,
  type SimpleContext,
  type SimpleResult,
  simpleCommand,
} from "../../command.ts";
import { CommandFailure, orFailure } from "../../options/failure.ts";

const VERSION = "ethtool version 6.1\n";

/** Features by their long names, with the short ones that `-K` takes. */
const FEATURES: readonly (readonly [long: string, ...short: string[]])[] = [
  ["rx-checksumming", "rx"],
  ["tx-checksumming", "tx"],
  ["scatter-gather", "sg"],
  ["tcp-segmentation-offload", "tso"],
  ["generic-segmentation-offload", "gso"],
  ["generic-receive-offload", "gro"],
  ["large-receive-offload", "lro"],
  ["rx-vlan-offload", "rxvlan"],
  ["tx-vlan-offload", "txvlan"],
  ["ntuple-filters", "ntuple"],
  ["receive-hashing", "rxhash"],
];

const NO_DEVICE = "No such device";
const netlinkNoDevice =
  "netlink error: no device matches name (offset 24)\nnetlink error: No such device\n";
const usage = (): CommandFailure =>
  new CommandFailure(
    1,
    "ethtool: bad command line argument(s)\nFor more information run ethtool -h\n",
  );

function run({ argv, namespace }: SimpleContext): SimpleResult {
  const [, first, second, ...rest] = argv;
  if (first === undefined) throw usage();
  if (first === "--version") return result({ stdout: VERSION });
  if (!first.startsWith("-")) return settings(first, namespace.deviceNamed(first));
  if (second === undefined) throw usage();
  const device = namespace.deviceNamed(second);
  switch (first) {
    case "-i":
    case "--driver":
      if (device === undefined)
        throw new CommandFailure(71, `Cannot get driver information: ${NO_DEVICE}\n`);
      if (device.loopback)
        throw new CommandFailure(71, "Cannot get driver information: Operation not supported\n");
      return result({ stdout: DRIVER });
    case "-k":
    case "--show-features":
    case "--show-offload":
      if (device === undefined) throw new CommandFailure(1, netlinkNoDevice);
      return result({ stdout: featuresText(second) });
    case "-K":
    case "--features":
    case "--offload":
      if (device === undefined) throw new CommandFailure(92, netlinkNoDevice);
      return change(rest);
    case "-S":
    case "--statistics":
      if (device === undefined)
        throw new CommandFailure(96, `Cannot get stats strings information: ${NO_DEVICE}\n`);
      throw new CommandFailure(94, "no stats available\n");
    default:
      throw usage();
  }
}

const DRIVER =
  "driver: veth\nversion: 1.0\nfirmware-version: \nexpansion-rom-version: \nbus-info: \n" +
  "supports-statistics: yes\nsupports-test: no\nsupports-eeprom-access: no\n" +
  "supports-register-dump: no\nsupports-priv-flags: no\n";

const featuresText = (device: string): string =>
  `Features for ${device}:\n${FEATURES.map(([name]) => `${name}: off [fixed]\n`).join("")}`;

/** Pairs of a feature and `on` or `off`. */
function change(words: readonly string[]): SimpleResult {
  const refused: string[] = [];
  if (words.length === 0) throw new CommandFailure(1, "Could not change any device features\n");
  for (let i = 0; i < words.length; i += 2) {
    const word = words[i] as string;
    const wanted = words[i + 1];
    if (wanted !== "on" && wanted !== "off")
      throw new CommandFailure(
        1,
        `ethtool (-K): flag '${wanted ?? "(null)"}' for parameter '(null)' is not followed by 'on' or 'off'\n`,
      );
    const feature = FEATURES.find((names) => names.includes(word));
    if (feature === undefined)
      throw new CommandFailure(
        92,
        "netlink error: bit name not found (offset 56)\nnetlink error: Operation not supported\n",
      );
    if (wanted === "on") refused.push(`${feature[0]}: off [requested on]\n`);
  }
  if (refused.length === 0) return result({});
  return result({
    status: 1,
    stdout: `Actual changes:\n${refused.join("")}`,
    stderr: "Could not change any device features\n",
  });
}

function settings(
  name: string,
  device: { readonly carrier: boolean; readonly up: boolean } | undefined,
): SimpleResult {
  if (device === undefined)
    return result({ status: 75, stdout: "No data available\n", stderr: netlinkNoDevice.repeat(5) });
  const lines = [
    ...["Supported ports: [  ]", "Supported link modes:   Not reported"],
    ...[
      "Supported pause frame use: No",
      "Supports auto-negotiation: No",
      "Supported FEC modes: Not reported",
    ],
    ...["Advertised link modes:  Not reported", "Advertised pause frame use: No"],
    ...[
      "Advertised auto-negotiation: No",
      "Advertised FEC modes: Not reported",
      "Speed: 10000Mb/s",
    ],
    ...[
      "Duplex: Full",
      "Auto-negotiation: off",
      "Port: Twisted Pair",
      "PHYAD: 0",
      "Transceiver: internal",
    ],
    ...["MDI-X: Unknown", `Link detected: ${device.up && device.carrier ? "yes" : "no"}`],
  ];
  return result({
    stdout: `Settings for ${name}:\n${lines.map((line) => `\t${line}\n`).join("")}`,
  });
}

const ethtool: Command = simpleCommand(
  "/usr/sbin/ethtool",
  (context) => orFailure(() => run(context)),
  {
    aliases: ["/sbin/ethtool", "/usr/bin/ethtool"],
  },
);

export const ETHTOOL_COMMANDS: readonly Command[] = [ethtool];
