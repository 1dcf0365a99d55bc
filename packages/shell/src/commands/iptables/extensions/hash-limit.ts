/** libxt_hashlimit. Left out: rates in octets. */
import { HASH_LIMIT_SCALE, type OptionValues } from "@lvsim/core";
import { leadingNumber, parseNumber, UINT32_MAX } from "../numbers.ts";
import { usage } from "../problem.ts";
import { type Extension, type ExtensionOption, optionValue } from "./extension.ts";
import { RATE_UNITS, rateText } from "./rate.ts";
import { readBounded } from "./values.ts";

const NAME_MAX = 254;
const DEFAULT_BURST = "5";
const BURST_MAX = 1_000_000;
/** libxt_hashlimit leaves it to the kernel to refuse masks beyond 32. */
const MASK_MAX = 128;
const DEFAULT_INTERVAL = "1000";

const badValue = (option: string, text: string): never =>
  usage(`hashlimit: Bad value for "--${option}" option: "${text}"`);

const readRate =
  (option: string) =>
  (text: string): string => {
    const slash = text.indexOf("/");
    const unitText = slash < 0 ? "s" : text.slice(slash + 1).toLowerCase();
    const unit =
      unitText === "" ? undefined : RATE_UNITS.find(([name]) => name.startsWith(unitText));
    const count = Number.parseInt(text, 10);
    if (unit === undefined || !(count > 0) || count > UINT32_MAX) return badValue(option, text);
    const interval = Math.floor((HASH_LIMIT_SCALE * unit[1]) / count);
    return interval === 0 ? usage(`Rate too fast "${text}"`) : rateText(interval, HASH_LIMIT_SCALE);
  };

const MODES = ["srcip", "srcport", "dstip", "dstport"];

function readModes(text: string): string {
  const chosen = text.split(",");
  if (chosen.some((mode) => !MODES.includes(mode))) badValue("hashlimit-mode", text);
  return MODES.filter((mode) => chosen.includes(mode)).join(",");
}

function readBurst(text: string): string {
  const found = leadingNumber(text, 1, BURST_MAX);
  return String(
    found?.[0] ??
      usage(`bad value for option "--hashlimit-burst", or out of range (1-${BURST_MAX}).`),
  );
}

const number = (name: string, max: number): ExtensionOption => ({
  name,
  words: 1,
  read: readBounded("hashlimit", name, 0, max),
});

const rate = (name: string, aliases: readonly string[], other: string): ExtensionOption => ({
  name,
  aliases,
  words: 1,
  invertible: true,
  excludes: [other],
  read: readRate(name),
});

const mask = (name: string): ExtensionOption => ({
  name,
  words: 1,
  read: (text) =>
    String(
      parseNumber(text, 0, MASK_MAX) ??
        usage(
          `hashlimit: bad value for option "--${name}", neither a valid network mask nor valid CIDR (0-32).\n`,
        ),
    ),
});

const HTABLE_OPTIONS = ["size", "max", "gcinterval", "expire"].map((name) =>
  number(`hashlimit-htable-${name}`, UINT32_MAX),
);

/** A negated rate is kept as its opposite; what is usual is left out. */
function asSaved(values: OptionValues): OptionValues {
  const upto = optionValue(values, "hashlimit-upto");
  const above = optionValue(values, "hashlimit-above");
  const given = upto ?? above;
  if (given === undefined) return values;
  const isUpto = (upto !== undefined) !== given.inverted;
  const saved: Record<string, string> = {
    [isUpto ? "hashlimit-upto" : "hashlimit-above"]: given.text,
    "hashlimit-burst": readBurst(values["hashlimit-burst"] ?? DEFAULT_BURST),
  };
  for (const key of Object.keys(values))
    if (saved[key] === undefined && !/hashlimit-(upto|above)$/.test(key))
      saved[key] = values[key] as string;
  const unit = RATE_UNITS.find(([, , word]) => given.text.endsWith(`/${word}`));
  if (saved["hashlimit-htable-gcinterval"] === DEFAULT_INTERVAL)
    delete saved["hashlimit-htable-gcinterval"];
  // entries live for the rate's unit
  if (saved["hashlimit-htable-expire"] === String((unit?.[1] ?? 1) * 1000))
    delete saved["hashlimit-htable-expire"];
  for (const side of ["srcmask", "dstmask"])
    if (saved[`hashlimit-${side}`] === "32") delete saved[`hashlimit-${side}`];
  return saved;
}

/** Words of -L for what may follow the burst. */
const PRINTED = [
  ["hashlimit-htable-size", "htable-size"],
  ["hashlimit-htable-max", "htable-max"],
  ["hashlimit-htable-gcinterval", "htable-gcinterval"],
  ["hashlimit-htable-expire", "htable-expire"],
  ["hashlimit-srcmask", "srcmask"],
  ["hashlimit-dstmask", "dstmask"],
] as const;

export const hashlimit: Extension = {
  name: "hashlimit",
  options: [
    rate("hashlimit-upto", ["hashlimit"], "hashlimit-above"),
    rate("hashlimit-above", [], "hashlimit-upto"),
    { name: "hashlimit-burst", words: 1 },
    { name: "hashlimit-mode", words: 1, read: readModes },
    {
      name: "hashlimit-name",
      words: 1,
      mandatory: true,
      read: (text) =>
        text.length > NAME_MAX
          ? usage(`hashlimit: Argument must have a maximum length of ${NAME_MAX} characters`)
          : text,
    },
    ...HTABLE_OPTIONS,
    mask("hashlimit-srcmask"),
    mask("hashlimit-dstmask"),
  ],
  check(values) {
    if (/hashlimit-(upto|above)/.test(Object.keys(values).join(" "))) return;
    usage("You have to specify --hashlimit");
  },
  finish: asSaved,
  print(values) {
    const upto = values["hashlimit-upto"];
    const above = values["hashlimit-above"];
    let text = ` limit: ${upto === undefined ? `above ${above}` : `up to ${upto}`}`;
    text += ` burst ${values["hashlimit-burst"]}`;
    const modes = values["hashlimit-mode"];
    if (modes !== undefined) text += ` mode ${modes.split(",").join("-")}`;
    for (const [key, word] of PRINTED)
      if (values[key] !== undefined) text += ` ${word} ${values[key]}`;
    return text;
  },
};
