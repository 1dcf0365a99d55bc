/** Targets that stand on their own: LOG, REJECT, NOTRACK, CT, TCPMSS, TTL. */
import type { OptionValues } from "@lvsim/core";
import { parseNumber } from "../numbers.ts";
import { usage } from "../problem.ts";
import type { Extension, ExtensionOption, ReadContext } from "./extension.ts";
import { readBounded } from "./values.ts";

/** syslog(3)'s levels by number, as -L names them. */
const LEVELS = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"] as const;
/** As --log-level takes them, which knows other names than -L prints. */
const LEVEL_NUMBERS: ReadonlyMap<string, number> = new Map([
  ["alert", 1],
  ["crit", 2],
  ["debug", 7],
  ["emerg", 0],
  ["error", 3],
  ["info", 6],
  ["notice", 5],
  ["panic", 0],
  ["warning", 4],
]);
const DEFAULT_LEVEL = "4";
const PREFIX_MAX = 29;

function readLevel(text: string): string {
  const level = LEVEL_NUMBERS.get(text) ?? parseNumber(text, 0, 7);
  return String(level ?? usage(`log level "${text}" unknown\n`));
}

function readPrefix(text: string): string {
  if (text === "") usage("Argument must have a minimum length of 1 characters\n");
  return text.slice(0, PREFIX_MAX);
}

/** Flags with their bits and their words in -L without -n. */
const LOG_FLAGS = [
  ["log-tcp-sequence", 1, "tcp-sequence"],
  ["log-tcp-options", 2, "tcp-options"],
  ["log-ip-options", 4, "ip-options"],
  ["log-uid", 8, "uid"],
  ["log-macdecode", 32, "macdecode"],
] as const;

function printLog(values: OptionValues, numeric: boolean): string {
  const level = values["log-level"] ?? DEFAULT_LEVEL;
  const flags = LOG_FLAGS.filter(([name]) => values[name] !== undefined);
  const bits = flags.reduce((sum, [, bit]) => sum | bit, 0);
  let text = numeric ? ` LOG flags ${bits} level ${level}` : ` LOG level ${LEVELS[Number(level)]}`;
  const prefix = values["log-prefix"];
  if (!numeric) for (const [, , word] of flags) text += ` ${word}`;
  if (prefix !== undefined) text += ` prefix "${prefix}"`;
  return text;
}

export const log: Extension = {
  name: "LOG",
  options: [
    { name: "log-prefix", words: 1, read: readPrefix },
    { name: "log-level", words: 1, read: readLevel },
    ...LOG_FLAGS.map(([name]): ExtensionOption => ({ name, words: 0 })),
  ],
  finish(values) {
    if (values["log-level"] !== DEFAULT_LEVEL) return values;
    const { "log-level": _, ...kept } = values;
    return kept;
  },
  print: (values, { numeric }) => printLog(values, numeric),
};

/** Names and aliases of what REJECT answers with. */
const REJECTIONS = [
  ["icmp-net-unreachable", "net-unreach"],
  ["icmp-host-unreachable", "host-unreach"],
  ["icmp-proto-unreachable", "proto-unreach"],
  ["icmp-port-unreachable", "port-unreach"],
  ["icmp-net-prohibited", "net-prohib"],
  ["icmp-host-prohibited", "host-prohib"],
  ["tcp-reset", "tcp-rst"],
  ["icmp-admin-prohibited", "admin-prohib"],
] as const;

function readRejection(text: string, { warnings }: ReadContext): string {
  const wanted = text.toLowerCase();
  const found = REJECTIONS.find((words) => words.some((word) => word.startsWith(wanted)));
  if (found !== undefined) return found[0];
  if (wanted === "echo-reply" || wanted === "echoreply")
    warnings.push(`--reject-with ${text} no longer supported\n`);
  return usage(`unknown reject type "${text}"`);
}

export const reject: Extension = {
  name: "REJECT",
  options: [{ name: "reject-with", words: 1, read: readRejection }],
  finish: (values) => ({ "reject-with": values["reject-with"] ?? "icmp-port-unreachable" }),
  print: (values) => ` reject-with ${values["reject-with"]}`,
};

export const notrack: Extension = {
  name: "NOTRACK",
  options: [],
  listedAs: "CT",
  print: () => " NOTRACK",
};

export const ct: Extension = {
  name: "CT",
  options: [{ name: "notrack", words: 0 }],
  print: (values) => (values.notrack === undefined ? " CT" : " CT notrack"),
};

/** What fits into an IPv4 packet beside both headers. */
const SEGMENT_MAX = 65_515;

export const tcpmss: Extension = {
  name: "TCPMSS",
  options: [
    {
      name: "set-mss",
      words: 1,
      read: readBounded("TCPMSS", "set-mss", 0, SEGMENT_MAX),
    },
    { name: "clamp-mss-to-pmtu", words: 0 },
  ],
  finish(values) {
    if (values["clamp-mss-to-pmtu"] !== undefined) return { "clamp-mss-to-pmtu": "" };
    return values["set-mss"] === undefined
      ? usage("TCPMSS target: At least one parameter is required")
      : values;
  },
  print: (values) =>
    values["set-mss"] === undefined ? " TCPMSS clamp to PMTU" : ` TCPMSS set ${values["set-mss"]}`,
};

/** Option, lowest value, words of -L. */
const TTL_ACTIONS = [
  ["ttl-set", 0, "set to"],
  ["ttl-dec", 1, "decrement by"],
  ["ttl-inc", 1, "increment by"],
] as const;

export const ttlTarget: Extension = {
  name: "TTL",
  options: TTL_ACTIONS.map(([name, min]) => ({
    name,
    words: 1,
    excludes: TTL_ACTIONS.map(([other]) => other).filter((other) => other !== name),
    read: readBounded("TTL", name, min, 255),
  })),
  finish: (values) =>
    Object.keys(values).length === 0 ? usage("TTL: You must specify an action") : values,
  print(values) {
    const action = TTL_ACTIONS.find(([name]) => values[name] !== undefined);
    return action === undefined ? "" : ` TTL ${action[2]} ${values[action[0]]}`;
  },
};
