/** man, whereis, crontab, getconf, lsb_release, arch: what scripts ask a system, in a plausible line each. */
import type { Command } from "../../command.ts";
import { flag, valued } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import { findProgram } from "../base/execute.ts";
import { plainTool, tool } from "../base/tool.ts";

const FOLDERS = ["/usr/bin", "/usr/sbin", "/usr/lib", "/etc", "/usr/local/bin", "/usr/local/sbin"];

const man = tool(
  "/usr/bin/man",
  {
    options: [flag("k", "apropos", "k"), flag("f", "whatis", "f"), valued("P", "pager", "P")],
    usageStatus: 1,
  },
  function* (job) {
    const { context, operands } = job;
    const words = operands.filter((word) => !/^[1-9]$/.test(word));
    const [page] = words;
    if (page === undefined) {
      yield* context.out("What manual page do you want?\nFor example, try 'man man'.\n");
      return 1;
    }
    const known = typeof findProgram(context.machine, context.process, page) !== "number";
    if (known) {
      yield* context.out(
        `${page}: its manual page is not part of this machine; try '${page} --help'.\n`,
      );
      return 0;
    }
    yield* context.err(`No manual entry for ${page}\n`);
    return 16;
  },
);

const whereis = plainTool(
  "/usr/bin/whereis",
  {
    options: [flag("b", "", "b"), flag("m", "", "m"), flag("s", "", "s")],
    version: "util-linux) 2.38.1",
  },
  ({ context, operands, given }) =>
    operands
      .map((name) => {
        const found =
          given.has("m") || given.has("s")
            ? []
            : FOLDERS.map((folder) => `${folder}/${name}`).filter(
                (path) => typeof context.machine.files.resolve(path, "/", false) !== "number",
              );
        return `${[`${name}:`, ...found].join(" ")}\n`;
      })
      .join(""),
);

/** Tables are kept, as crontab(1) does; nothing runs by them. */
const crontab = tool(
  "/usr/bin/crontab",
  {
    options: [
      flag("l", "", "l"),
      flag("e", "", "e"),
      flag("r", "", "r"),
      flag("i", "", "i"),
      valued("u", "", "u"),
    ],
  },
  function* (job) {
    const { context, given, operands } = job;
    const { files } = context.machine;
    const path = "/var/spool/cron/crontabs/root";
    const [source] = operands;
    if (given.has("l") || given.has("r")) {
      const table = files.readText(path);
      if (table === undefined) throw job.failBare("no crontab for root");
      if (given.has("r")) files.unlink(path, "/");
      else yield* context.out(table);
      return 0;
    }
    if (given.has("e"))
      throw job.failBare(
        "crontab: no cron runs on this machine; tables can be listed and replaced only",
      );
    const text =
      source === undefined || source === "-"
        ? yield* context.readAll()
        : context.machine.files.open(context.process, source, { read: true, write: false });
    if (typeof text === "number") throw job.failBare(`${source}: ${fileErrorText(text)}`);
    if (typeof text === "string") files.writeText(path, text, 0o600);
    else {
      files.writeText(path, String(text.read(1 << 20) ?? ""), 0o600);
      text.release();
    }
    return 0;
  },
);

const arch = plainTool("/usr/bin/arch", {}, () => "x86_64\n");

const lsbRelease = plainTool(
  "/usr/bin/lsb_release",
  {
    options: [
      flag("a", "all", "a"),
      flag("i", "id", "i"),
      flag("r", "release", "r"),
      flag("c", "codename", "c"),
      flag("d", "description", "d"),
      flag("s", "short", "s"),
    ],
  },
  ({ context, given }) => {
    const { id, prettyName, version } = context.machine.system.distribution;
    const rows: readonly (readonly [string, string, string])[] = [
      ["i", "Distributor ID", id.charAt(0).toUpperCase() + id.slice(1)],
      ["d", "Description", prettyName],
      ["r", "Release", version],
      ["c", "Codename", id === "debian" ? "bookworm" : "Core"],
    ];
    const shown = rows.filter(([letter]) => given.has(letter) || given.has("a"));
    return shown
      .map(([, title, value]) => (given.has("s") ? `${value}\n` : `${title}:\t${value}\n`))
      .join("");
  },
);

export const INFORMATION_COMMANDS: readonly Command[] = [arch, crontab, lsbRelease, man, whereis];
