/**
 * A lesson for one person: of what the file lets vary, what falls to the one with that name, everywhere in the lab at once.
 * The same name always gets the same. Of the file's values nothing has been checked yet but `vary` itself.
 */
import { createRng, type Rng } from "@lvsim/core";
import { faultOf } from "./fault-words.ts";
import { ExpressionError, fillValues, type Values } from "./fill-values.ts";
import type { LabFault } from "./lab-file-error.ts";
import { renumbered } from "./renumber.ts";
import { isMapping, type Mapping, mapTexts, own, textsOf, type Value } from "./values.ts";
import { type Vary, vary } from "./vary-schema.ts";

export interface Varied {
  readonly values: unknown;
  readonly faults: readonly LabFault[];
}

/** Whether the lab of a file is another one for everybody. */
export const isVaried = (values: unknown): boolean =>
  isMapping(values) && vary.safeParse(own(values, "vary")).success;

/** The lab as `person` gets it; as the file stands for null. */
export function applyVary(values: unknown, person: string | null): Varied {
  if (!isMapping(values) || own(values, "vary") === undefined) return { values, faults: [] };
  const written = own(values, "vary");
  const said = vary.safeParse(written);
  if (!said.success) {
    const faults = said.error.issues.map((issue) => faultOf(issue, written, ["vary"]));
    return { values, faults };
  }
  const spec = said.data;
  const faults = faultsOf(spec, values);
  if (faults.length > 0) return { values, faults };
  const rng = person === null ? null : createRng(`variant of ${person}`);
  const { vary: kept, ...lab } = structuredClone(values) as Mapping;
  const missing = missingServers(spec, rng?.stream("servers") ?? null);
  const present = withoutServers(lab, missing);
  const filled = filledIn(present, chosenValues(spec, missing, rng?.stream("values") ?? null));
  if (filled.faults.length > 0 || rng === null)
    return { values: { ...filled.lab, vary: kept }, faults: filled.faults };
  const renamed = renamedHosts(filled.lab, chosenNames(spec, rng.stream("names")));
  const changed = renumbered(renamed, rng.stream("addresses"));
  return { values: { ...changed, vary: kept }, faults: [] };
}

function faultsOf({ servers, names }: Vary, values: Mapping): LabFault[] {
  const hosts = own(values, "hosts");
  const isHost = (name: string): boolean => isMapping(hosts) && Object.hasOwn(hosts, name);
  const faults: LabFault[] = [];
  const unknown = (name: string, at: readonly PropertyKey[]): void => {
    if (!isHost(name)) faults.push({ at, message: `there is no host "${name}"` });
  };
  servers?.hosts.forEach((name, i) => {
    unknown(name, ["vary", "servers", "hosts", i]);
  });
  if (servers !== undefined && servers.least > servers.hosts.length)
    faults.push({ at: ["vary", "servers", "least"], message: "there are not so many servers" });
  names.forEach((row, i) => {
    for (const name of Object.keys(row)) unknown(name, ["vary", "names", i]);
    const after = isMapping(hosts) ? Object.keys(hosts).map((name) => row[name] ?? name) : [];
    if (new Set(after).size < after.length)
      faults.push({ at: ["vary", "names", i], message: "two hosts would have one name" });
  });
  return faults;
}

function missingServers({ servers }: Vary, rng: Rng | null): string[] {
  if (servers === undefined || rng === null) return [];
  const { hosts, least } = servers;
  return hosts.slice(least + rng.below(hosts.length - least + 1));
}

/** One row of each table, and how many servers there are. */
function chosenValues(
  { choose, servers }: Vary,
  missing: readonly string[],
  rng: Rng | null,
): Values {
  const values = new Map<string, string | number>();
  if (servers !== undefined) values.set("servers", servers.hosts.length - missing.length);
  for (const rows of choose) {
    const row = rows[rng === null ? 0 : rng.below(rows.length)] ?? {};
    for (const [name, value] of Object.entries(row)) values.set(name, value);
  }
  return values;
}

