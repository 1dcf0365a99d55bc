/** The MARK and CONNMARK targets: every way to say it becomes value and mask, applied as (mark & ~mask) ^ value. */
import type { OptionValues } from "@lvsim/core";
import { hexText, UINT32_MAX } from "../numbers.ts";
import { usage } from "../problem.ts";
import type { Extension, ExtensionOption } from "./extension.ts";
import { readBounded, readMarkAndMask } from "./values.ts";

const FORMS = ["set-xmark", "set-mark", "and-mark", "or-mark", "xor-mark"] as const;

const text = (value: number, mask: number): string => `${hexText(value)}/${hexText(mask)}`;

function readForm(target: string, form: (typeof FORMS)[number], value: string): string {
  if (form === "set-xmark" || form === "set-mark") {
    const [mark, mask] = readMarkAndMask(target, form, value);
    return text(mark, form === "set-mark" ? (mark | mask) >>> 0 : mask);
  }
  const bits = Number(readBounded(target, form, 0, UINT32_MAX)(value));
  if (form === "and-mark") return text(0, ~bits >>> 0);
  return text(bits, form === "or-mark" ? bits : 0);
}

const forms = (target: string, others: readonly string[]): ExtensionOption[] =>
  FORMS.map((name) => ({
    name,
    words: 1,
    excludes: [...FORMS.filter((form) => form !== name), ...others],
    read: (value) => readForm(target, name, value),
  }));

/** Whatever form was used is kept as --set-xmark. */
const asXmark = (values: OptionValues): OptionValues | undefined => {
  for (const form of FORMS) {
    const value = values[form];
    if (value !== undefined) return { "set-xmark": value };
  }
  return undefined;
};

function printXmark(word: string, values: OptionValues): string {
  const [value = "", mask = ""] = (values["set-xmark"] ?? "").split("/");
  if (value === "0x0") return ` ${word} and ${hexText(~Number(mask))}`;
  if (value === mask) return ` ${word} or ${value}`;
  if (mask === "0x0") return ` ${word} xor ${value}`;
  return mask === "0xffffffff" ? ` ${word} set ${value}` : ` ${word} xset ${value}/${mask}`;
}

export const markTarget: Extension = {
  name: "MARK",
  options: forms("MARK", []),
  finish: (values) =>
    asXmark(values) ??
    usage("MARK: One of the --set-xmark, --{and,or,xor,set}-mark options is required"),
  print: (values) => printXmark("MARK", values),
};

const TRANSFERS = ["save-mark", "restore-mark"] as const;
const ALL_BITS = "0xffffffff";

const maskOption = (name: string, excludes: readonly string[]): ExtensionOption => ({
  name,
  words: 1,
  excludes,
  read: (value) => hexText(Number(readBounded("CONNMARK", name, 0, UINT32_MAX)(value))),
});

export const connmarkTarget: Extension = {
  name: "CONNMARK",
  options: [
    ...forms("CONNMARK", TRANSFERS),
    { name: "save-mark", words: 0, excludes: ["restore-mark"] },
    { name: "restore-mark", words: 0 },
    maskOption("ctmask", ["mask"]),
    maskOption("nfmask", ["mask"]),
    maskOption("mask", []),
  ],
  finish(values) {
    const { mask } = values;
    for (const transfer of TRANSFERS)
      if (values[transfer] !== undefined)
        return {
          [transfer]: "",
          nfmask: mask ?? values.nfmask ?? ALL_BITS,
          ctmask: mask ?? values.ctmask ?? ALL_BITS,
        };
    const set = asXmark(values) ?? usage("CONNMARK target: No operation specified");
    if (mask === undefined) return set;
    return { "set-xmark": `${set["set-xmark"]?.split("/")[0]}/${mask}` };
  },
  print(values) {
    const { nfmask = ALL_BITS, ctmask = ALL_BITS } = values;
    const common = nfmask === ctmask;
    const all = common && nfmask === ALL_BITS;
    const mask = all ? "" : ` mask ${nfmask}`;
    if (values["save-mark"] !== undefined)
      return ` CONNMARK save${common ? mask : ` nfmask ${nfmask} ctmask ~${ctmask}`}`;
    if (values["restore-mark"] === undefined) return printXmark("CONNMARK", values);
    return ` CONNMARK restore${common ? mask : ` ctmask ${ctmask} nfmask ~${nfmask}`}`;
  },
};
