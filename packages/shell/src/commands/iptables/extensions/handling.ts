/** Targets about a packet's further way: CLASSIFY, TEE, TRACE, NFLOG, NFQUEUE, CHECKSUM. */
import { formatIpv4Address, quoteText } from "@lvsim/core";
import { parseLooseAddress } from "../../hosts-file.ts";
import { usage } from "../problem.ts";
import type { Extension, ReadContext } from "./extension.ts";
import { readBounded, readParts } from "./values.ts";

/** As sscanf's %x:%x takes it: what follows does not matter. */
const CLASS = /^\s*(?:0[xX])?([0-9a-fA-F]{1,8}):\s*(?:0[xX])?([0-9a-fA-F]{1,8})/;

/** `major:minor`, hexadecimal. */
function readClass(text: string): string {
  const found = CLASS.exec(text) ?? usage(`Bad class value "${text}"`);
  const part = (digits: string | undefined): string =>
    (Number.parseInt(digits ?? "0", 16) & 0xffff).toString(16).padStart(4, "0");
  return `${part(found[1])}:${part(found[2])}`;
}

export const classify: Extension = {
  name: "CLASSIFY",
  options: [{ name: "set-class", words: 1, mandatory: true, read: readClass }],
  print(values) {
    const parts = (values["set-class"] ?? "").split(":");
    return ` CLASSIFY set ${parts.map((part) => Number.parseInt(part, 16).toString(16)).join(":")}`;
  },
};

function readGateway(text: string, { names }: ReadContext): string {
  const address = parseLooseAddress(text) ?? names.hostAddress(text);
  if (address === undefined) return usage("getaddrinfo: Temporary failure in name resolution\n");
  return formatIpv4Address(address);
}

export const tee: Extension = {
  name: "TEE",
  options: [
    { name: "gateway", words: 1, mandatory: true, read: readGateway },
    { name: "oif", words: 1 },
  ],
  print: (values) =>
    ` TEE gw:${values.gateway}${values.oif === undefined ? "" : ` oif=${values.oif}`}`,
};

export const trace: Extension = { name: "TRACE", options: [], print: () => "" };

const PREFIX_MAX = 63;
const RANGE_WARNING =
  "warn: --nflog-range has never worked and is no longer supported, please use --nflog-size instead\n";
const NFLOG_WORDS = ["nflog-group", "nflog-range", "nflog-size", "nflog-threshold"] as const;

export const nflog: Extension = {
  name: "NFLOG",
  options: [
    {
      name: "nflog-prefix",
      words: 1,
      read: (text) =>
        text === ""
          ? usage("Argument must have a minimum length of 1 characters\n")
          : text.slice(0, PREFIX_MAX),
    },
    { name: "nflog-group", words: 1, read: readBounded("NFLOG", "nflog-group", 0, 0xffff) },
    {
      name: "nflog-range",
      words: 1,
      excludes: ["nflog-size"],
      read: readBounded("NFLOG", "nflog-range", 0, 0xffffffff),
    },
    { name: "nflog-size", words: 1, read: readBounded("NFLOG", "nflog-size", 0, 0xffffffff) },
    {
      name: "nflog-threshold",
      words: 1,
      read: readBounded("NFLOG", "nflog-threshold", 0, 0xffff),
    },
  ],
  check(values, { warnings }) {
    if (values["nflog-range"] !== undefined) warnings.push(RANGE_WARNING);
  },
  finish(values) {
    const { "nflog-group": group, ...rest } = values;
    return group === "0" ? rest : values;
  },
  print(values) {
    const prefix = values["nflog-prefix"];
    let text = prefix === undefined ? "" : ` nflog-prefix ${quoteText(prefix)}`;
    for (const word of NFLOG_WORDS)
      if (values[word] !== undefined) text += ` ${word} ${values[word]}`;
    return text;
  },
};

const QUEUE_MAX = 0xffff;

function readBalance(text: string): string {
  const [first = 0, last] = readParts("NFQUEUE", "queue-balance", QUEUE_MAX, text);
  if (last === undefined) return usage(`Bad range "${text}"`);
  if (first >= last) usage(`${first} should be less than ${last}`);
  return `${first}:${last}`;
}

export const nfqueue: Extension = {
  name: "NFQUEUE",
  options: [
    {
      name: "queue-num",
      words: 1,
      excludes: ["queue-balance"],
      read: readBounded("NFQUEUE", "queue-num", 0, QUEUE_MAX),
    },
    { name: "queue-balance", words: 1, excludes: ["queue-num"], read: readBalance },
    { name: "queue-bypass", words: 0 },
    { name: "queue-cpu-fanout", words: 0, requires: "queue-balance" },
  ],
  finish: (values) =>
    values["queue-balance"] === undefined && values["queue-num"] === undefined
      ? { "queue-num": "0", ...values }
      : values,
  print(values) {
    const balance = values["queue-balance"];
    let text =
      balance === undefined ? ` NFQUEUE num ${values["queue-num"]}` : ` NFQUEUE balance ${balance}`;
    if (values["queue-bypass"] !== undefined) text += " bypass";
    if (values["queue-cpu-fanout"] !== undefined) text += " cpu-fanout";
    return text;
  },
};

export const checksum: Extension = {
  name: "CHECKSUM",
  options: [{ name: "checksum-fill", words: 0, mandatory: true }],
  print: () => " CHECKSUM fill",
};
