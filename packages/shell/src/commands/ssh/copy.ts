/** scp, ssh-copy-id and ssh-keygen: files over a session's command; keys that look like keys and open nothing. */
import type { Command, CommandContext } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import { flag, valued } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import { basename } from "../../vfs/path.ts";
import { slurp } from "../base/input.ts";
import { runCaptured } from "../base/run-captured.ts";
import { type Job, type Run, tool, wordTool } from "../base/tool.ts";
import { encoded } from "../text/base64.ts";
import { type Destination, readDestination, readScpOptions, type ScpOptions } from "./options.ts";
import { openSession, type RemoteResult, runRemote } from "./session.ts";

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

interface Place extends Destination {
  readonly path: string;
}

/** `host:path`; null for a file here. */
function remotePlace(word: string): Place | null {
  const at = word.indexOf(":");
  const slash = word.indexOf("/");
  if (at < 1 || (slash >= 0 && slash < at)) return null;
  return { ...readDestination(word.slice(0, at)), path: word.slice(at + 1) || "." };
}

function* remote(
  context: CommandContext,
  place: Destination,
  { port, settings }: Pick<ScpOptions, "port" | "settings">,
  command: string,
  input: string,
): Run<RemoteResult> {
  const wire = yield* openSession(context, {
    ...place,
    port,
    command: [],
    noInput: false,
    quiet: true,
    terminal: false,
    connectTimeout: Number(settings.get("connecttimeout") ?? 0) || 0,
    settings,
  });
  try {
    return yield* runRemote(context, wire, command, input);
  } finally {
    wire.close();
  }
}

const scp: Command = wordTool("/usr/bin/scp", function* (job) {
  const options = readScpOptions(job.context.argv);
  const target = options.words[options.words.length - 1] as string;
  const destination = remotePlace(target);
  for (const source of options.words.slice(0, -1)) {
    const from = remotePlace(source);
    try {
      if (from === null && destination === null) yield* local(job, options, source, target);
      else if (destination !== null) yield* upload(job, options, from, source, destination);
      else yield* download(job, options, from as Place, target);
    } catch (thrown) {
      if (!(thrown instanceof CommandFailure) || thrown.status !== 255) throw thrown;
      throw new CommandFailure(255, `${thrown.stderr}scp: Connection closed\r\n`);
    }
  }
  return job.status;
});

function* local(job: Job, { recursive }: ScpOptions, source: string, target: string): Run<void> {
  const copied = yield* runCaptured(job.context, [
    "/usr/bin/cp",
    ...(recursive ? ["-r"] : []),
    source,
    target,
  ]);
  if (copied.status === 0) return;
  yield* job.context.err(copied.stderr);
  job.status = 1;
}

/** What puts standard input to a path over there: into it, or into the directory that it is. */
const putCommand = (path: string, name: string): string => {
  const shown = quoted(path);
  return `if [ -d ${shown} ]; then cat > ${shown}/${quoted(name)}; else cat > ${shown}; fi`;
};

function* upload(
  job: Job,
  options: ScpOptions,
  from: Place | null,
  source: string,
  to: Place,
): Run<void> {
  const { context } = job;
  const node =
    from === null
      ? context.machine.files.resolve(source, context.cwd, true, context.process)
      : null;
  const isFolder = node !== null && typeof node !== "number" && node.kind === "directory";
  if (isFolder && !options.recursive)
    return yield* job.complain(`local "${source}" is not a regular file`);
  if (isFolder) {
    const archive = yield* runCaptured(context, [
      "/usr/bin/tar",
      "cf",
      "-",
      "-C",
      `${source}/..`,
      basename(source),
    ]);
    const path = quoted(to.path);
    const { status } = yield* remote(
      context,
      to,
      options,
      `if [ -d ${path} ]; then tar xf - -C ${path}; else mkdir ${path} && tar xf - -C ${path} --strip-components=1; fi`,
      archive.stdout,
    );
    if (status !== 0) job.status = 1;
    return;
  }
  const text =
    from === null
      ? yield* slurp(context, source)
      : (yield* remote(context, from, options, `cat ${quoted(from.path)}`, "")).stdout;
  if (typeof text === "number")
    return yield* job.complain(`stat local "${source}": ${fileErrorText(text)}`);
  const { status } = yield* remote(
    context,
    to,
    options,
    putCommand(to.path, basename(from?.path ?? source)),
    text,
  );
  if (status !== 0) job.status = 1;
}

