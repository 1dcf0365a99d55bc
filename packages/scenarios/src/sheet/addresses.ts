/** Addresses that a sheet gives to a machine in words: sections, tables, lists, ifcfg files. */
import { parseIpv4Address } from "@lvsim/core";
import type { SheetDocument, SheetLine } from "./document.ts";

export interface FoundAddress {
  readonly text: string;
  readonly prefixLength: number;
  readonly isGateway: boolean;
  readonly isVirtual: boolean;
  readonly line: number;
}

const ADDRESS = /(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(?:\/(\d{1,2}))?(?![\d.]|:\d)/g;
const GATEWAY = /网关|gateway|\bgw\b|GATEWAY/i;
const VIRTUAL = /\bvip\b|虚拟\s*ip|virtual\s*ip/i;
const MASK = /(?:掩码|netmask|mask|子网)\D{0,6}(\d{1,3}(?:\.\d{1,3}){3})/i;
const DEFAULT_LENGTH = 24;

/** The addresses of a line, each with the words before it, which say what it is. */
export function addressesIn({ text, number }: SheetLine): FoundAddress[] {
  const mask = MASK.exec(text)?.[1];
  const masked = mask === undefined ? DEFAULT_LENGTH : lengthOf(mask);
  const found: FoundAddress[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const words = text.slice(from, match.index);
    from = match.index + match[0].length;
    const [, address = "", length] = match;
    if (
      address === mask ||
      parseIpv4Address(address) === undefined ||
      /^(?:255|0|127)\./.test(address)
    )
      continue;
    found.push({
      text: address,
      prefixLength: length === undefined ? masked : Math.min(Number(length), 32),
      isGateway: GATEWAY.test(words),
      isVirtual: VIRTUAL.test(words) || length === "32",
      line: number,
    });
  }
  return found;
}

function lengthOf(mask: string): number {
  const bits = (parseIpv4Address(mask) ?? 0) >>> 0;
  return Math.max(bits.toString(2).split("0")[0]?.length ?? 0, 1);
}

/** Prose and tables of the sections that are about a machine; commands and outputs are no statements. */
export function linesAbout(
  document: SheetDocument,
  isAbout: (section: number) => boolean,
): SheetLine[] {
  return document.lines.filter(
    ({ kind, section }) => (kind === "prose" || kind === "table") && isAbout(section),
  );
}

/**
 * Addresses that lines anywhere give to a machine by its name, as sentences, tables, lists and hosts files do. An address
 * belongs to the name before it, or to the name behind it where the line begins with an address.
 */
export function addressesNaming(
  { lines }: SheetDocument,
  names: readonly string[],
  others: readonly string[],
): FoundAddress[] {
  return lines.flatMap((line) => {
    const { text, kind } = line;
    const isSaid = kind !== "heading" && !(/@/.test(text) && /[#$]\s*\S/.test(text));
    if (!isSaid || /\b(?:ipvsadm|iptables|curl|ping|ip addr|ip route)\b/.test(text)) return [];
    const found = addressesIn(line);
    if (found.length === 0) return [];
    const places = namesIn(text, [...names, ...others]);
    if (!places.some(({ name }) => names.includes(name))) return [];
    return found.filter((address) => names.includes(ownerOf(text, address, places)));
  });
}

interface NamePlace {
  readonly name: string;
  readonly at: number;
}

/** Where names stand in a text as words, in order. */
function namesIn(text: string, names: readonly string[]): NamePlace[] {
  return [...text.toLowerCase().matchAll(/[a-z][a-z0-9.-]*/g)].flatMap((match) => {
    const name = match[0].replace(/[.-]+$/, "");
    return names.includes(name) ? [{ name, at: match.index }] : [];
  });
}

function ownerOf(
  text: string,
  { text: address }: FoundAddress,
  places: readonly NamePlace[],
): string {
  const at = text.indexOf(address);
  const first = places[0]?.at ?? 0;
  const isAddressFirst = text.search(/\d{1,3}(?:\.\d{1,3}){3}/) < first;
  const owner = isAddressFirst
    ? places.find((place) => place.at > at)
    : places.findLast((place) => place.at < at);
  return owner?.name ?? "";
}
