/**
 * getent (glibc), host, dig and nslookup (BIND 9.18): they know what /etc/hosts says, as if a resolver of the machine's own answered
 * from it; no machine of a lab has another name server. Record types but A and PTR have no answers.
 */
import { formatIpv4Address, type Ipv4Address, parseIpv4Address } from "@lvsim/core";
import type { Command, CommandContext } from "../../command.ts";
import { flag, valued } from "../../options/getopt.ts";
import { momentOf } from "../../time/moment.ts";
import { strftime } from "../../time/strftime.ts";
import { linesOf } from "../base/input.ts";
import { tool, wordTool } from "../base/tool.ts";
import { addressOfHost, nameOfHost } from "../hosts-file.ts";

/** A database of getent: its file, and how a line answers to a key. */
const DATABASES: Readonly<Record<string, readonly [string, string]>> = {
  passwd: ["/etc/passwd", ":"],
  group: ["/etc/group", ":"],
  services: ["/etc/services", ""],
  protocols: ["/etc/protocols", ""],
};

const getent = tool(
  "/usr/bin/getent",
  {
    options: [valued("s", "service", "s"), flag("i", "no-idn", "i")],
    stopsAtOperand: true,
    version: "Debian GLIBC 2.36-9+deb12u13) 2.36",
  },
  function* (job) {
    const { context, operands } = job;
    const [database, ...keys] = operands;
    const { files } = context.machine;
    if (database === undefined)
      throw job.failBare(
        "getent: wrong number of arguments\nTry `getent --help' or `getent --usage' for more information.",
      );
    const isHosts = /^a?hosts(v4)?$/.test(database);
    const known = DATABASES[database];
    if (!isHosts && known === undefined)
      throw job.failBare(
        `Unknown database: ${database}\nTry \`getent --help' or \`getent --usage' for more information.`,
      );
    const text = files.readText(known?.[0] ?? "/etc/hosts") ?? "";
    const lines = linesOf(text).filter((line) => line.trim() !== "" && !line.startsWith("#"));
    const shown: string[] = [];
    for (const key of keys.length === 0 ? [null] : keys) {
      const found = isHosts
        ? hostLine(context, database, key, lines)
        : lines
            .filter((line) => key === null || fieldsOf(line, known?.[1] ?? "").includes(key))
            .slice(0, key === null ? undefined : 1);
      if (found.length === 0) job.status = 2;
      shown.push(...found.map((line) => `${line}\n`));
    }
    yield* context.out(shown.join(""));
    return undefined;
  },
);

const fieldsOf = (line: string, separator: string): string[] =>
  separator === ""
    ? line.split(/[\s/]+/)
    : line.split(separator).filter((_, i) => i === 0 || i === 2);

function hostLine(
  { machine: { files } }: CommandContext,
  database: string,
  key: string | null,
  lines: readonly string[],
): string[] {
  if (key === null)
    return lines
      .filter((line) => /^\d/.test(line))
      .map((line) => line.split(/\s+/))
      .map(([address = "", ...names]) => `${address.padEnd(15)} ${names.join(" ")}`);
  const literal = parseIpv4Address(key);
  const address = literal ?? addressOfHost(files, key);
  const name =
    address === undefined
      ? undefined
      : (nameOfHost(files, address) ?? (database === "hosts" ? undefined : key));
  if (address === undefined || name === undefined) return [];
  const shown = formatIpv4Address(address).padEnd(15);
  if (database === "hosts") {
    const own = lines
      .find((line) => line.split(/\s+/)[0] === shown.trim())
      ?.split(/\s+/)
      .slice(1) ?? [name];
    return [`${shown} ${own.join(" ")}`];
  }
  return [`${shown} STREAM ${name}`, `${shown} DGRAM  `, `${shown} RAW    `];
}

/** What is asked for, and what /etc/hosts answers: an address for a name, a name for an address. */
function lookUp(
  { machine: { files } }: CommandContext,
  word: string,
): { readonly reverse: string | null; readonly answer: string | null } {
  const literal = parseIpv4Address(word);
  if (literal === undefined) {
    const address = addressOfHost(files, word.replace(/\.$/, ""));
    return { reverse: null, answer: address === undefined ? null : formatIpv4Address(address) };
  }
  return { reverse: reverseName(literal), answer: nameOfHost(files, literal) ?? null };
}

