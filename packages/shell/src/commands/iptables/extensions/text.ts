/** libxt_string: text is kept in quotes as iptables-save writes it, octets of other kinds in hexadecimal. */
import { usage } from "../problem.ts";
import { type Extension, type ExtensionOption, optionValue } from "./extension.ts";
import { readBounded } from "./values.ts";

const PATTERN_MAX = 128;
const OFFSET_MAX = 0xffff;

const isPlain = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

const quoted = (text: string): string => `"${text.replace(/["'\\]/g, "\\$&")}"`;

function readText(text: string): string {
  if (text === "") usage("Argument must have a minimum length of 1 characters\n");
  if (text.length > PATTERN_MAX) usage(`STRING too long "${text}"`);
  return quoted(text);
}

/** Text in which `|` … `|` holds octets, parted by blanks or not; characters beyond Latin-1 are left out. */
function readHex(text: string): string {
  let octets = "";
  text.split("|").forEach((part, index, parts) => {
    if (index % 2 === 0) {
      octets += part;
      return;
    }
    const digits = part.replace(/ /g, "");
    if (index === parts.length - 1 || !/^(?:[0-9a-fA-F]{2})+$/.test(digits))
      usage("Invalid hex block");
    for (const [pair] of digits.matchAll(/../g))
      octets += String.fromCharCode(Number.parseInt(pair, 16));
  });
  if (isPlain(octets) && !octets.includes("|")) return quoted(octets);
  let hex = "";
  for (let i = 0; i < octets.length; i++)
    hex += (octets.charCodeAt(i) & 255).toString(16).padStart(2, "0");
  return `"|${hex}|"`;
}

const pattern = (name: string, read: (text: string) => string, other: string): ExtensionOption => ({
  name,
  words: 1,
  invertible: true,
  excludes: [other],
  read,
});

export const string: Extension = {
  name: "string",
  options: [
    pattern("string", readText, "hex-string"),
    pattern("hex-string", readHex, "string"),
    { name: "algo", words: 1, mandatory: true },
    { name: "from", words: 1, read: readBounded("string", "from", 0, OFFSET_MAX) },
    { name: "to", words: 1, read: readBounded("string", "to", 0, OFFSET_MAX) },
    { name: "icase", words: 0 },
  ],
  finish(values) {
    const hex = optionValue(values, "hex-string");
    if (hex === undefined && optionValue(values, "string") === undefined)
      usage("STRING match: You must specify `--string' or `--hex-string'");
    const kept: Record<string, string> = {};
    for (const key of Object.keys(values)) {
      const value = values[key] as string;
      // octets that are all text are kept as text
      const name = hex !== undefined && !value.startsWith('"|') ? key.replace("hex-", "") : key;
      if (!(key === "from" && value === "0") && !(key === "to" && value === String(OFFSET_MAX)))
        kept[name] = value;
    }
    return kept;
  },
  print(values) {
    const value = optionValue(values, "hex-string") ?? optionValue(values, "string");
    let text = ` STRING match ${value?.inverted === true ? "!" : ""} ${value?.text}`;
    text += ` ALGO name ${values.algo}`;
    if (values.from !== undefined) text += ` FROM ${values.from}`;
    if (values.to !== undefined) text += ` TO ${values.to}`;
    return values.icase === undefined ? text : `${text} ICASE`;
  },
};
