/** Further matches: physdev, tcpmss, quota. */
import type { OptionValues } from "@lvsim/core";
import { usage } from "../problem.ts";
import {
  type Extension,
  type ExtensionOption,
  optionValue,
  type ReadContext,
} from "./extension.ts";
import { readInterfaceName, readParts } from "./values.ts";

const readInterface = (text: string, { warnings }: ReadContext): string =>
  readInterfaceName(text, warnings);

const PHYSDEV_OPTIONS = ["in", "out", "is-in", "is-out", "is-bridged"] as const;

function printPhysdev(values: OptionValues): string {
  let text = "";
  // -L has another order than -S
  for (const name of ["is-in", "in", "is-out", "out", "is-bridged"]) {
    const value = optionValue(values, `physdev-${name}`);
    if (value === undefined) continue;
    text += `${value.inverted ? " !" : ""} --physdev-${name}`;
    if (!name.startsWith("is-")) text += ` ${value.text}`;
  }
  return ` PHYSDEV match${text}`;
}

export const physdev: Extension = {
  name: "physdev",
  options: PHYSDEV_OPTIONS.map((name): ExtensionOption => {
    const option = { name: `physdev-${name}`, invertible: true };
    return name.startsWith("is-")
      ? { ...option, words: 0 }
      : { ...option, words: 1, read: readInterface };
  }),
  finish: (values) =>
    Object.keys(values).length === 0 ? usage("PHYSDEV: no physdev option specified") : values,
  print: printPhysdev,
};

const SIZE_MAX = 0xffff;

function readSizes(text: string): string {
  const [from = 0, to = from] = readParts("tcpmss", "mss", SIZE_MAX, text);
  if (from > to) usage("tcpmss: invalid range given");
  return from === to ? String(from) : `${from}:${to}`;
}

export const tcpmssMatch: Extension = {
  name: "tcpmss",
  options: [{ name: "mss", words: 1, invertible: true, mandatory: true, read: readSizes }],
  print(values) {
    const value = optionValue(values, "mss");
    return ` tcpmss match ${value?.inverted === true ? "!" : ""}${value?.text}`;
  },
};

const QUOTA_MAX = 0xffffffffffffffffn;

function readQuota(text: string): string {
  const digits = /^0[0-7]+$/.test(text) ? `0o${text.slice(1)}` : text;
  const value = /^(?:0[xX][0-9a-fA-F]+|0o[0-7]+|\d+)$/.test(digits) ? BigInt(digits) : -1n;
  if (value < 0n || value > QUOTA_MAX)
    usage(`quota: bad value for option "--quota", or out of range (0-${QUOTA_MAX}).\n`);
  return String(value);
}

export const quota: Extension = {
  name: "quota",
  options: [{ name: "quota", words: 1, invertible: true, mandatory: true, read: readQuota }],
  print: (values) => ` quota: ${optionValue(values, "quota")?.text} bytes`,
};