function* download(job: Job, options: ScpOptions, from: Place, target: string): Run<void> {
  const { context } = job;
  const isFolder = (path: string): boolean => {
    const node = context.machine.files.resolve(path, context.cwd, true, context.process);
    return typeof node !== "number" && node.kind === "directory";
  };
  if (options.recursive) {
    const { status, stdout } = yield* remote(
      context,
      from,
      options,
      `tar cf - -C ${quoted(from.path)}/.. $(basename ${quoted(from.path)})`,
      "",
    );
    const strip = isFolder(target) ? [] : ["--strip-components=1"];
    if (strip.length > 0) yield* runCaptured(context, ["/usr/bin/mkdir", target]);
    if (status === 0)
      yield* runCaptured(context, ["/usr/bin/tar", "xf", "-", "-C", target, ...strip], stdout);
    else job.status = 1;
    return;
  }
  const { status, stdout } = yield* remote(
    context,
    from,
    options,
    `if [ -d ${quoted(from.path)} ]; then exit 21; elif [ ! -e ${quoted(from.path)} ]; then exit 2; fi; cat ${quoted(from.path)}`,
    "",
  );
  if (status !== 0)
    return yield* job.complain(
      status === 21
        ? `download ${from.path}: not a regular file`
        : `${from.path}: No such file or directory`,
    );
  const path = isFolder(target) ? `${target}/${basename(from.path)}` : target;
  const file = context.machine.files.open(context.process, path, {
    read: false,
    write: true,
    create: true,
    truncate: true,
  });
  if (typeof file === "number")
    return yield* job.complain(`open local "${path}": ${fileErrorText(file)}`);
  file.write(stdout);
  file.release();
}

/** Octets by chance from the machine's own stream, as text. */
const chance = ({ machine }: CommandContext, count: number): string =>
  encoded(Uint8Array.from({ length: count }, () => machine.rng.below(256))).replace(/=+$/, "");

const keygen = tool(
  "/usr/bin/ssh-keygen",
  {
    options: [
      valued("t", "", "t"),
      valued("b", "", "b"),
      valued("N", "", "N"),
      valued("f", "", "f"),
      valued("C", "", "C"),
      valued("R", "", "R"),
      valued("P", "", "N"),
      flag("q", "", "q"),
      flag("A", "", "A"),
      flag("l", "", "l"),
      flag("y", "", "y"),
    ],
  },
  function* (job) {
    const { context, given } = job;
    const { files } = context.machine;
    const known = "/root/.ssh/known_hosts";
    const host = given.value("R");
    if (host !== undefined) {
      const lines = (files.readText(known) ?? "").split("\n");
      if (!lines.some((line) => line.startsWith(`${host} `)))
        throw job.failBare(`Host ${host} not found in ${known}`);
      files.writeText(
        known,
        lines.filter((line) => !line.startsWith(`${host} `)).join("\n"),
        0o600,
      );
      yield* context.out(
        `# Host ${host} found: line 1\n${known} updated.\nOriginal contents retained as ${known}.old\n`,
      );
      return 0;
    }
    if (given.has("A")) return 0;
    const type = given.value("t") ?? "rsa";
    const kinds: Readonly<Record<string, readonly [string, string, number]>> = {
      rsa: ["ssh-rsa", "RSA 3072", 396],
      ed25519: ["ssh-ed25519", "ED25519 256", 32],
      ecdsa: ["ecdsa-sha2-nistp256", "ECDSA 256", 84],
    };
    const kind = kinds[type];
    if (kind === undefined) throw job.failBare(`unknown key type ${type}`, 255);
    const path = given.value("f") ?? `/root/.ssh/id_${type}`;
    const whole = path.startsWith("/") ? path : `${context.cwd}/${path}`;
    if (!given.has("q")) yield* context.out(`Generating public/private ${type} key pair.\n`);
    if (files.readText(whole) !== undefined) {
      yield* context.out(`${path} already exists.\nOverwrite (y/n)? `);
      if (!/^y/i.test(yield* context.read())) return 1;
    }
    const comment = given.value("C") ?? `root@${context.machine.hostname}`;
    files.writeText(
      whole,
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${chance(context, 48)}\n-----END OPENSSH PRIVATE KEY-----\n`,
      0o600,
    );
    files.writeText(`${whole}.pub`, `${kind[0]} AAAA${chance(context, kind[2])} ${comment}\n`);
    if (given.has("q")) return 0;
    yield* context.out(
      `Your identification has been saved in ${path}\nYour public key has been saved in ${path}.pub\nThe key fingerprint is:\nSHA256:${chance(context, 32)} ${comment}\nThe key's randomart image is:\n${picture(context, kind[1])}`,
    );
    return 0;
  },
);

