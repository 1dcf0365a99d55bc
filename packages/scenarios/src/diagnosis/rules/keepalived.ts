/**
 * keepalived.conf as somebody typed it into a file: words that keepalived does not know, settings that do not go together on one
 * machine or between two, and what it leaves undone by default. What is suspected is the same file written otherwise.
 */
import type { Evidence, Instead, Typed } from "../evidence.ts";
import type { Scene, Suspect } from "../suspect.ts";
import type { CauseKey } from "../words.ts";
import { closestWord } from "./keepalived-words.ts";

/** A command that writes keepalived.conf, with the lines of the file. */
interface Written {
  readonly typed: Typed;
  readonly lines: readonly string[];
}

type Values = Suspect["values"];

const FILE = "keepalived.conf";

function writtenIn({ typed }: Evidence): Written[] {
  return typed
    .filter(({ command }) => command.includes(FILE) && /<<-?\s*["']?\w+/.test(command))
    .map((one) => ({ typed: one, lines: one.command.split("\n") }));
}

/** The file with some lines otherwise; undefined stays, "" goes. */
const rewritten = (
  { typed, lines }: Written,
  edit: (line: string, words: readonly string[]) => string | undefined,
): Instead => ({
  input: typed.input,
  command: lines
    .map((line) => edit(line, wordsOf(line)) ?? line)
    .filter((line, i) => line !== "" || lines[i] === "")
    .join("\n"),
});

/** Without a comment; a brace that is glued to a word is none of it. */
const wordsOf = (line: string): string[] =>
  line
    .replace(/[#!].*$/, "")
    .replace(/[{}]/g, " ")
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "");

const settingOf = ({ lines }: Written, keyword: string): string | undefined =>
  lines.map(wordsOf).find(([first]) => first === keyword)?.[1];

const has = ({ lines }: Written, keyword: string): boolean =>
  lines.some((line) => wordsOf(line)[0] === keyword);

const suspect = (
  cause: CauseKey,
  values: Values,
  instead: readonly Instead[],
  rank: number,
): Suspect => ({ cause, values, fix: [], instead, rank });

const indentOf = (line: string): string => /^\s*/.exec(line)?.[0] ?? "";

/** Sets a value, where the keyword stands or else behind `priority`. */
const withSetting = (file: Written, setting: string): Instead => {
  const [keyword = ""] = setting.split(" ");
  const isThere = has(file, keyword);
  return rewritten(file, (line, [first]) => {
    if (isThere && first === keyword) return `${indentOf(line)}${setting}`;
    if (!isThere && first === "priority") return `${line}\n${indentOf(line)}${setting}`;
    return undefined;
  });
};

function misspelt(files: readonly Written[]): Suspect[] {
  return files.flatMap((file) =>
    file.lines.flatMap((line) => {
      const [word = ""] = wordsOf(line);
      const meant = closestWord(word);
      if (meant === undefined) return [];
      const instead = rewritten(file, (other) =>
        other === line ? line.replace(word, meant) : undefined,
      );
      return [
        suspect("keepalivedWord", { host: file.typed.machine, word, meant }, [instead], 0.05),
      ];
    }),
  );
}

function nopreempt(files: readonly Written[]): Suspect[] {
  return files
    .filter((file) => has(file, "nopreempt") && settingOf(file, "state") === "MASTER")
    .map((file) =>
      suspect(
        "keepalivedState",
        { host: file.typed.machine },
        [withSetting(file, "state BACKUP")],
        0.1,
      ),
    );
}

/** Synchronisation daemons of two machines with different ids. */
function syncIds(files: readonly Written[]): Suspect[] {
  const daemonOf = (file: Written): string | undefined =>
    file.lines.find((line) => wordsOf(line)[0] === "lvs_sync_daemon")?.trim();
  const [first, ...others] = files.filter((file) => daemonOf(file) !== undefined);
  if (first === undefined) return [];
  const wanted = daemonOf(first) ?? "";
  return others
    .filter((file) => daemonOf(file) !== wanted)
    .map((file) =>
      suspect(
        "keepalivedSyncId",
        { host: file.typed.machine, other: first.typed.machine },
        [withSetting(file, wanted)],
        0.1,
      ),
    );
}

function quorum(files: readonly Written[]): Suspect[] {
  return files
    .filter((file) => Number(settingOf(file, "quorum") ?? 1) > 1)
    .map((file) =>
      suspect(
        "keepalivedQuorum",
        { host: file.typed.machine, quorum: settingOf(file, "quorum") ?? "" },
        [withSetting(file, "quorum 1")],
        0.2,
      ),
    );
}

/** What stands in the block of virtual addresses. */
function addressesOf({ lines }: Written): string {
  const from = lines.findIndex((line) => wordsOf(line)[0] === "virtual_ipaddress");
  const until = lines.findIndex((line, i) => i > from && line.includes("}"));
  return from < 0
    ? ""
    : lines
        .slice(from + 1, until)
        .map((line) => line.trim())
        .join(" ");
}

/** Two virtual routers with different addresses and one id. */
function routerIds(files: readonly Written[]): Suspect[] {
  const routers = files.filter((file) => has(file, "virtual_router_id"));
  return routers.flatMap((file, i) => {
    const id = settingOf(file, "virtual_router_id") ?? "";
    const twin = routers
      .slice(0, i)
      .find(
        (other) =>
          settingOf(other, "virtual_router_id") === id && addressesOf(other) !== addressesOf(file),
      );
    if (twin === undefined) return [];
    const free = (Number(id) % 255) + 1;
    const values = { host: file.typed.machine, other: twin.typed.machine, id };
    return [
      suspect("keepalivedRouterId", values, [withSetting(file, `virtual_router_id ${free}`)], 0.1),
    ];
  });
}

/** A master that announces itself only once; one that takes over as soon as it can. */
function habits(files: readonly Written[]): Suspect[] {
  const routers = files.filter((file) => has(file, "vrrp_instance"));
  if (routers.length === 0) return [];
  const hosts = routers.map(({ typed }) => typed.machine).join(", ");
  const silent = routers.filter(
    (file) => Number(settingOf(file, "garp_master_refresh") ?? 0) === 0,
  );
  const eager = routers.filter((file) => !has(file, "nopreempt"));
  const announcing = silent.map((file) => withSetting(file, "garp_master_refresh 1"));
  const staying = eager.map((file) => {
    const { command } = withSetting(file, "nopreempt");
    return {
      input: file.typed.input,
      command: command.replace(/\bstate MASTER\b/, "state BACKUP"),
    };
  });
  return [
    ...(silent.length > 0 ? [suspect("keepalivedRefresh", { hosts }, announcing, 0.6)] : []),
    ...(eager.length > 0 ? [suspect("keepalivedPreempts", { hosts }, staying, 0.7)] : []),
  ];
}

const DROPS_VRRP = /^(.*iptables .*-p (?:vrrp|112)\b.*-j) (?:DROP|REJECT)\b.*$/m;

/** Rules that keep advertisements out, on all machines at once. */
function firewalls({ typed }: Evidence): Suspect[] {
  const rules = typed.filter(({ command }) => DROPS_VRRP.test(command));
  if (rules.length === 0) return [];
  const hosts = [...new Set(rules.map(({ machine }) => machine))].join(", ");
  const instead = rules.map(({ input, command }) => ({
    input,
    command: command.replace(DROPS_VRRP, "$1 ACCEPT"),
  }));
  return [suspect("keepalivedFirewall", { hosts }, instead, 0.3)];
}

const DELETES_LINES = /(sed -i '\/real_server ([\d.]+)[^']*\/)d(' \S*keepalived\.conf)/;

/** A real server cut out of the file: with weight 0 its connections come to their end. */
function removals({ typed }: Evidence): Suspect[] {
  return typed.flatMap(({ machine, command, input }) => {
    const server = DELETES_LINES.exec(command)?.[2];
    if (server === undefined) return [];
    const drained = command.replace(DELETES_LINES, "$1s/weight [0-9]*/weight 0/$3");
    return [
      suspect("keepalivedRemoved", { host: machine, server }, [{ input, command: drained }], 0.01),
    ];
  });
}

export function keepalivedFiles(_scene: Scene, evidence: Evidence): Suspect[] {
  const files = writtenIn(evidence);
  return [
    ...misspelt(files),
    ...nopreempt(files),
    ...syncIds(files),
    ...quorum(files),
    ...routerIds(files),
    ...habits(files),
    ...firewalls(evidence),
    ...removals(evidence),
  ];
}
