/** Who and what: hostname, uname, id, whoami, tty, nproc, uptime. Everybody is root on a one-user machine. */
import { formatIpv4Address, type NamespaceConfig, START } from "@lvsim/core";
import { flag, valued } from "../../options/getopt.ts";
import { FileError, fileErrorText } from "../../process/errno.ts";
import { momentOf } from "../../time/moment.ts";
import { strftime } from "../../time/strftime.ts";
import { chomp } from "./input.ts";
import { prettyUptime, uptimeLine } from "./load.ts";
import { type Job, plainTool, statusOnly, tool } from "./tool.ts";

const HOSTNAME_USAGE =
  "Usage: hostname [-b] {hostname|-F file}         set host name (from file)\n";

export const hostname = tool(
  "/usr/bin/hostname",
  {
    options: [
      flag("a", "alias", "a"),
      flag("A", "all-fqdns", "A"),
      flag("b", "boot", "b"),
      flag("d", "domain", "d"),
      flag("f", "fqdn", "f"),
      flag("f", "long", "f"),
      valued("F", "file", "F"),
      flag("i", "ip-address", "i"),
      flag("I", "all-ip-addresses", "I"),
      flag("s", "short", "s"),
      flag("y", "yp", "y"),
    ],
    usageStatus: 255,
  },
  function* (job) {
    const { context, given, operands } = job;
    const { machine } = context;
    if (operands.length > 1) {
      yield* context.err(HOSTNAME_USAGE);
      return 255;
    }
    const file = given.value("F");
    const text = file === undefined ? operands[0] : machine.files.readText(file);
    if (file !== undefined && text === undefined)
      throw job.fail(`can't open '${file}': ${fileErrorText(FileError.ENOENT)}`);
    if (text !== undefined) {
      const name = chomp(text);
      if (!/^[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?$/.test(name))
        throw job.fail("the specified hostname is invalid");
      machine.hostname = name;
      return 0;
    }
    yield* context.out(`${shownName(job)}\n`);
    return 0;
  },
);

function shownName({ context, given }: Job): string {
  const { hostname: name } = context.machine;
  const dot = name.indexOf(".");
  if (given.has("s")) return dot < 0 ? name : name.slice(0, dot);
  if (given.has("d")) return dot < 0 ? "" : name.slice(dot + 1);
  return given.has("I") || given.has("i") ? addresses(context.namespace.config) : name;
}

/** Addresses of all devices but the loopback's, as `hostname -I` shows them. */
const addresses = ({ devices }: NamespaceConfig): string =>
  devices
    .filter(({ kind, up }) => kind !== "loopback" && up)
    .flatMap((device) => device.addresses.map(({ local }) => `${formatIpv4Address(local)} `))
    .join("");

/** What uname shows, in its order. */
const UNAME = ["s", "n", "r", "v", "m", "p", "i", "o"];

export const uname = plainTool(
  "/usr/bin/uname",
  {
    options: [
      flag("a", "all", "a"),
      flag("s", "kernel-name", "s"),
      flag("n", "nodename", "n"),
      flag("r", "kernel-release", "r"),
      flag("v", "kernel-version", "v"),
      flag("m", "machine", "m"),
      flag("p", "processor", "p"),
      flag("i", "hardware-platform", "i"),
      flag("o", "operating-system", "o"),
    ],
  },
  (job) => {
    job.noOperand(0);
    const { given, context } = job;
    const { machine } = context;
    // CentOS's own build knows processor and platform; Debian's says that it does not
    const known = machine.system.distribution.id === "centos";
    const values: Readonly<Record<string, string>> = {
      s: "Linux",
      n: machine.hostname,
      r: machine.release,
      v: `#1 SMP PREEMPT_DYNAMIC Debian ${machine.release}`,
      m: "x86_64",
      p: known ? "x86_64" : "unknown",
      i: known ? "x86_64" : "unknown",
      o: "GNU/Linux",
    };
    const asked = UNAME.filter((tag) => given.has(tag));
    const all = UNAME.filter((tag) => values[tag] !== "unknown");
    const shown = given.has("a") ? all : asked.length > 0 ? asked : ["s"];
    return `${shown.map((tag) => values[tag]).join(" ")}\n`;
  },
);

export const id = plainTool(
  "/usr/bin/id",
  {
    options: [
      flag("u", "user", "u"),
      flag("g", "group", "g"),
      flag("G", "groups", "G"),
      flag("n", "name", "n"),
      flag("r", "real", "r"),
      flag("Z", "context", "Z"),
    ],
  },
  (job) => {
    const { given, operands, quote } = job;
    const [user] = operands;
    if (user !== undefined && user !== "root" && user !== "0")
      throw job.fail(`${quote.word(user)}: no such user`);
    if (given.has("u") || given.has("g") || given.has("G"))
      return given.has("n") ? "root\n" : "0\n";
    return "uid=0(root) gid=0(root) groups=0(root)\n";
  },
);

export const whoami = plainTool("/usr/bin/whoami", {}, (job) => {
  job.noOperand(0);
  return "root\n";
});

export const tty = tool("/usr/bin/tty", { options: [flag("s", "quiet", "s")] }, function* (job) {
  const isTerminal = job.context.stdin?.isTerminal === true;
  if (!job.given.has("s")) yield* job.context.out(isTerminal ? "/dev/pts/0\n" : "not a tty\n");
  return isTerminal ? 0 : 1;
});

export const nproc = plainTool(
  "/usr/bin/nproc",
  { options: [flag("", "all", "all")] },
  () => "1\n",
);

export const uptime = plainTool(
  "/usr/bin/uptime",
  { options: [flag("p", "pretty", "p"), flag("s", "since", "s")], version: "procps-ng) 4.0.2" },
  ({ context, given }) => {
    const { now } = context.machine;
    if (given.has("s")) return `${strftime("%Y-%m-%d %H:%M:%S", momentOf(START))}\n`;
    return given.has("p") ? prettyUptime(now) : uptimeLine(now);
  },
);

export const trueCommand = statusOnly("/usr/bin/true", 0);
export const falseCommand = statusOnly("/usr/bin/false", 1);
