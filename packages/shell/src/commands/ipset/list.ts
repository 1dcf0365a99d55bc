/**
 * What `ipset list` and `ipset save` print. The revisions are those of Linux 6.1. The size in memory follows the
 * kernel's structures, with one bucket of two places for every member: with many members the kernel shares some.
 */
import {
  bitmapPlaces,
  type ElementConfig,
  formatIpv4Address,
  type Ipv4Address,
  type LiveElement,
  type SetConfig,
  type SetType,
} from "@lvsim/core";
import { elementText } from "./element-text.ts";
import type { IpsetKernel } from "./kernel.ts";

export type OutputMode = "plain" | "save" | "xml";

export interface ListStyle {
  readonly mode: OutputMode;
  readonly sorted: boolean;
  /** -n: names only; -t: no members. */
  readonly namesOnly: boolean;
  readonly terse: boolean;
}

/** Revision, octets of an empty set, and of a member. */
const KINDS: Readonly<Record<SetType, readonly [revision: number, base: number, member: number]>> =
  {
    "hash:ip": [5, 200, 4],
    "hash:net": [7, 456, 8],
    "hash:ip,port": [6, 200, 8],
    "hash:net,port": [8, 456, 8],
    "hash:ip,port,ip": [6, 208, 12],
    "hash:ip,port,net": [8, 464, 12],
    "bitmap:ip": [3, 88, 0],
    "bitmap:port": [3, 72, 0],
    "list:set": [3, 80, 48],
  };

const BUCKET_HEAD = 32;
const BUCKET_PLACES = 2;
const COMMENT_HEAD = 17;

const align8 = (octets: number): number => Math.ceil(octets / 8) * 8;

/** What timeouts, counters and comments add to each member. */
function extensionSize({ timeout, counters, comments, skbinfo }: SetConfig): number {
  return (timeout === null ? 0 : 8) + (counters ? 16 : 0) + (comments ? 8 : 0) + (skbinfo ? 16 : 0);
}

function memorySize(set: SetConfig, elements: readonly LiveElement[]): number {
  const [, base, member] = KINDS[set.type];
  const extensions = extensionSize(set);
  let size = base;
  for (const { config } of elements)
    if (config.comment !== "") size += COMMENT_HEAD + config.comment.length;
  if (set.type.startsWith("bitmap:")) {
    const places = bitmapPlaces(set);
    return size + align8(Math.ceil(places / 8)) + places * extensions;
  }
  const whole = extensions === 0 ? member : align8(member) + extensions;
  if (set.type === "list:set") return size + elements.length * whole;
  return size + elements.length * align8(BUCKET_HEAD + BUCKET_PLACES * whole);
}

/** An option of the header or of a member: its name and its value, "" for a flag. */
type Field = readonly [name: string, value: string];

function headerFields(set: SetConfig): readonly Field[] {
  const fields: Field[] = [];
  const isHash = set.type.startsWith("hash:");
  if (isHash)
    fields.push(
      ["family", set.family],
      ["hashsize", String(set.hashSize)],
      ["maxelem", String(set.elementsMax)],
    );
  if (set.type === "bitmap:ip") {
    const text = (address: number): string => formatIpv4Address((address | 0) as Ipv4Address);
    fields.push(["range", `${text(set.first)}-${text(set.last)}`]);
  }
  if (set.type === "bitmap:port") fields.push(["range", `${set.first}-${set.last}`]);
  if (set.type === "list:set") fields.push(["size", String(set.size)]);
  if (set.netmask !== 32) fields.push(["netmask", String(set.netmask)]);
  if (set.timeout !== null) fields.push(["timeout", String(set.timeout)]);
  if (set.counters) fields.push(["counters", ""]);
  if (set.comments) fields.push(["comment", ""]);
  if (set.skbinfo) fields.push(["skbinfo", ""]);
  if (isHash)
    fields.push(
      ["bucketsize", String(set.bucketSize)],
      ["initval", `0x${set.initialValue.toString(16).padStart(8, "0")}`],
    );
  return fields;
}

function memberFields(set: SetConfig, element: LiveElement, secondsLeft: number): readonly Field[] {
  const fields: Field[] = [];
  if (set.timeout !== null) fields.push(["timeout", String(secondsLeft)]);
  if (element.config.noMatch) fields.push(["nomatch", ""]);
  if (set.counters)
    fields.push(["packets", String(element.packets)], ["bytes", String(element.octets)]);
  if (element.config.comment !== "") fields.push(["comment", `"${element.config.comment}"`]);
  return fields;
}

