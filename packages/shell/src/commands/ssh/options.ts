/** The command lines of ssh and scp: options that change nothing here are read and forgotten. */
import { CommandFailure } from "../../options/failure.ts";
import { flag, Getopt, valued } from "../../options/getopt.ts";

export interface SshOptions {
  user: string;
  host: string;
  port: number;
  command: string[];
  /** `-n`, `-f`: no standard input. */
  noInput: boolean;
  quiet: boolean;
  /** `-t`, `-T`; null as ssh thinks right. */
  terminal: boolean | null;
  /** Seconds; 0 for the kernel's own. */
  connectTimeout: number;
  /** `-o` by lower-case key. */
  settings: ReadonlyMap<string, string>;
}

export const SSH_VERSION = "OpenSSH_9.2p1 Debian-2+deb12u7, OpenSSL 3.0.17 1 Jul 2025";
const SSH_USAGE = `usage: ssh [-46AaCfGgKkMNnqsTtVvXxYy] [-p port] [-l login_name] [-o option]
           [-i identity_file] [-F configfile] destination [command [argument ...]]
`;
const SCP_USAGE =
  "usage: scp [-346ABCOpqRrsTv] [-i identity_file] [-o ssh_option]\n           [-P port] source ... target\n";

const FLAGS = [..."1246AaCfGgKkMNnqsTtvXxYy"].map((letter) => flag(letter, "", letter));
const VALUED = [..."BbcDEeFIiJLlmOopQRSWw"].map((letter) => valued(letter, "", letter));

export interface Destination {
  readonly user: string;
  readonly host: string;
}

/** `root@web`, `ssh://web`. */
export function readDestination(text: string): Destination {
  const bare = text.replace(/^ssh:\/\//, "");
  const at = bare.lastIndexOf("@");
  return { user: at < 0 ? "root" : bare.slice(0, at), host: bare.slice(at + 1) };
}

const readSettings = (texts: readonly string[]): ReadonlyMap<string, string> =>
  new Map(
    texts.map((text) => {
      const [, key = "", value = ""] = /^\s*(\w+)\s*[=\s]\s*(.*?)\s*$/.exec(text) ?? [];
      return [key.toLowerCase(), value] as const;
    }),
  );

/** "version" for -V. */
export function readSshOptions(argv: readonly string[]): SshOptions | "version" {
  const words: string[] = [];
  const given: { tag: string; value: string }[] = [];
  let rest = argv.slice(1);
  let command: string[] = [];
  // options may stand on both sides of the destination
  for (let turn = 0; turn < 2; turn++) {
    const parser = new Getopt([...FLAGS, ...VALUED, flag("V", "", "V")], ["ssh", ...rest], true);
    for (let item = parser.next(); item.kind !== "end"; item = parser.next()) {
      if (item.kind === "error")
        throw new CommandFailure(
          255,
          `${item.message.replace(/^ssh: (.*) '(.)'$/, "$1 $2")}\n${SSH_USAGE}`,
        );
      given.push({ tag: item.tag, value: item.value ?? "" });
    }
    if (turn === 0) {
      const [first, ...after] = parser.operands;
      if (first !== undefined) words.push(first);
      rest = after;
    } else command = parser.operands;
  }
  if (given.some(({ tag }) => tag === "V")) return "version";
  const [target] = words;
  if (target === undefined) throw new CommandFailure(255, SSH_USAGE);
  const settings = readSettings(given.filter(({ tag }) => tag === "o").map(({ value }) => value));
  const last = (tag: string): string | undefined => given.findLast((one) => one.tag === tag)?.value;
  const has = (tag: string): boolean => given.some((one) => one.tag === tag);
  const { host, user } = readDestination(target);
  const portText = last("p") ?? settings.get("port") ?? "22";
  const port = Number(portText);
  if (!/^\d+$/.test(portText) || port < 1 || port > 65_535)
    throw new CommandFailure(255, `Bad port '${portText}'\r\n`);
  return {
    user: last("l") ?? settings.get("user") ?? user,
    host,
    port,
    command,
    noInput: has("n") || has("f"),
    quiet: has("q"),
    terminal: has("T") ? false : has("t") ? true : null,
    connectTimeout: Number(settings.get("connecttimeout") ?? 0) || 0,
    settings,
  };
}

export interface ScpOptions {
  readonly port: number;
  readonly recursive: boolean;
  readonly quiet: boolean;
  readonly settings: ReadonlyMap<string, string>;
  readonly words: readonly string[];
}

export function readScpOptions(argv: readonly string[]): ScpOptions {
  const parser = new Getopt(
    [
      ...[..."346ABCOpqRrsTv"].map((letter) => flag(letter, "", letter)),
      ...[..."cDFiJloPSX"].map((letter) => valued(letter, "", letter)),
    ],
    ["scp", ...argv.slice(1)],
  );
  const given: { tag: string; value: string }[] = [];
  for (let item = parser.next(); item.kind !== "end"; item = parser.next()) {
    if (item.kind === "error") throw new CommandFailure(1, `${item.message}\n${SCP_USAGE}`);
    given.push({ tag: item.tag, value: item.value ?? "" });
  }
  if (parser.operands.length < 2) throw new CommandFailure(1, SCP_USAGE);
  return {
    port: Number(given.find(({ tag }) => tag === "P")?.value ?? 22),
    recursive: given.some(({ tag }) => tag === "r"),
    quiet: given.some(({ tag }) => tag === "q"),
    settings: readSettings(given.filter(({ tag }) => tag === "o").map(({ value }) => value)),
    words: parser.operands,
  };
}
