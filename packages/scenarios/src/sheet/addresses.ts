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

/** Lines anywhere that name a machine and an address beside it, as tables, lists and hosts files do. */
export function linesNaming(document: SheetDocument, names: readonly string[]): SheetLine[] {
  const wanted = names.filter((name) => name.length > 1 || /^[a-z]$/.test(name));
  return document.lines.filter(({ text, kind }) => {
    if (kind === "heading" || addressCount(text) === 0) return false;
    if (/[#$]\s*\S/.test(text) && /@/.test(text)) return false;
    const words = text.toLowerCase().split(/[^a-z0-9.-]+/);
    return (
      wanted.some((name) => words.includes(name)) &&
      !/\b(?:ipvsadm|iptables|curl|ip addr)\b/.test(text)
    );
  });
}

const addressCount = (text: string): number => [...text.matchAll(ADDRESS)].length;
