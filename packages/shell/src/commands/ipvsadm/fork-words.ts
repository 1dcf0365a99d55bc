/** The words of the fork's ipvsadm: what it has beside mainline's, what it lacks, and how it combines them. */
import type { PoptOption } from "../../options/popt.ts";
import type { CommandTag, OptionTag, Rules } from "./tags.ts";

export const FORK_COMMANDS: readonly PoptOption<CommandTag>[] = [
  { short: "P", long: "add-laddr", value: "none", tag: "add-laddr" },
  { short: "Q", long: "del-laddr", value: "none", tag: "del-laddr" },
  { short: "G", long: "get-laddr", value: "none", tag: "get-laddr" },
];

export const FORK_OPTIONS: readonly PoptOption<OptionTag>[] = [
  { short: "b", long: "fullnat", value: "none", tag: "full-nat" },
  { short: "z", long: "laddr", value: "required", tag: "local-address" },
  { short: "", long: "local-address", value: "required", tag: "local-address" },
  { short: "j", long: "synproxy", value: "required", tag: "synproxy" },
  { short: "V", long: "", value: "required", tag: "est-timeout" },
];

/** What came into mainline after the fork left it, and `-b`, which means another thing. */
export const NOT_IN_FORK: readonly OptionTag[] = [
  "sctp-service",
  "sched-flags",
  "mcast-group",
  "mcast-port",
  "mcast-ttl",
  "sync-maxlen",
  "tun-info",
  "tun-type",
  "tun-port",
  "tun-nocsum",
  "tun-csum",
  "tun-remcsum",
];

const SERVICE: Rules = {
  needs: ["service-address"],
  takes: ["scheduler", "persistent", "netmask", "ops", "synproxy", "est-timeout"],
};

/** Where it differs from mainline. */
export const FORK_RULES: Partial<Record<CommandTag, Rules>> = {
  "add-service": SERVICE,
  "edit-service": SERVICE,
  "add-laddr": { needs: ["service-address", "local-address"] },
  "del-laddr": { needs: ["service-address", "local-address"] },
  "get-laddr": { takes: ["service-address"] },
};

/** The text of `--help` as it differs from mainline's. */
export const FORK_HELP = {
  /** Lines that begin so are not there. */
  without: [
    "  ipvsadm -A|E",
    "  --sctp-service",
    "  --tun-",
    "                                      the default tunnel type",
    "  --sched-flags",
    "  --sync-maxlen",
    "  --mcast-group",
    "  --mcast-port",
    "  --mcast-ttl",
  ],
  /** What stands after a line that begins so. */
  added: [
    [
      "Usage:",
      [
        "  ipvsadm -A|E virtual-service [-s scheduler] [-j enable|disable] [-V timeout] [-p [timeout]] [-M netmask]",
        "  ipvsadm -P|Q virtual-service -z local-address",
        "  ipvsadm -G [virtual-service]",
      ],
    ],
    [
      "  --delete-server ",
      [
        "  --add-laddr       -P        add local address",
        "  --del-laddr       -Q        delete local address",
        "  --get-laddr       -G        list local addresses",
      ],
    ],
    ["  --masquerading", ["  --fullnat      -b                   fullnat mode"]],
    [
      "  --netmask",
      [
        "  --laddr        -z local-address     local address of a fullnat service",
        "  --synproxy     -j enable|disable    SYN proxy",
        "                 -V timeout           timeout of established connections",
      ],
    ],
  ] as readonly (readonly [string, readonly string[]])[],
};