const reverseName = (address: Ipv4Address): string =>
  `${formatIpv4Address(address).split(".").reverse().join(".")}.in-addr.arpa`;

const host = wordTool("/usr/bin/host", function* (job) {
  const [word] = job.context.argv.slice(1).filter((one) => !one.startsWith("-"));
  if (word === undefined)
    throw job.failBare(
      "Usage: host [-aCdilrTvVw] [-c class] [-N ndots] [-t type] [-W time]\n            [-R number] [-m flag] [-p port] hostname [server]",
    );
  const { answer, reverse } = lookUp(job.context, word);
  if (answer === null) {
    yield* job.context.out(
      `Host ${reverse === null ? word : `${reverse}.`} not found: 3(NXDOMAIN)\n`,
    );
    return 1;
  }
  yield* job.context.out(
    reverse === null
      ? `${word} has address ${answer}\n`
      : `${reverse} domain name pointer ${answer}.\n`,
  );
  return 0;
});

const nslookup = wordTool("/usr/bin/nslookup", function* (job) {
  const [word] = job.context.argv.slice(1).filter((one) => !one.startsWith("-"));
  if (word === undefined) return 0;
  const { answer, reverse } = lookUp(job.context, word);
  const server = "Server:\t\t127.0.0.1\nAddress:\t127.0.0.1#53\n\n";
  if (answer === null) {
    yield* job.context.out(
      `${reverse === null ? server : ""}** server can't find ${reverse ?? word}: NXDOMAIN\n\n`,
    );
    return 1;
  }
  yield* job.context.out(
    reverse === null
      ? `${server}Name:\t${word}\nAddress: ${answer}\n\n`
      : `${reverse}\tname = ${answer}.\n\n`,
  );
  return 0;
});

const dig = wordTool("/usr/bin/dig", function* (job) {
  const { context } = job;
  const words = context.argv.slice(1);
  const names = words.filter(
    (word, i) =>
      !/^[-+@]/.test(word) &&
      words[i - 1] !== "-p" &&
      words[i - 1] !== "-t" &&
      !/^(A|PTR|ANY|MX|NS|TXT|SOA|AAAA|IN)$/.test(word),
  );
  const [word = "."] = words.includes("-x") ? [words[words.indexOf("-x") + 1]] : names;
  const type =
    words.find((one) => /^(A|PTR|MX|NS|TXT|SOA|AAAA)$/.test(one)) ??
    (words.includes("-x") ? "PTR" : "A");
  const { answer, reverse } =
    words.includes("-x") || parseIpv4Address(word) === undefined
      ? lookUp(context, word)
      : { answer: null, reverse: null };
  const shown = type === "A" || type === "PTR" ? answer : null;
  if (words.includes("+short")) {
    yield* context.out(shown === null ? "" : `${shown}${reverse === null ? "" : "."}\n`);
    return 0;
  }
  const name = `${reverse ?? word.replace(/\.$/, "")}.`;
  const status = answer === null && shown === null ? "NXDOMAIN" : "NOERROR";
  const id = context.machine.rng.below(65_536);
  yield* context.out(
    `\n; <<>> DiG 9.18.41-1~deb12u1-Debian <<>> ${words.join(" ")}\n;; global options: +cmd\n;; Got answer:\n` +
      `;; ->>HEADER<<- opcode: QUERY, status: ${status}, id: ${id}\n;; flags: qr aa rd ra; QUERY: 1, ANSWER: ${shown === null ? 0 : 1}, AUTHORITY: 0, ADDITIONAL: 1\n\n` +
      `;; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags:; udp: 1232\n;; QUESTION SECTION:\n;${name.padEnd(23)}\tIN\t${type}\n\n` +
      (shown === null
        ? ""
        : `;; ANSWER SECTION:\n${name.padEnd(23)}\t0\tIN\t${type}\t${shown}${reverse === null ? "" : "."}\n\n`) +
      `;; Query time: 0 msec\n;; SERVER: 127.0.0.1#53(127.0.0.1) (UDP)\n;; WHEN: ${strftime("%a %b %d %H:%M:%S UTC %Y", momentOf(context.machine.now))}\n;; MSG SIZE  rcvd: 54\n\n`,
  );
  return 0;
});

export const NAME_COMMANDS: readonly Command[] = [dig, getent, host, nslookup];
