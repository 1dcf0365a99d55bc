/**
 * `nstat` of iproute2 6.1: what was counted since it was asked last, which it remembers in /tmp/.nstat.u0. Left out: rates,
 * the daemon (-d, -t), JSON, and counters that core does not keep (IpExt's octets and ECN).
 */
import {
  type Command,
  result,
  type SimpleContext,
  type SimpleResult,
  simpleCommand,
} from "../../command.ts";
import { CommandFailure, orFailure } from "../../options/failure.ts";
import { flag, Getopt, valued } from "../../options/getopt.ts";
import { netstatGroups, snmpGroups } from "../../proc-net/snmp.ts";
import { compileGlob, matchesGlob } from "../../text/glob.ts";

const HISTORY = "/tmp/.nstat.u0";
const USAGE =
  "Usage: nstat [OPTION] [ PATTERN [ PATTERN ] ]\n" +
  "   -h, --help           this message\n" +
  "   -a, --ignore         ignore history\n" +
  "   -d, --scan=SECS      sample every statistics every SECS\n" +
  "   -j, --json           format output in JSON\n" +
  "   -n, --nooutput       do history only\n" +
  "   -p, --pretty         pretty print\n" +
  "   -r, --reset          reset history\n" +
  "   -s, --noupdate       don't update history\n" +
  "   -t, --interval=SECS  report average over the last SECS\n" +
  "   -V, --version        output version information\n" +
  "   -z, --zeros          show entries with zero activity\n";

const OPTIONS = [
  flag("h", "help", "help"),
  flag("?", "", "help"),
  flag("a", "ignore", "ignore"),
  valued("d", "scan", "daemon"),
  flag("j", "json", "json"),
  flag("n", "nooutput", "silent"),
  flag("p", "pretty", "pretty"),
  flag("r", "reset", "reset"),
  flag("s", "noupdate", "keep"),
  valued("t", "interval", "daemon"),
  flag("V", "version", "version"),
  flag("z", "zeros", "zeros"),
];

/** Not counters: they say how things are. */
const SETTINGS: readonly string[] = [
  ...["IpForwarding", "IpDefaultTTL", "TcpRtoAlgorithm", "TcpRtoMin", "TcpRtoMax", "TcpMaxConn"],
  "TcpCurrEstab",
];

function run({ argv, machine, namespace }: SimpleContext): SimpleResult {
  const given = new Set<string>();
  const getopt = new Getopt(OPTIONS, ["nstat", ...argv.slice(1)]);
  for (let item = getopt.next(); item.kind !== "end"; item = getopt.next()) {
    if (item.kind === "error") throw new CommandFailure(255, `${item.message}\n${USAGE}`);
    if (item.tag === "daemon" || item.tag === "json")
      throw new CommandFailure(1, `nstat: ${item.typed} is left out of lvsim\n`);
    given.add(item.tag);
  }
  if (given.has("help")) return result({ status: 255, stderr: USAGE });
  if (given.has("version")) return result({ stdout: "nstat utility, iproute2-6.1.0\n" });
  const { files } = machine;
  const patterns = getopt.operands.map((pattern) => compileGlob(pattern));
  const before =
    given.has("ignore") || given.has("reset")
      ? new Map<string, number>()
      : history(files.readText(HISTORY) ?? "");
  let stdout = "#kernel\n";
  let kept = "#kernel\n";
  for (const { counters, name: group } of [...snmpGroups(namespace), ...netstatGroups(namespace)])
    for (const [counter, value] of counters) {
      const name = `${group}${counter}`;
      if (SETTINGS.includes(name)) continue;
      kept += `${name} ${value}\n`;
      const grown = value - (before.get(name) ?? 0);
      if (grown === 0 && !given.has("zeros")) continue;
      if (patterns.length > 0 && !patterns.some((glob) => matchesGlob(name, glob))) continue;
      stdout += `${name.padEnd(32)}${String(grown).padEnd(16)}   0.0\n`;
    }
  if (!given.has("keep") && !given.has("ignore")) files.writeText(HISTORY, kept, 0o600);
  return result({ stdout: given.has("silent") ? "" : stdout });
}

/** Values by name, as they were written. */
function history(text: string): Map<string, number> {
  const values = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [name, value] = line.split(" ");
    if (name !== undefined && value !== undefined) values.set(name, Number(value));
  }
  return values;
}

const nstat: Command = simpleCommand("/usr/bin/nstat", (context) => orFailure(() => run(context)), {
  aliases: ["/bin/nstat", "/usr/sbin/nstat"],
});

export const NSTAT_COMMANDS: readonly Command[] = [nstat];