/** The file's own names are as likely as each other row. */
const chosenNames = ({ names }: Vary, rng: Rng): Readonly<Record<string, string>> =>
  names[rng.below(names.length + 1)] ?? {};

/** Names as words: `rs1` of `rs1`, of `rs1.eth0` and of `on rs1.`, not of `rs10` or `/etc/rs1`. */
const wordsOf = (names: readonly string[]): RegExp =>
  new RegExp(`(?<![\\w./-])(?:${names.join("|")})(?![\\w-])`, "g");

/** The lab without hosts: what speaks of one goes as well, lines of scripts and texts, checks, entries of lists. */
function withoutServers(lab: Mapping, missing: readonly string[]): Mapping {
  if (missing.length === 0) return lab;
  const hosts = own(lab, "hosts") as Mapping;
  const addresses = missing.flatMap((name) =>
    textsOf(own(hosts, name) ?? null).flatMap(
      (text) => /^(\d+(?:\.\d+){3})\/\d+$/.exec(text)?.slice(1) ?? [],
    ),
  );
  const words = wordsOf(missing);
  const numbers = addresses.map(
    (address) => new RegExp(`(?<![\\d.])${address.replaceAll(".", "\\.")}(?!\\d|\\.\\d)`),
  );
  const speaks = (text: string): boolean =>
    text.search(words) >= 0 || numbers.some((number) => number.test(text));
  return without(lab, missing, speaks) as Mapping;
}

function without(value: Value, keys: readonly string[], speaks: (text: string) => boolean): Value {
  if (typeof value === "string")
    return value
      .split("\n")
      .filter((line) => !speaks(line))
      .join("\n");
  if (Array.isArray(value))
    return value.filter((one) => !isAbout(one, speaks)).map((one) => without(one, keys, speaks));
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !keys.includes(key))
      .map(([key, one]) => [key, without(one, keys, speaks)]),
  );
}

/** Whether an entry of a list is about a server: by its one text, or by what it matches, not by what people read. */
function isAbout(entry: Value, speaks: (text: string) => boolean): boolean {
  if (typeof entry === "string") return speaks(entry);
  if (!isMapping(entry) || "task" in entry) return false;
  const { requests = null, trace = null, owner = null } = entry;
  return [requests, trace, owner].some((subject) => textsOf(subject).some(speaks));
}

function filledIn(lab: Mapping, values: Values): { lab: Mapping; faults: LabFault[] } {
  const faults: LabFault[] = [];
  if (values.size === 0) return { lab, faults };
  const filled = mapTexts(lab, (text, at) => {
    try {
      return fillValues(text, values);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      faults.push({ at, message: error.message });
      return text;
    }
  });
  return { lab: filled as Mapping, faults };
}

/** Hosts by other names, wherever they are named; parts that are not about hosts stay. */
function renamedHosts(lab: Mapping, names: Readonly<Record<string, string>>): Mapping {
  const old = Object.keys(names);
  if (old.length === 0) return lab;
  const words = wordsOf(old);
  const nameOf = (name: string): string =>
    Object.hasOwn(names, name) ? (names[name] ?? "") : name;
  const { include = [], segments = {}, ...rest } = lab;
  const renamed = mapTexts(rest, (text) => text.replace(words, nameOf)) as Mapping;
  return { include, segments, ...(renamedKeys(renamed, nameOf) as Mapping) };
}

/** Keys of `hosts` and of solutions are names. */
function renamedKeys(value: Value, nameOf: (name: string) => string): Value {
  if (Array.isArray(value)) return value.map((one) => renamedKeys(one, nameOf));
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      (key === "hosts" || key === "solution") && isMapping(one)
        ? Object.fromEntries(Object.entries(one).map(([name, inner]) => [nameOf(name), inner]))
        : renamedKeys(one, nameOf),
    ]),
  );
}
