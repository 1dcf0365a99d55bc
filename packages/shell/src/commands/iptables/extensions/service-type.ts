/** libxt_tos, libxt_TOS, libxt_dscp, libxt_DSCP and libipt_ECN: the second octet of the IP header. */
import type { OptionValues } from "@lvsim/core";
import { leadingNumber, parseNumber } from "../numbers.ts";
import { usage } from "../problem.ts";
import { type Extension, type ExtensionOption, optionValue } from "./extension.ts";
import { readBounded } from "./values.ts";

const hex2 = (value: number): string => `0x${value.toString(16).padStart(2, "0")}`;

/** RFC 1349's words for the four bits that it knew. */
const TOS_NAMES: readonly (readonly [name: string, value: number])[] = [
  ["Minimize-Delay", 0x10],
  ["Maximize-Throughput", 0x08],
  ["Maximize-Reliability", 0x04],
  ["Minimize-Cost", 0x02],
  ["Normal-Service", 0x00],
];
/** A name leaves the two bits of ECN alone. */
const NAME_MASK = 0x3f;

/** `value[/mask]` or a name; a number without a mask stands for all bits. */
function readTos(text: string): string {
  const number = leadingNumber(text, 0, 255);
  if (number === undefined) {
    const wanted = text.toLowerCase();
    const named = TOS_NAMES.find(([name]) => name.toLowerCase() === wanted);
    if (named === undefined) return usage(`Symbolic name "${text}" is unknown`);
    return `${hex2(named[1])}/${hex2(NAME_MASK)}`;
  }
  const [value, rest] = number;
  const mask = rest.startsWith("/") ? parseNumber(rest.slice(1), 0, 255) : 255;
  const isWhole = mask !== undefined && (rest === "" || rest.startsWith("/"));
  return isWhole ? `${hex2(value)}/${hex2(mask)}` : usage(`Illegal value: "${text}"`);
}

/** The name of a value with a name's mask. */
function tosName(text: string): string | undefined {
  const [value, mask] = text.split("/").map(Number);
  return mask === NAME_MASK ? TOS_NAMES.find(([, known]) => known === value)?.[0] : undefined;
}

export const tos: Extension = {
  name: "tos",
  options: [{ name: "tos", words: 1, invertible: true, mandatory: true, read: readTos }],
  print(values, { numeric }) {
    const value = optionValue(values, "tos");
    const name = numeric ? undefined : tosName(value?.text ?? "");
    if (name !== undefined) return ` tos match${value?.inverted === true ? " !" : ""} ${name}`;
    return ` tos match${value?.inverted === true ? "!" : ""}${value?.text}`;
  },
};

const TOS_FORMS = ["set-tos", "and-tos", "or-tos", "xor-tos"] as const;

function readTosForm(form: (typeof TOS_FORMS)[number], text: string): string {
  if (form === "set-tos") return readTos(text);
  const bits = Number(readBounded("TOS", form, 0, 255)(text));
  if (form === "and-tos") return `0x00/${hex2(~bits & 0xff)}`;
  return `${hex2(bits)}/${hex2(form === "or-tos" ? bits : 0)}`;
}

/** Whatever form was used is kept as --set-tos. */
const asSetTos = (values: OptionValues): OptionValues | undefined => {
  for (const form of TOS_FORMS) {
    const value = values[form];
    if (value !== undefined) return { "set-tos": value };
  }
  return undefined;
};

function printTos(text: string): string {
  const [value = 0, mask = 0] = text.split("/").map(Number);
  if (value === 0) return ` TOS and ${hex2(~mask & 0xff)}`;
  if (value === mask) return ` TOS or ${hex2(value)}`;
  if (mask === 0) return ` TOS xor ${hex2(value)}`;
  return ` TOS set ${text}`;
}

export const tosTarget: Extension = {
  name: "TOS",
  options: TOS_FORMS.map(
    (name): ExtensionOption => ({
      name,
      words: 1,
      excludes: TOS_FORMS.filter((form) => form !== name),
      read: (text) => readTosForm(name, text),
    }),
  ),
  finish: (values) => asSetTos(values) ?? usage("TOS: An action is required"),
  print(values, { numeric }) {
    const text = values["set-tos"] ?? "";
    if (numeric) return ` TOS set ${text}`;
    const name = tosName(text);
    // iptables 1.8.9 has its blank in the wrong place
    return name === undefined ? printTos(text) : `  TOS set${name}`;
  },
};

/** Classes of RFC 2597, RFC 3246 and the class selectors of RFC 2474. */
const DSCP_CLASSES: ReadonlyMap<string, number> = new Map([
  ...Array.from({ length: 8 }, (_, n): [string, number] => [`cs${n}`, n * 8]),
  ["be", 0],
  ...[1, 2, 3, 4].flatMap((n) =>
    [1, 2, 3].map((m): [string, number] => [`af${n}${m}`, n * 8 + m * 2]),
  ),
  ["ef", 0x2e],
]);

const readClass = (text: string): string =>
  hex2(DSCP_CLASSES.get(text.toLowerCase()) ?? usage(`Invalid DSCP value \`${text}'`));

/** The two ways to name a code point, kept as the number. */
const dscpOptions = (target: string, prefix: string, invertible: boolean): ExtensionOption[] => [
  {
    name: `${prefix}dscp`,
    words: 1,
    invertible,
    excludes: [`${prefix}dscp-class`],
    read: (text) => hex2(Number(readBounded(target, `${prefix}dscp`, 0, 63)(text))),
  },
  {
    name: `${prefix}dscp-class`,
    key: `${prefix}dscp`,
    words: 1,
    invertible,
    excludes: [`${prefix}dscp`],
    read: readClass,
  },
];

export const dscp: Extension = {
  name: "dscp",
  options: dscpOptions("dscp", "", true),
  finish: (values) =>
    Object.keys(values).length === 0 ? usage("DSCP match: Parameter --dscp is required") : values,
  print(values) {
    const value = optionValue(values, "dscp");
    return ` DSCP match ${value?.inverted === true ? "!" : ""}${value?.text}`;
  },
};

export const dscpTarget: Extension = {
  name: "DSCP",
  options: dscpOptions("DSCP", "set-", false),
  finish: (values) =>
    Object.keys(values).length === 0
      ? usage("DSCP target: Parameter --set-dscp is required")
      : values,
  print: (values) => ` DSCP set ${values["set-dscp"]}`,
};

export const ecnTarget: Extension = {
  name: "ECN",
  options: [{ name: "ecn-tcp-remove", words: 0 }],
  finish: (values) =>
    Object.keys(values).length === 0 ? usage("ECN target: An operation is required") : values,
  print: () => " ECN TCP remove",
};
