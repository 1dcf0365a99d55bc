/** What Tab offers: commands, files, machines, addresses, and the words of ip, ipvsadm and their like. */
import type { LabMachine } from "../lab/machine.ts";
import { COLON_HELP } from "./words.ts";

export interface Completion {
  /** Characters before the cursor that an offer replaces. */
  readonly replaces: number;
  /** Sorted; what ends a word has a blank behind it. */
  readonly offers: readonly string[];
}

const BUILTINS =
  "alias bg break cd command continue declare dirs disown echo eval exec exit export false fg getopts hash help history jobs kill let local logout mapfile popd printf pushd pwd read readonly return set shift shopt source test time times trap true type ulimit umask unalias unset wait for while until if case select function".split(
    " ",
  );

const IP_OBJECTS = "address link neighbour netns route rule tunnel maddress monitor".split(" ");
const IP_WORDS: Readonly<Record<string, string>> = {
  a: "add change del flush replace show dev label scope broadcast",
  l: "add delete set show dev up down name type master nomaster mtu address arp on off netns veth bridge dummy ipip gre vlan macvlan",
  n: "add change del flush replace show dev lladdr nud permanent reachable stale",
  netns: "add delete exec identify list pids",
  r: "add append change del flush get replace show default dev via src scope metric table from to onlink",
  ru: "add del show from to fwmark lookup priority table iif oif",
  t: "add change del show mode ipip gre local remote ttl dev",
};

const WORDS: Readonly<Record<string, string>> = {
  ipvsadm:
    "-A -E -D -C -R -S -a -e -d -L -l -Z -t -u -f -s -p -M -r -g -i -m -w -x -y -n -c --set --start-daemon --stop-daemon --stats --rate --timeout --daemon --sort --exact --connection --thresholds --persistent-conn --mcast-interface --syncid --tcp-service --udp-service --fwmark-service --scheduler --persistent --real-server --gatewaying --ipip --masquerading --weight --u-threshold --l-threshold --numeric",
  iptables:
    "-t -A -D -I -R -L -S -F -Z -N -X -P -p -s -d -i -o -j -m -n -v filter nat mangle raw PREROUTING INPUT FORWARD OUTPUT POSTROUTING ACCEPT DROP REJECT MASQUERADE SNAT DNAT MARK REDIRECT --dport --sport --to-source --to-destination --to-ports --set-mark --line-numbers --ctstate",
  systemctl:
    "start stop restart reload status enable disable is-active is-enabled list-units nginx iptables firewalld keepalived httpd",
  service: "nginx iptables network keepalived httpd start stop restart status save",
  curl: "-s -S -v -I -o -m -H -d --connect-timeout --local-port --interface http://",
  sysctl:
    "-a -n -w -p net.ipv4.ip_forward net.ipv4.conf.all.arp_ignore net.ipv4.conf.all.arp_announce net.ipv4.conf.all.rp_filter net.ipv4.vs.",
};
const SCHEDULERS = "rr wrr lc wlc lblc lblcr sh dh sed nq fo ovf mh twos".split(" ");
const TAKES_HOST = new Set(["ssh", "ping", "arping", "traceroute", "tracepath", "nc", "telnet"]);

export interface CompletionPlace {
  readonly machine: LabMachine;
  readonly machines: readonly string[];
  /** Addresses that the lab speaks of. */
  readonly addresses: readonly string[];
  readonly cwd: string;
}

/** Offers for the word that ends at the cursor. */
export function completionFor(before: string, place: CompletionPlace): Completion {
  const command = before.slice(commandStart(before)).trimStart();
  const words = command.split(/\s+/);
  const word = words.at(-1) ?? "";
  const all = words.length === 1 ? firstWords(word, place) : laterWords(words, word, place);
  const offers = [...new Set(all)].filter((offer) => offer.startsWith(word)).sort();
  return { replaces: word.length, offers };
}

