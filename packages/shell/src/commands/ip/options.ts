/** Options of `ip` before the object: `ip -4 -o addr`. Left out: colours, time stamps, batch files. */
import { CommandFailure } from "../../options/failure.ts";
import {
  incompleteCommand,
  invalidArgument,
  isPrefix,
  type Words,
} from "../../options/iproute2.ts";

export type IpFamily = "any" | "inet" | "inet6" | "link";

export interface IpOptions {
  readonly family: IpFamily;
  readonly oneLine: boolean;
  readonly brief: boolean;
  /** `-all`: of `netns`, every namespace. */
  readonly all: boolean;
  /** How often -s was given. */
  readonly statistics: number;
  readonly details: boolean;
  readonly json: boolean;
  /** `-p`: JSON over many lines. */
  readonly pretty: boolean;
  /** `-n NAME`: the namespace to work in; null for that of the process. */
  readonly namespace: string | null;
  /** What ends the command at once. */
  readonly ask: "version" | "usage" | null;
}

const FAMILIES: ReadonlyMap<string, IpFamily> = new Map([
  ["inet", "inet"],
  ["inet6", "inet6"],
  ["link", "link"],
]);

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Takes the options from `words`; the object is next. */
export function takeIpOptions(words: Words): IpOptions {
  const options: Mutable<IpOptions> = {
    family: "any",
    oneLine: false,
    brief: false,
    all: false,
    statistics: 0,
    details: false,
    json: false,
    pretty: false,
    namespace: null,
    ask: null,
  };
  for (let word = words.here; word?.startsWith("-"); word = words.here) {
    words.take();
    if (word === "--") break;
    takeOption(word.startsWith("--") ? word.slice(1) : word, words, options);
    if (options.ask !== null) break;
  }
  return options;
}

function takeOption(option: string, words: Words, options: Mutable<IpOptions>): void {
  const is = (name: string): boolean => isPrefix(option, name);
  if (is("-family")) options.family = familyOf(optionValue(words));
  else if (option === "-4") options.family = "inet";
  else if (option === "-6") options.family = "inet6";
  else if (option === "-0") options.family = "link";
  else if (is("-statistics") || is("-stats")) options.statistics++;
  else if (is("-details")) options.details = true;
  else if (is("-json")) options.json = true;
  else if (is("-pretty")) options.pretty = true;
  else if (/^-c(o(l(or?)?)?)?(=(always|auto|never))?$/.test(option)) return;
  else if (is("-oneline")) options.oneLine = true;
  else if (is("-Version")) options.ask = "version";
  else if (is("-brief")) options.brief = true;
  else if (is("-help")) options.ask = "usage";
  else if (is("-netns")) options.namespace = optionValue(words);
  else if (is("-all")) options.all = true;
  else if (is("-loops") || is("-rcvbuf")) optionValue(words);
  else if (!HARMLESS.some(is))
    throw new CommandFailure(255, `Option "${option}" is unknown, try "ip -help".\n`);
}

/** They change nothing in what a lab shows: names of hosts, numbers of tables. */
const HARMLESS = ["-resolve", "-Numeric", "-force"] as const;

function optionValue(words: Words): string {
  const value = words.take();
  if (value === undefined) throw incompleteCommand();
  return value;
}

function familyOf(word: string): IpFamily {
  if (word === "help") throw new CommandFailure(255, "");
  const family = FAMILIES.get(word);
  if (family === undefined) throw invalidArgument("invalid protocol family", word);
  return family;
}