const WIDTH = 17;
const HEIGHT = 9;

/** The drunken bishop's picture of a key, of chance. */
function picture({ machine }: CommandContext, title: string): string {
  const cells = Array.from({ length: HEIGHT }, () =>
    Array.from(
      { length: WIDTH },
      () => " .o+=*BOX@%&#/^"[Math.max(0, machine.rng.below(12) - 5)] ?? " ",
    ).join(""),
  );
  const framed = (text: string): string => {
    const before = Math.floor((WIDTH - text.length) / 2);
    return `+${"-".repeat(before)}${text}${"-".repeat(WIDTH - text.length - before)}+\n`;
  };
  return `${framed(`[${title}]`)}${cells.map((row) => `|${row}|\n`).join("")}${framed("[SHA256]")}`;
}

const copyId: Command = wordTool("/usr/bin/ssh-copy-id", function* (job) {
  const { context } = job;
  const words = context.argv.slice(1);
  const valued = new Set(["-i", "-p", "-o"]);
  const [target] = words.filter(
    (word, i) => !word.startsWith("-") && !valued.has(words[i - 1] ?? ""),
  );
  if (target === undefined)
    throw job.failBare(
      "Usage: /usr/bin/ssh-copy-id [-h|-?|-f|-n|-s] [-i [identity_file]] [-p port] [-F alternative ssh_config file] [[-o <ssh -o options>] ...] [user@]hostname",
    );
  const { files } = context.machine;
  const named = words.includes("-i")
    ? `${(words[words.indexOf("-i") + 1] ?? "").replace(/\.pub$/, "")}.pub`
    : undefined;
  const path = [
    named,
    "/root/.ssh/id_rsa.pub",
    "/root/.ssh/id_ecdsa.pub",
    "/root/.ssh/id_ed25519.pub",
  ].find((one) => one !== undefined && files.readText(one) !== undefined);
  if (path === undefined)
    throw job.failBare("\n/usr/bin/ssh-copy-id: ERROR: No identities found\n");
  yield* context.err(`/usr/bin/ssh-copy-id: INFO: Source of key(s) to be installed: "${path}"\n`);
  const port = words.includes("-p") ? Number(words[words.indexOf("-p") + 1]) : 22;
  const key = files.readText(path) ?? "";
  const command = "umask 077; mkdir -p .ssh; cat >> .ssh/authorized_keys";
  const { status } = yield* remote(
    context,
    readDestination(target),
    { port, settings: new Map() },
    command,
    key,
  );
  if (status !== 0) return 1;
  yield* context.out(
    `\nNumber of key(s) added: 1\n\nNow try logging into the machine, with:   "ssh '${target}'"\nand check to make sure that only the key(s) you wanted were added.\n\n`,
  );
  return 0;
});

export const SSH_FILE_COMMANDS: readonly Command[] = [copyId, keygen, scp];
