/** Matches on single fields: mark, limit, comment, addrtype, ttl, mac, length, iprange, pkttype. */
import {
  ADDRESS_TYPE_NAMES,
  formatIpv4Address,
  formatMacAddress,
  limitInterval,
  type OptionValues,
  parseMacAddress,
} from "@lvsim/core";
import { parseDotted } from "../address.ts";
import { usage } from "../problem.ts";
import { type Extension, optionValue, type ReadContext } from "./extension.ts";
import { RATE_UNITS, rateText } from "./rate.ts";
import { markText, readBounded, readMarkAndMask, readRange, readWords } from "./values.ts";

export const mark: Extension = {
  name: "mark",
  options: [
    {
      name: "mark",
      words: 1,
      invertible: true,
      mandatory: true,
      read: (text) => markText(...readMarkAndMask("mark", "mark", text)),
    },
  ],
  print(values) {
    const value = optionValue(values, "mark");
    return ` mark match${value?.inverted === true ? " !" : ""} ${value?.text}`;
  },
};

/** The kernel counts the time between packets in 1/10,000 s. */
const LIMIT_SCALE = 10_000;

function readRate(text: string): string {
  const slash = text.indexOf("/");
  const unitText = slash < 0 ? "s" : text.slice(slash + 1).toLowerCase();
  const unit = unitText === "" ? undefined : RATE_UNITS.find(([name]) => name.startsWith(unitText));
  const count = Number.parseInt(text, 10);
  if (unit === undefined || !(count > 0)) return usage(`bad rate "${text}"'`);
  const interval = limitInterval(`${count}/${unit[2]}`);
  if (interval === 0) usage(`Rate too fast "${text}"`);
  return rateText(interval, LIMIT_SCALE);
}

const DEFAULT_RATE = "3/hour";
const DEFAULT_BURST = "5";

export const limit: Extension = {
  name: "limit",
  options: [
    { name: "limit", words: 1, read: readRate },
    { name: "limit-burst", words: 1, read: readBounded("limit", "limit-burst", 0, 10_000) },
  ],
  finish(values) {
    const burst = values["limit-burst"] ?? DEFAULT_BURST;
    const rate = { limit: values.limit ?? DEFAULT_RATE };
    return burst === DEFAULT_BURST ? rate : { ...rate, "limit-burst": burst };
  },
  print: (values) => ` limit: avg ${values.limit} burst ${values["limit-burst"] ?? DEFAULT_BURST}`,
};

const COMMENT_MAX = 255;

export const comment: Extension = {
  name: "comment",
  options: [
    { name: "comment", words: 1, mandatory: true, read: (text) => text.slice(0, COMMENT_MAX) },
  ],
  print: (values) => ` /* ${values.comment} */`,
};

const readAddressTypes = (text: string): string =>
  readWords(text, ADDRESS_TYPE_NAMES, (word, rest) =>
    usage(rest === word ? `addrtype: bad type "${word}"` : `addrtype: bad type \`${rest}'`),
  );

function printAddressTypes(values: OptionValues, key: string): string {
  const value = optionValue(values, key);
  return value === undefined ? "" : ` ${key} ${value.inverted ? "!" : ""}${value.text}`;
}

export const addrtype: Extension = {
  name: "addrtype",
  options: [
    { name: "src-type", words: 1, invertible: true, read: readAddressTypes },
    { name: "dst-type", words: 1, invertible: true, read: readAddressTypes },
    { name: "limit-iface-in", words: 0, excludes: ["limit-iface-out"] },
    { name: "limit-iface-out", words: 0, excludes: ["limit-iface-in"] },
  ],
  finish: (values) =>
    optionValue(values, "src-type") === undefined && optionValue(values, "dst-type") === undefined
      ? usage("addrtype: you must specify --src-type or --dst-type")
      : values,
  print: (values) =>
    ` ADDRTYPE match${printAddressTypes(values, "src-type")}` +
    printAddressTypes(values, "dst-type") +
    (values["limit-iface-in"] === undefined ? "" : " limit-in") +
    (values["limit-iface-out"] === undefined ? "" : " limit-out"),
};

