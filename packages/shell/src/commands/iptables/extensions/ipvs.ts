/** libxt_ipvs. */
import { formatIpv4Address, type OptionValues } from "@lvsim/core";
import { parseLooseAddress } from "../../hosts-file.ts";
import { leadingNumber } from "../numbers.ts";
import { usage } from "../problem.ts";
import { parseProtocol } from "../protocol.ts";
import {
  type Extension,
  type ExtensionOption,
  optionValue,
  type ReadContext,
} from "./extension.ts";
import { readService } from "./ports.ts";

/** `address[/length]`; host bits stay, and then nothing matches. */
function readAddress(text: string, { names }: ReadContext): string {
  const slash = text.indexOf("/");
  const host = slash < 0 ? text : text.slice(0, slash);
  const address = parseLooseAddress(host) ?? names.hostAddress(host);
  if (address === undefined) return usage("getaddrinfo: Temporary failure in name resolution\n");
  const [length] = leadingNumber(slash < 0 ? "32" : text.slice(slash + 1), 0, 32) ?? [32];
  return length === 32 ? formatIpv4Address(address) : `${formatIpv4Address(address)}/${length}`;
}

const oneOf =
  (option: string, words: readonly string[]) =>
  (text: string): string =>
    words.find((word) => word === text.toUpperCase()) ??
    usage(`ipvs: Bad value for "--${option}" option: "${text}"`);

const option = (name: string, read: NonNullable<ExtensionOption["read"]>): ExtensionOption => ({
  name,
  words: 1,
  invertible: name !== "vdir",
  read,
});

const readPort = (text: string, { names }: ReadContext): string => String(readService(text, names));

const OPTIONS: readonly ExtensionOption[] = [
  { name: "ipvs", words: 0, invertible: true },
  option("vproto", (text) => String(parseProtocol(text))),
  option("vaddr", readAddress),
  option("vport", readPort),
  option("vdir", oneOf("vdir", ["ORIGINAL", "REPLY"])),
  option("vmethod", oneOf("vmethod", ["GATE", "IPIP", "MASQ"])),
  option("vportctl", readPort),
];

function check(values: OptionValues): void {
  const count = Object.keys(values).length;
  if (count === 0) usage("IPVS: At least one option is required");
  if (values["! ipvs"] !== undefined && count > 1)
    usage("! --ipvs cannot be together with other options");
}

export const ipvs: Extension = {
  name: "ipvs",
  options: OPTIONS,
  check,
  /** --ipvs says nothing that another option does not say. */
  finish(values) {
    const { ipvs: property, ...rest } = values;
    return property === undefined || Object.keys(rest).length === 0 ? values : rest;
  },
  print(values) {
    let text = "";
    for (const { name } of OPTIONS) {
      const value = optionValue(values, name);
      if (value !== undefined)
        text += `${value.inverted ? " !" : ""} ${name}${value.text === "" ? "" : ` ${value.text}`}`;
    }
    return text;
  },
};
