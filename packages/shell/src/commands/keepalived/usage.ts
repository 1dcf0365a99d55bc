/** `keepalived --help`: the options that lvsim reads, in the program's layout. */
import type { Release } from "./daemon/release.ts";

const LINES: readonly (readonly [string, string])[] = [
  ["-f, --use-file=FILE", "Use the specified configuration file"],
  ["-P, --vrrp", "Only run with VRRP subsystem"],
  ["-C, --check", "Only run with Health-checker subsystem"],
  ["-l, --log-console", "Log messages to local console"],
  ["-D, --log-detail", "Detailed log messages"],
  ["-S, --log-facility=([0-7]|local[0-7]|user|daemon)", "Set syslog facility"],
  ["-V, --dont-release-vrrp", "Don't remove VRRP VIPs and VROUTEs on daemon stop"],
  ["-I, --dont-release-ipvs", "Don't remove IPVS topology on daemon stop"],
  ["-n, --dont-fork", "Don't fork the daemon process"],
  ["-d, --dump-conf", "Dump the configuration data"],
  ["-p, --pid=FILE", "Use specified pidfile for parent process"],
  ["-i, --config-id=ID", "Skip any configuration lines beginning '@' that don't match ID"],
  ["-v, --version", "Display the version number"],
  ["-h, --help", "Display this help message"],
];
const TEST = [
  "-t, --config-test[=LOG_FILE]",
  "Check the configuration for obvious errors, output to stderr by default",
] as const;

export function usageText({ old }: Release): string {
  const lines = old ? LINES : [...LINES.slice(0, -2), TEST, ...LINES.slice(-2)];
  return `Usage: keepalived [OPTION...]\n${lines.map(([option, text]) => `  ${option.padEnd(28)} ${text}\n`).join("")}`;
}
