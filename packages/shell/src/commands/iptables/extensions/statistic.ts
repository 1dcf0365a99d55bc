/** libxt_statistic: a probability is kept as the kernel's multiple of 2^-31, to eleven decimals. */
import { parseNumber, UINT32_MAX } from "../numbers.ts";
import { usage } from "../problem.ts";
import { type Extension, optionValue } from "./extension.ts";
import { readBounded } from "./values.ts";

const SCALE = 0x80000000;
const DECIMALS = 11;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

function readProbability(text: string): string {
  const value = NUMBER.test(text) ? Number(text) : -1;
  if (value < 0 || value > 1)
    usage(`statistic: bad value for option "--probability", or out of range (0-1).\n`);
  return (Math.round(value * SCALE) / SCALE).toFixed(DECIMALS);
}

const MODES = ["random", "nth"];

export const statistic: Extension = {
  name: "statistic",
  options: [
    {
      name: "mode",
      words: 1,
      mandatory: true,
      read: (text) => MODES.find((mode) => mode === text) ?? usage(`Bad mode "${text}"`),
    },
    {
      name: "probability",
      words: 1,
      invertible: true,
      excludes: ["every", "packet"],
      read: readProbability,
    },
    {
      name: "every",
      words: 1,
      invertible: true,
      requires: "packet",
      excludes: ["probability"],
      read: readBounded("statistic", "every", 1, UINT32_MAX),
    },
    {
      name: "packet",
      words: 1,
      requires: "every",
      excludes: ["probability"],
      read: readBounded("statistic", "packet", 0, UINT32_MAX),
    },
  ],
  check(values) {
    const every = optionValue(values, "every");
    if (values.mode !== "nth") {
      if (optionValue(values, "probability") === undefined)
        usage("--probability must be specified when using random mode");
    } else if (every === undefined && values.packet === undefined)
      usage("--every and --packet must be specified when using nth mode");
    const packet = parseNumber(values.packet ?? "0", 0, UINT32_MAX) ?? 0;
    if (values.mode === "nth" && packet > Number(every?.text ?? "1") - 1)
      usage("the --packet p must be 0 <= p <= n-1");
  },
  print(values) {
    const probability = optionValue(values, "probability");
    if (probability !== undefined)
      return ` statistic mode random${probability.inverted ? " !" : ""} probability ${probability.text}`;
    const every = optionValue(values, "every");
    const packet = values.packet === "0" ? "" : ` packet ${values.packet}`;
    return ` statistic mode nth${every?.inverted === true ? " !" : ""} every ${every?.text}${packet}`;
  },
};