const plainFields = (fields: readonly Field[]): string =>
  fields.map(([name, value]) => (value === "" ? ` ${name}` : ` ${name} ${value}`)).join("");

const xmlFields = (fields: readonly Field[]): string =>
  fields
    .map(([name, value]) => (value === "" ? `<${name}/>` : `<${name}>${value}</${name}>`))
    .join("");

const SEPARATORS = /[.,:/-]/;

/** -s: number by number and word by word, shorter words first; prefix lengths do not count. */
function compareTexts(a: string, b: string): number {
  const [left, right] = [a.split("/")[0] ?? "", b.split("/")[0] ?? ""];
  const [lefts, rights] = [left.split(SEPARATORS), right.split(SEPARATORS)];
  for (let i = 0; i < Math.min(lefts.length, rights.length); i++) {
    const [one, other] = [lefts[i] as string, rights[i] as string];
    if (one === other) continue;
    if (/^\d+$/.test(one) && /^\d+$/.test(other)) return Number(one) - Number(other);
    if (one.length !== other.length) return one.length - other.length;
    return one < other ? -1 : 1;
  }
  return lefts.length - rights.length;
}

interface Member {
  readonly text: string;
  readonly fields: readonly Field[];
}

function membersOf(set: SetConfig, kernel: IpsetKernel, sorted: boolean): readonly Member[] {
  const members = kernel.elements(set.name).map((element) => ({
    text: elementText(element.config as ElementConfig, set.type),
    fields: memberFields(set, element, kernel.secondsLeft(element)),
  }));
  if (sorted && set.type !== "list:set") members.sort((a, b) => compareTexts(a.text, b.text));
  return members;
}

function plainSet(set: SetConfig, kernel: IpsetKernel, style: ListStyle): string {
  const elements = kernel.elements(set.name);
  const lines = [
    `Name: ${set.name}`,
    `Type: ${set.type}`,
    `Revision: ${KINDS[set.type][0]}`,
    `Header:${plainFields(headerFields(set))}`,
    `Size in memory: ${memorySize(set, elements)}`,
    `References: ${kernel.references(set.name)}`,
    `Number of entries: ${elements.length}`,
  ];
  if (style.terse) return `${lines.join("\n")}\n`;
  const members = membersOf(set, kernel, style.sorted);
  return `${[...lines, "Members:", ...members.map(({ text, fields }) => text + plainFields(fields))].join("\n")}\n`;
}

function savedSet(set: SetConfig, kernel: IpsetKernel, style: ListStyle): string {
  const head = `create ${set.name} ${set.type}${plainFields(headerFields(set))}\n`;
  if (style.terse) return head;
  const members = membersOf(set, kernel, style.sorted);
  return (
    head +
    members.map(({ text, fields }) => `add ${set.name} ${text}${plainFields(fields)}\n`).join("")
  );
}

function xmlSet(set: SetConfig, kernel: IpsetKernel, style: ListStyle): string {
  if (style.namesOnly) return `<ipset name="${set.name}"/>\n`;
  const elements = kernel.elements(set.name);
  const head =
    `<ipset name="${set.name}">\n<type>${set.type}</type>\n` +
    `<revision>${KINDS[set.type][0]}</revision>\n<header>${xmlFields(headerFields(set))}\n` +
    `<memsize>${memorySize(set, elements)}</memsize>\n` +
    `<references>${kernel.references(set.name)}</references>\n` +
    `<numentries>${elements.length}</numentries>\n</header>\n`;
  if (style.terse) return `${head}</ipset>\n`;
  const members = membersOf(set, kernel, style.sorted)
    .map(({ text, fields }) => `<member><elem>${text}</elem>${xmlFields(fields)}</member>\n`)
    .join("");
  return `${head}<members>\n${members}</members>\n</ipset>\n`;
}

/** The sets in the order of the kernel's dump: lists come last. */
export function listSets(
  sets: readonly SetConfig[],
  kernel: IpsetKernel,
  style: ListStyle,
): string {
  const ordered = [
    ...sets.filter(({ type }) => type !== "list:set"),
    ...sets.filter(({ type }) => type === "list:set"),
  ];
  if (style.mode === "xml")
    return `<ipsets>\n${ordered.map((set) => xmlSet(set, kernel, style)).join("")}</ipsets>\n`;
  if (style.mode === "save") return ordered.map((set) => savedSet(set, kernel, style)).join("");
  if (style.namesOnly) return ordered.map(({ name }) => `${name}\n`).join("");
  return ordered.map((set) => plainSet(set, kernel, style)).join("\n");
}
