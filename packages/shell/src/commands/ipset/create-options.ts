/** `ipset create NAME TYPE …`: the options that each type has, and their usual values. */
import { SET_TYPES, type SetConfig, type SetSpec, type SetType } from "@lvsim/core";
import { readPorts, readSpan, spanBounds } from "./element-text.ts";
import type { Names } from "./names.ts";
import { misused, refuse, syntaxError } from "./problem.ts";
import { readNumber, TIMEOUT_MAX, UINT32_MAX, type Words } from "./words.ts";

const NAME_MAX = 31;

/** The names of types that ipset 4 had. */
const OLD_NAMES: ReadonlyMap<string, SetType> = new Map<string, SetType>([
  ["iphash", "hash:ip"],
  ["nethash", "hash:net"],
  ["ipporthash", "hash:ip,port"],
  ["netporthash", "hash:net,port"],
  ["ipportiphash", "hash:ip,port,ip"],
  ["ipportnethash", "hash:ip,port,net"],
  ["ipmap", "bitmap:ip"],
  ["portmap", "bitmap:port"],
  ["setlist", "list:set"],
]);

/** Types that ipset knows and the simulated kernel lacks. */
const UNSUPPORTED: ReadonlySet<string> = new Set([
  "bitmap:ip,mac",
  "hash:ip,mac",
  "hash:ip,mark",
  "hash:mac",
  "hash:net,iface",
  "hash:net,net",
  "hash:net,port,net",
  "macipmap",
]);

export function checkSetName(name: string): string {
  if (name.length > NAME_MAX)
    syntaxError(`setname '${name}' is longer than ${NAME_MAX} characters`);
  return name;
}

export function readType(name: string): SetType {
  const found = SET_TYPES.find((type) => type === name) ?? OLD_NAMES.get(name);
  if (found !== undefined) return found;
  return UNSUPPORTED.has(name)
    ? refuse("Kernel error received: set type not supported")
    : syntaxError(`typename '${name}' is unknown`);
}

type Draft = { -readonly [Key in keyof SetSpec]: SetSpec[Key] };

interface OptionContext {
  readonly draft: Draft;
  readonly names: Names;
}

interface CreateOption {
  readonly takes: 0 | 1;
  apply(context: OptionContext, value: string): void;
}

const HASH_MIN = 64;

/** A power of two, at least the smallest that the kernel makes. */
function hashSizeFor(wanted: number): number {
  let size = HASH_MIN;
  while (size < wanted) size *= 2;
  return size;
}

const BUCKET_MIN = 2;
const BUCKET_MAX = 12;

function bucketSizeFor(wanted: number): number {
  const even = wanted + (wanted % 2);
  return Math.min(Math.max(even, BUCKET_MIN), BUCKET_MAX);
}

function readFamily(value: string): SetConfig["family"] {
  if (value === "inet" || value === "ipv4" || value === "-4") return "inet";
  if (value === "inet6" || value === "ipv6" || value === "-6") return "inet6";
  return syntaxError(`unknown inet family ${value}`);
}

function readNetmask(value: string): number {
  const bits = readNumber(value, 0, UINT32_MAX);
  if (bits >= 1 && bits <= 32) return bits;
  return syntaxError(
    `'${value}' is out of range 1-32\nSyntax error: netmask is out of the inclusive range of 1-32`,
  );
}

function readAddressRange(value: string, { draft, names }: OptionContext): void {
  const span = readSpan(value, names);
  if (span.form === "host") syntaxError(`IP/cidr or IP-IP range must be specified: ${value}`);
  [draft.first, draft.last] = spanBounds(span);
}

function readPortRange(value: string, { draft, names }: OptionContext): void {
  const { first, last } = readPorts(value, names);
  if (!value.includes("-")) misused("Mandatory option `to' is missing");
  draft.first = first;
  draft.last = last;
}

const flag = (set: (draft: Draft) => void): CreateOption => ({
  takes: 0,
  apply: ({ draft }) => set(draft),
});

const number = (max: number, set: (draft: Draft, value: number) => void): CreateOption => ({
  takes: 1,
  apply: ({ draft }, value) => set(draft, readNumber(value, 0, max)),
});

