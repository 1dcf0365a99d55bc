/** libxt_set and libxt_SET: sets of ipset in rules. Left out: --map-set. */
import type { OptionValues } from "@lvsim/core";
import { parseNumber, UINT32_MAX } from "../numbers.ts";
import { usage } from "../problem.ts";
import {
  type Extension,
  type ExtensionOption,
  optionValue,
  type ReadContext,
} from "./extension.ts";

const NAME_MAX = 31;
const DIRECTIONS_MAX = 6;

/** `NAME src,dst…`. */
function readSet(name: string, { hasSet }: ReadContext, directions: string): string {
  if (name.length > NAME_MAX) usage(`setname \`${name}' too long, max ${NAME_MAX} characters.`);
  if (!hasSet(name)) usage(`Set ${name} doesn't exist.\n`);
  const words = directions.split(",").filter((word) => word !== "");
  if (words.length > DIRECTIONS_MAX) usage(`Can't be more src/dst options than ${DIRECTIONS_MAX}.`);
  if (words.some((word) => !word.startsWith("src") && !word.startsWith("dst")))
    usage("You must spefify (the comma separated list of) 'src' or 'dst'.");
  return `${name} ${words.map((word) => word.slice(0, 3)).join(",")}`;
}

const COUNTERS = ["packets", "bytes"] as const;
const RELATIONS = ["eq", "lt", "gt"] as const;

function readCount(text: string): string {
  const value = /^\d{1,20}$/.test(text) ? text : parseNumber(text, 0, UINT32_MAX);
  return String(value ?? usage(`Cannot parse ${text} as a counter value`));
}

const counterOptions: ExtensionOption[] = COUNTERS.flatMap((counter) =>
  RELATIONS.map(
    (relation): ExtensionOption => ({
      name: `${counter}-${relation}`,
      words: 1,
      excludes: RELATIONS.filter((other) => other !== relation).map(
        (other) => `${counter}-${other}`,
      ),
      excludesAs: `only one of the --${counter}-[eq|lt|gt] is allowed`,
      invertible: relation === "eq",
      notInverted: `--${counter}-${relation} option cannot be inverted`,
      read: readCount,
    }),
  ),
);

const setOption = (name: string, aliases: readonly string[]): ExtensionOption => ({
  name,
  aliases,
  words: 2,
  invertible: true,
  again: `--${name} can be specified only once`,
  incomplete: `--${name} requires two args.`,
  read: readSet,
});

const sign = (inverted: boolean): string => (inverted ? " !" : "");

function printOptions(values: OptionValues, options: readonly ExtensionOption[]): string {
  let text = "";
  for (const { name } of options) {
    const value = optionValue(values, name);
    if (value === undefined) continue;
    text += `${sign(value.inverted)} ${name}${value.text === "" ? "" : ` ${value.text}`}`;
  }
  return text;
}

const MATCH_OPTIONS: readonly ExtensionOption[] = [
  setOption("match-set", []),
  { name: "return-nomatch", words: 0, notInverted: "--return-nomatch flag cannot be inverted" },
  { name: "update-counters", words: 0, invertible: true },
  { name: "update-subcounters", words: 0, invertible: true },
  ...counterOptions,
];

export const set: Extension = {
  name: "set",
  options: [
    ...MATCH_OPTIONS,
    {
      ...setOption("set", []),
      key: "match-set",
      again: "--match-set can be specified only once",
      read(name, context, directions) {
        context.warnings.push("--set option deprecated, please use --match-set\n");
        return readSet(name, context, directions);
      },
    },
  ],
  finish: (values) => {
    if (optionValue(values, "match-set") === undefined)
      usage("You must specify `--match-set' with proper arguments");
    // the usual needs no word
    const { "update-counters": _, "update-subcounters": __, ...kept } = values;
    return kept;
  },
  print: (values) => printOptions(values, MATCH_OPTIONS),
};

const TIMEOUT_MAX = 4_294_967_294;

const TARGET_OPTIONS: readonly ExtensionOption[] = [
  { ...setOption("add-set", []), invertible: false },
  { name: "exist", words: 0, repeats: true },
  {
    name: "timeout",
    words: 1,
    repeats: true,
    read: (text) =>
      String(
        parseNumber(text, 0, TIMEOUT_MAX) ??
          usage(`Invalid value for option --timeout or out of range 0-${TIMEOUT_MAX}`),
      ),
  },
  { ...setOption("del-set", []), invertible: false },
];

export const setTarget: Extension = {
  name: "SET",
  options: TARGET_OPTIONS,
  finish: (values) =>
    values["add-set"] === undefined && values["del-set"] === undefined
      ? usage("You must specify either `--add-set' or `--del-set' or `--map-set'")
      : values,
  print: (values) => printOptions(values, TARGET_OPTIONS),
};
