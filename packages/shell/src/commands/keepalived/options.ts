/**
 * keepalived's command line (main.c's getopt table), of version 2.2.7 and 1.3.5. Read and without effect: what is about
 * core dumps, SNMP, facilities, BFD and namespaces.
 */
import { flag, Getopt, type GetoptOption, valued } from "../../options/getopt.ts";

export interface KeepalivedOptions {
  /** -f. */
  file: string;
  /** -l: messages go to the terminal too. */
  console: boolean;
  /** -D. */
  detail: boolean;
  /** -n. */
  foreground: boolean;
  /** -d: the configuration goes to the log. */
  dump: boolean;
  /** -P, -C: only VRRP, only checkers. */
  only: "vrrp" | "check" | null;
  /** -t; "" writes to standard error. */
  test: string | null;
  /** -V: addresses stay when the daemon ends. */
  keepsAddresses: boolean;
  /** -I: services stay. */
  keepsServices: boolean;
  configId: string;
  pidFile: string;
  /** 1.3.5. */
  readonly old: boolean;
}

export type Asked = KeepalivedOptions | "version" | "help" | { readonly complaint: string };

const BOTH: readonly GetoptOption<string>[] = [
  valued("f", "use-file", "f"),
  flag("P", "vrrp", "P"),
  flag("C", "check", "C"),
  flag("l", "log-console", "l"),
  flag("D", "log-detail", "D"),
  valued("S", "log-facility", "S"),
  flag("X", "release-vips", "X"),
  flag("V", "dont-release-vrrp", "V"),
  flag("I", "dont-release-ipvs", "I"),
  flag("R", "dont-respawn", "R"),
  flag("n", "dont-fork", "n"),
  flag("d", "dump-conf", "d"),
  valued("p", "pid", "p"),
  valued("r", "vrrp_pid", "r"),
  valued("c", "checkers_pid", "c"),
  flag("a", "address-monitoring", "a"),
  valued("s", "namespace", "s"),
  flag("m", "core-dump", "m"),
  valued("M", "core-dump-pattern", "M"),
  valued("i", "config-id", "i"),
  valued("", "signum", "signum"),
  flag("v", "version", "v"),
  flag("h", "help", "h"),
  flag("x", "snmp", "x"),
];

const NEW_ONLY: readonly GetoptOption<string>[] = [
  { short: "t", long: "config-test", value: "optional", tag: "t" },
  flag("", "all", "all"),
  flag("B", "no_bfd", "B"),
  valued("b", "bfd_pid", "b"),
  valued("g", "log-file", "g"),
  flag("", "flush-log-file", "flush"),
  flag("G", "no-syslog", "G"),
  valued("u", "umask", "u"),
];

export function readOptions(argv: readonly string[], old: boolean): Asked {
  const options = defaults(old);
  const getopt = new Getopt(old ? BOTH : [...BOTH, ...NEW_ONLY], ["keepalived", ...argv.slice(1)]);
  for (let item = getopt.next(); item.kind !== "end"; item = getopt.next()) {
    if (item.kind === "error") return { complaint: item.message };
    if (item.tag === "v") return "version";
    if (item.tag === "h") return "help";
    take(options, item.tag, item.value);
  }
  const [stray] = getopt.operands;
  return stray === undefined
    ? options
    : { complaint: `Unexpected argument(s): ${getopt.operands.join(" ")}` };
}

const defaults = (old: boolean): KeepalivedOptions => ({
  file: "/etc/keepalived/keepalived.conf",
  console: false,
  detail: false,
  foreground: false,
  dump: false,
  only: null,
  test: null,
  keepsAddresses: false,
  keepsServices: false,
  configId: "",
  pidFile: old ? "/var/run/keepalived.pid" : "/run/keepalived.pid",
  old,
});

function take(options: KeepalivedOptions, tag: string, value: string | null): void {
  switch (tag) {
    case "f":
      options.file = value ?? "";
      break;
    case "P":
      options.only = options.only === "check" ? null : "vrrp";
      break;
    case "C":
      options.only = options.only === "vrrp" ? null : "check";
      break;
    case "l":
      options.console = true;
      break;
    case "D":
      options.detail = true;
      break;
    case "n":
      options.foreground = true;
      break;
    case "d":
      options.dump = true;
      break;
    case "t":
      options.test = value ?? "";
      break;
    case "V":
      options.keepsAddresses = true;
      break;
    case "I":
      options.keepsServices = true;
      break;
    case "i":
      options.configId = value ?? "";
      break;
    case "p":
      options.pidFile = value ?? options.pidFile;
  }
}