const TIMEOUT = number(TIMEOUT_MAX, (draft, value) => {
  draft.timeout = value;
});
const COUNTERS = flag((draft) => {
  draft.counters = true;
});
const COMMENT = flag((draft) => {
  draft.comments = true;
});
const SKBINFO = flag((draft) => {
  draft.skbinfo = true;
});

const COMMON: ReadonlyMap<string, CreateOption> = new Map([
  ["timeout", TIMEOUT],
  ["counters", COUNTERS],
  ["comment", COMMENT],
  ["skbinfo", SKBINFO],
]);

const FAMILY: CreateOption = {
  takes: 1,
  apply: ({ draft }, value) => {
    draft.family = readFamily(value);
  },
};
/** -4 and -6. */
const FAMILY_FLAG: CreateOption = { ...FAMILY, takes: 0 };
const NETMASK: CreateOption = {
  takes: 1,
  apply: ({ draft }, value) => {
    draft.netmask = readNetmask(value);
  },
};

const HASH: ReadonlyMap<string, CreateOption> = new Map<string, CreateOption>([
  ...COMMON,
  ["family", FAMILY],
  [
    "hashsize",
    number(UINT32_MAX, (draft, value) => {
      draft.hashSize = hashSizeFor(value);
    }),
  ],
  [
    "maxelem",
    number(UINT32_MAX, (draft, value) => {
      draft.elementsMax = value;
    }),
  ],
  [
    "bucketsize",
    number(255, (draft, value) => {
      draft.bucketSize = bucketSizeFor(value);
    }),
  ],
  [
    "initval",
    number(UINT32_MAX, (draft, value) => {
      draft.initialValue = value;
    }),
  ],
  [
    "forceadd",
    flag((draft) => {
      draft.forceAdd = true;
    }),
  ],
]);

const LIST_MIN = 4;

function optionsOf(type: SetType): ReadonlyMap<string, CreateOption> {
  if (type === "hash:ip") return new Map([...HASH, ["netmask", NETMASK]]);
  if (type.startsWith("hash:")) return HASH;
  if (type === "list:set")
    return new Map([
      ...COMMON,
      [
        "size",
        number(UINT32_MAX, (draft, value) => {
          draft.size = Math.max(value, LIST_MIN);
        }),
      ],
    ]);
  const range: CreateOption = {
    takes: 1,
    apply: (context, value) =>
      type === "bitmap:ip" ? readAddressRange(value, context) : readPortRange(value, context),
  };
  const bitmap = new Map([...COMMON, ["range", range] as const]);
  return type === "bitmap:ip" ? bitmap.set("netmask", NETMASK).set("network", range) : bitmap;
}

const usual = (name: string, type: SetType, initialValue: number): Draft => ({
  name,
  type,
  family: "inet",
  hashSize: 1024,
  elementsMax: 65_536,
  bucketSize: BUCKET_MAX,
  initialValue,
  forceAdd: false,
  netmask: 32,
  first: 0,
  last: 0,
  size: 8,
  timeout: null,
  counters: false,
  comments: false,
  skbinfo: false,
});

/** Reads what follows the type. */
export function readCreateOptions(
  name: string,
  type: SetType,
  words: Words,
  names: Names,
  initialValue: number,
): SetSpec {
  const options = optionsOf(type);
  const draft = usual(name, type, initialValue);
  const read: (readonly [word: string, option: CreateOption, value: string])[] = [];
  for (let word = words.next(); word !== undefined; word = words.next()) {
    const option = word === "-4" || word === "-6" ? FAMILY_FLAG : options.get(word);
    if (option === undefined) return misused(`Unknown argument: \`${word}'`);
    read.push([word, option, option.takes === 1 ? words.value(word) : word]);
  }
  // values are looked at when all words are known
  const given = new Set<string>();
  for (const [word, option, value] of read) {
    if (given.has(word) && option.takes === 1) return syntaxError(`${word} already specified`);
    given.add(word);
    option.apply({ draft, names }, value);
  }
  if (type.startsWith("bitmap:") && !given.has("range") && !given.has("network"))
    return misused("Mandatory option `range' is missing");
  return draft;
}