export const ttl: Extension = {
  name: "ttl",
  options: [
    {
      name: "ttl-lt",
      words: 1,
      excludes: ["ttl-gt", "ttl-eq"],
      read: readBounded("ttl", "ttl-lt", 0, 255),
    },
    {
      name: "ttl-gt",
      words: 1,
      excludes: ["ttl-lt", "ttl-eq"],
      read: readBounded("ttl", "ttl-gt", 0, 255),
    },
    {
      name: "ttl-eq",
      aliases: ["ttl"],
      words: 1,
      invertible: true,
      excludes: ["ttl-lt", "ttl-gt"],
      read: readBounded("ttl", "ttl-eq", 0, 255),
    },
  ],
  finish: (values) =>
    Object.keys(values).length === 0
      ? usage("TTL match: You must specify one of `--ttl-eq', `--ttl-lt', `--ttl-gt")
      : values,
  print(values) {
    const equal = optionValue(values, "ttl-eq");
    if (equal !== undefined) return ` TTL match TTL ${equal.inverted ? "!=" : "=="} ${equal.text}`;
    const below = values["ttl-lt"];
    return ` TTL match TTL ${below === undefined ? `> ${values["ttl-gt"]}` : `< ${below}`}`;
  },
};

function readMac(text: string): string {
  const address = text.length === 17 ? parseMacAddress(text) : undefined;
  return formatMacAddress(address ?? usage("Invalid MAC address specified."));
}

export const mac: Extension = {
  name: "mac",
  options: [{ name: "mac-source", words: 1, invertible: true, mandatory: true, read: readMac }],
  print(values) {
    const value = optionValue(values, "mac-source");
    return ` MAC${value?.inverted === true ? " !" : ""} ${value?.text}`;
  },
};

export const length: Extension = {
  name: "length",
  options: [
    {
      name: "length",
      words: 1,
      invertible: true,
      mandatory: true,
      read: readRange("length", "length", 0xffff),
    },
  ],
  print(values) {
    const value = optionValue(values, "length");
    return ` length ${value?.inverted === true ? "!" : ""}${value?.text}`;
  },
};

const readAddressRange =
  (option: string) =>
  (text: string, { warnings }: ReadContext): string => {
    const bad = (part: string): never =>
      usage(`iprange: Bad value for "--${option}" option: "${part}"`);
    const dash = text.indexOf("-");
    const first = dash < 0 ? text : text.slice(0, dash);
    const last = dash < 0 ? first : text.slice(dash + 1);
    const from = parseDotted(first) ?? bad(first);
    const to = parseDotted(last) ?? bad(last);
    const range = `${formatIpv4Address(from)}-${formatIpv4Address(to)}`;
    if (from >>> 0 > to >>> 0)
      warnings.push(`xt_iprange: range ${range} is reversed and will never match\n`);
    return range;
  };

function printAddressRange(values: OptionValues, key: string, word: string): string {
  const value = optionValue(values, key);
  return value === undefined ? "" : ` ${word} IP range${value.inverted ? " !" : ""} ${value.text}`;
}

export const iprange: Extension = {
  name: "iprange",
  options: [
    { name: "src-range", words: 1, invertible: true, read: readAddressRange("src-range") },
    { name: "dst-range", words: 1, invertible: true, read: readAddressRange("dst-range") },
  ],
  finish: (values) =>
    Object.keys(values).length === 0
      ? usage("iprange match: You must specify `--src-range' or `--dst-range'")
      : values,
  print: (values) =>
    printAddressRange(values, "src-range", "source") +
    printAddressRange(values, "dst-range", "destination"),
};

const PACKET_TYPES = ["unicast", "broadcast", "multicast"];

export const pkttype: Extension = {
  name: "pkttype",
  options: [
    {
      name: "pkt-type",
      words: 1,
      invertible: true,
      mandatory: true,
      read: (text) =>
        PACKET_TYPES.find((name) => name.startsWith(text.toLowerCase())) ??
        usage(`Bad packet type '${text}'`),
    },
  ],
  print(values) {
    const value = optionValue(values, "pkt-type");
    return ` PKTTYPE ${value?.inverted === true ? "!=" : "="} ${value?.text}`;
  },
};
