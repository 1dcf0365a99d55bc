/** What a lab needs of the machine on which its script runs: programs with their packages, and parts of the kernel. */
import type { LabDefinition, SegmentSpec } from "../lab-file/schema.ts";
import { command, quoted } from "./shell-words.ts";

/** Programs that every script uses, and the Debian package of each. */
const ALWAYS: readonly (readonly [program: string, name: string])[] = [
  ["ip", "iproute2"],
  ["tcpdump", "tcpdump"],
  ["unshare", "util-linux"],
  ["nsenter", "util-linux"],
  ["chroot", "coreutils"],
  ["sysctl", "procps"],
];

/** Words in commands that tell of a program. */
const BY_WORD: readonly (readonly [word: RegExp, program: string, name: string])[] = [
  [/\bipvsadm\b/, "ipvsadm", "ipvsadm"],
  [/\biptables\b/, "iptables", "iptables"],
  [/\bipset\b/, "ipset", "ipset"],
  [/\bcurl\b/, "curl", "curl"],
  [/\bnginx\b/, "nginx", "nginx-light"],
  [/\b(?:ifconfig|route (?:add|del|-n))\b/, "ifconfig", "net-tools"],
  [/\bnc\b/, "nc", "netcat-openbsd"],
  [/\bsocat\b/, "socat", "socat"],
  [/\bping\b/, "ping", "iputils-ping"],
  [/\barping\b/, "arping", "iputils-arping"],
  [/\bconntrack\b/, "conntrack", "conntrack"],
  [/\bbrctl\b/, "brctl", "bridge-utils"],
  [/\bpkill\b/, "pkill", "procps"],
];

interface KernelNeed {
  readonly what: string;
  readonly module: string;
  /** Ends well where the kernel has it. */
  readonly trial: string;
}

const CABLES: readonly KernelNeed[] = [
  {
    what: "cables (veth) and switches (bridge) of the kernel",
    module: "veth",
    trial:
      "ip link add lvsim0 type veth peer name lvsim1 && ip link add lvsim2 type bridge forward_delay 0",
  },
  {
    what: "overlay file systems of the kernel",
    module: "overlay",
    trial:
      "mount -t tmpfs t /mnt && mkdir /mnt/u /mnt/w /mnt/r && mount -t overlay o -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w /mnt/r",
  },
];

const KERNEL_BY_WORD: readonly (KernelNeed & { readonly word: RegExp })[] = [
  {
    word: /\bipvsadm\b/,
    what: "IPVS of the kernel (module ip_vs)",
    module: "ip_vs",
    trial: "ipvsadm -Ln",
  },
  {
    word: /\biptables\b/,
    what: "iptables with its nat and mangle tables",
    module: "ip_tables",
    trial: "iptables -t nat -S && iptables -t mangle -S",
  },
  {
    word: /\btunl0\b|\bmode ipip\b|\btype ipip\b|\bmodprobe ipip\b/,
    what: "IPIP tunnels of the kernel (module ipip)",
    module: "ipip",
    trial: "ip tunnel add lvsim0 mode ipip local 127.0.0.1 remote 127.0.0.2",
  },
  {
    word: /\bgre\d|\bmode gre\b|\btype gre\b/,
    what: "GRE tunnels of the kernel (module ip_gre)",
    module: "ip_gre",
    trial: "ip tunnel add lvsim0 mode gre local 127.0.0.1 remote 127.0.0.2",
  },
  {
    word: /\btype dummy\b/,
    what: "dummy devices of the kernel (module dummy)",
    module: "dummy",
    trial: "ip link add lvsim0 type dummy",
  },
];

const NETEM: KernelNeed = {
  what: "delays and losses of the kernel (module sch_netem)",
  module: "sch_netem",
  trial:
    "ip link add lvsim0 type veth peer name lvsim1 && tc qdisc add dev lvsim0 root netem delay 1ms",
};

/** The cable of a lab file that says nothing of it: what a cable between namespaces is anyway. */
const PLAIN_DELAY_NS = 50_000;

/** netem's words for a segment; none for a plain one. Each cable has them at both ends. */
export function netemWords(spec: SegmentSpec): string[] {
  const { delay, rate, loss, duplication, reordering } = spec;
  const words: string[] = [];
  const percent = (part: number): string => `${+(100 * part).toFixed(4)}%`;
  // what reorders lets some frames go without delay
  if (delay !== PLAIN_DELAY_NS || reordering > 0) words.push("delay", `${delay / 1000}us`);
  if (loss > 0) words.push("loss", percent(loss));
  if (duplication > 0) words.push("duplicate", percent(duplication));
  if (reordering > 0) words.push("reorder", percent(reordering));
  if (rate !== undefined) words.push("rate", `${rate}bit`);
  return words.length === 0 ? [] : [...words, "limit", "100000"];
}

/** Everything that is typed in a lab, as one text. */
const allCommands = ({ hosts, traffic, faults, validate }: LabDefinition): string =>
  [
    ...Object.values(hosts).map(({ start }) => start),
    ...Object.values(hosts).flatMap(({ files }) => Object.values(files).map((one) => one.content)),
    ...traffic.map(({ run }) => run),
    ...faults.map(({ run }) => run),
    ...validate.map(({ exec }) => exec ?? ""),
  ].join("\n");

export function needLines(lab: LabDefinition): string[] {
  const text = allCommands(lab);
  const tools = [...ALWAYS, ...BY_WORD.filter(([word]) => word.test(text)).map(toolOf)];
  const netem = Object.values(lab.segments).some((spec) => netemWords(spec).length > 0);
  const kernel = [
    ...CABLES,
    ...KERNEL_BY_WORD.filter(({ word }) => word.test(text)),
    ...(netem ? [NETEM] : []),
  ];
  return [
    ...tools.map(([program, name]) => command("need_tool", program, name)),
    ...kernel.flatMap(({ what, module, trial }) => [
      command("load", module),
      `need_kernel ${quoted(what)} ${quoted(trial)}`,
    ]),
  ];
}

const toolOf = ([, program, name]: (typeof BY_WORD)[number]): readonly [string, string] => [
  program,
  name,
];
