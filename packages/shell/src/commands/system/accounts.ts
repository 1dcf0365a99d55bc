/** who, w, users, last, hostnamectl, sudo: root is the only one here, and sits at the first pseudo-terminal since the machine began. */

import { START } from "@lvsim/core";
import type { Command } from "../../command.ts";
import { flag, valued } from "../../options/getopt.ts";
import { momentOf } from "../../time/moment.ts";
import { strftime } from "../../time/strftime.ts";
import { become } from "../base/environment.ts";
import { chomp } from "../base/input.ts";
import { uptimeLine } from "../base/load.ts";
import { type Job, plainTool, tool, wordTool } from "../base/tool.ts";

const BOOT = momentOf(START);

const who = plainTool(
  "/usr/bin/who",
  {
    options: [
      flag("b", "boot", "b"),
      flag("H", "heading", "H"),
      flag("q", "count", "q"),
      flag("m", "", "m"),
      flag("a", "all", "a"),
      flag("u", "users", "u"),
    ],
  },
  ({ given }) => {
    if (given.has("b")) return `         system boot  ${strftime("%Y-%m-%d %H:%M", BOOT)}\n`;
    if (given.has("q")) return "root\n# users=1\n";
    return `${given.has("H") ? "NAME     LINE         TIME             COMMENT\n" : ""}root     pts/0        ${strftime("%Y-%m-%d %H:%M", BOOT)}\n`;
  },
);

const w = plainTool(
  "/usr/bin/w",
  {
    options: [
      flag("h", "no-header", "h"),
      flag("s", "short", "s"),
      flag("i", "ip-addr", "i"),
      flag("f", "from", "f"),
    ],
    version: "procps-ng) 4.0.2",
  },
  ({ context, given }) => {
    const head = `${uptimeLine(context.machine.now)}USER     TTY      FROM             LOGIN@   IDLE   JCPU   PCPU WHAT\n`;
    return `${given.has("h") ? "" : head}root     pts/0    -                ${strftime("%H:%M", BOOT)}    0.00s  0.00s  0.00s w\n`;
  },
);

const users = plainTool("/usr/bin/users", {}, () => "root\n");
const groups = plainTool("/usr/bin/groups", {}, ({ operands }) =>
  operands.length === 0 ? "root\n" : operands.map((name) => `${name} : root\n`).join(""),
);

const last = plainTool(
  "/usr/bin/last",
  { options: [valued("n", "limit", "n"), flag("a", "hostlast", "a")] },
  () => {
    const date = strftime("%a %b %e %H:%M", BOOT);
    return `root     pts/0                         ${date}   still logged in\n\nwtmp begins ${strftime("%a %b %e %H:%M:%S %Y", BOOT)}\n`;
  },
);

function setName(job: Job, name: string): void {
  const { machine } = job.context;
  if (!/^[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?$/.test(name))
    throw job.failBare(`Could not set static hostname: Invalid static hostname '${name}'`);
  machine.hostname = name;
  machine.files.writeText("/etc/hostname", `${name}\n`);
}

const hostnamectl = tool(
  "/usr/bin/hostnamectl",
  {
    options: [
      flag("", "static", "static"),
      flag("", "transient", "transient"),
      flag("", "pretty", "pretty"),
    ],
  },
  function* (job) {
    const { context, given, operands } = job;
    const { machine } = context;
    const [verb, name] = operands;
    const asks = (verb === "hostname" || verb === "set-hostname") && name === undefined;
    if (asks && verb === "set-hostname") throw job.failBare("Too few arguments.");
    if ((verb === "set-hostname" || verb === "hostname") && name !== undefined) setName(job, name);
    else if (asks || given.has("static") || given.has("transient"))
      yield* context.out(`${machine.hostname}\n`);
    else if (verb === undefined || verb === "status") {
      const rows = [
        ["Static hostname", chomp(machine.files.readText("/etc/hostname") ?? machine.hostname)],
        ["Icon name", "computer-vm"],
        ["Chassis", "vm"],
        ["Virtualization", "kvm"],
        ["Operating System", machine.system.distribution.prettyName],
        ["Kernel", `Linux ${machine.release}`],
        ["Architecture", "x86-64"],
      ];
      yield* context.out(
        rows.map(([title = "", value]) => `${title.padStart(16)}: ${value}\n`).join(""),
      );
    } else throw job.failBare(`Unknown command verb ${verb}.`);
    return 0;
  },
);

/** Root may do everything already: the command runs as it stands. */
const sudo = wordTool("/usr/bin/sudo", function* (job) {
  const words = [...job.context.argv.slice(1)];
  const environment = new Map(job.context.env);
  while (words[0] !== undefined && (words[0].startsWith("-") || /^[A-Za-z_]\w*=/.test(words[0]))) {
    const word = words.shift() as string;
    const at = word.indexOf("=");
    if (!word.startsWith("-")) environment.set(word.slice(0, at), word.slice(at + 1));
    else if (/^-[ugCpT]$/.test(word)) words.shift();
    else if (word === "-i" || word === "-s") {
      if (words.length === 0) words.push("/bin/bash");
    }
  }
  if (words.length === 0)
    throw job.failBare("usage: sudo [-u user] [VAR=value] [command [arg ...]]");
  job.context.process.environment = environment;
  const [command = ""] = words;
  return yield* become(job, words, () => `${command}: command not found`);
});

export const ACCOUNT_COMMANDS: readonly Command[] = [
  groups,
  hostnamectl,
  last,
  sudo,
  users,
  w,
  who,
];