/** Where the command that the cursor is in begins: behind a separator. */
function commandStart(before: string): number {
  const separator = /(?:[;|&(]|\$\()(?![^"']*["'][^"']*$)/g;
  let start = 0;
  for (const match of before.matchAll(separator)) start = match.index + match[0].length;
  return start;
}

function firstWords(word: string, place: CompletionPlace): string[] {
  if (word.startsWith(":")) {
    const own = COLON_HELP.map(({ usage }) => `${usage.split(" ")[0]} `);
    return [...own, ":play ", ":restore ", ":help ", ...place.machines.map((name) => `:${name} `)];
  }
  if (word.includes("/")) return paths(word, place);
  const { shell } = place.machine;
  const programs = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin"].flatMap(
    (folder) => shell.namesIn(folder).filter((name) => !name.endsWith("/")),
  );
  return [...programs, ...BUILTINS].map((name) => `${name} `);
}

function laterWords(words: readonly string[], word: string, place: CompletionPlace): string[] {
  const [typed = "", object = ""] = words;
  const name = typed.slice(typed.lastIndexOf("/") + 1);
  const previous = words.at(-2) ?? "";
  if (typed === ":machine") return place.machines.map((machine) => `${machine} `);
  if (typed.startsWith(":")) return [];
  if (word.includes("/") || /^[<>]/.test(previous)) return paths(word, place);
  const devices = ["dev", "-i", "-o", "-I", "ifup", "ifdown", "ifconfig", "link"].includes(previous)
    ? place.machine.namespace.devices().map((device) => `${device.name} `)
    : [];
  if (previous === "-s" && name === "ipvsadm")
    return SCHEDULERS.map((scheduler) => `${scheduler} `);
  const hosts = TAKES_HOST.has(name) ? [...place.machines, ...place.addresses] : [];
  const addresses = ["-t", "-u", "-r", "via", "-s", "-d", "curl", "to"].includes(previous)
    ? place.addresses
    : [];
  const offers = [...hosts.map((host) => `${host} `), ...addresses, ...devices];
  if (name === "ip") return [...offers, ...ipWords(words, object)];
  const known = WORDS[name];
  if (known === undefined) return [...offers, ...paths(word, place)];
  return [...offers, ...known.split(" ").map((one) => (/[./]$/.test(one) ? one : `${one} `))];
}

function ipWords(words: readonly string[], object: string): string[] {
  const plain = words.slice(1).filter((word) => !word.startsWith("-"));
  if (plain.length <= 1) return IP_OBJECTS.map((one) => `${one} `);
  const chosen = object.startsWith("-") ? (plain[0] ?? "") : object;
  const key = Object.keys(IP_WORDS)
    .sort((a, b) => b.length - a.length)
    .find((one) => chosen.startsWith(one));
  return (IP_WORDS[key ?? ""] ?? "").split(" ").map((one) => `${one} `);
}

/** Files by the path that is being typed; folders end in a slash. */
function paths(word: string, { machine, cwd }: CompletionPlace): string[] {
  const typed = word.replace(/^[<>"']+/, "");
  const lead = word.slice(0, word.length - typed.length);
  const slash = typed.lastIndexOf("/") + 1;
  const folder = typed.slice(0, slash);
  const expanded = folder.startsWith("~/") ? `/root/${folder.slice(2)}` : folder;
  const at = expanded.startsWith("/") ? expanded : `${cwd}/${expanded}`;
  const isHidden = typed.slice(slash).startsWith(".");
  return machine.shell
    .namesIn(at)
    .filter((name) => isHidden || !name.startsWith("."))
    .map((name) => `${lead}${folder}${name}${name.endsWith("/") ? "" : " "}`);
}

/** What all offers have in common. */
export function commonStart(offers: readonly string[]): string {
  let common = offers[0] ?? "";
  for (const offer of offers) while (!offer.startsWith(common)) common = common.slice(0, -1);
  return common;
}

/** More than these are not shown. */
const SHOWN_MAX = 200;

/** Offers beside and below each other, as many as fit. */
export function inColumns(offers: readonly string[], columns: number): string[] {
  const words = offers.slice(0, SHOWN_MAX).map((offer) => offer.trimEnd());
  const width = Math.max(...words.map((word) => word.length)) + 2;
  const perRow = Math.max(Math.floor(columns / width), 1);
  const rows: string[] = [];
  for (let i = 0; i < words.length; i += perRow) {
    const row = words.slice(i, i + perRow).map((word) => word.padEnd(width));
    rows.push(row.join("").trimEnd());
  }
  return rows;
}
