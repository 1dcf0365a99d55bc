/**
 * An IPv6 address (RFC 4291) where a tool takes and shows one; no packet has any. 32 hexadecimal digits in lower case, so
 * that equality and order are those of text. Left out: zones (`fe80::1%eth0`).
 */
export type Ipv6Address = string & { readonly __type: "IPv6 address" };

const GROUPS = 8;

/** The groups of one side of `::`, with an IPv4 address for the last two of the text; undefined when malformed. */
function groupsOf(text: string, last: boolean): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const words = text.split(":");
  for (const [i, word] of words.entries()) {
    const dotted =
      last && i === words.length - 1 ? /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(word) : null;
    if (dotted !== null) {
      const octets = dotted.slice(1).map(Number);
      if (octets.some((octet) => octet > 255)) return undefined;
      const [a = 0, b = 0, c = 0, d = 0] = octets;
      groups.push((a << 8) | b, (c << 8) | d);
    } else if (/^[0-9a-f]{1,4}$/i.test(word)) groups.push(Number.parseInt(word, 16));
    else return undefined;
  }
  return groups;
}

/** Parses the forms of inet_pton(3): eight groups, `::` once for zeros, the last two as an IPv4 address. */
export function parseIpv6Address(text: string): Ipv6Address | undefined {
  const sides = text.split("::");
  const [left = "", right] = sides;
  if (sides.length > 2) return undefined;
  const before = groupsOf(left, right === undefined);
  const after = right === undefined ? [] : groupsOf(right, true);
  if (before === undefined || after === undefined) return undefined;
  const zeros = GROUPS - before.length - after.length;
  if (right === undefined ? zeros !== 0 : zeros < 1) return undefined;
  const groups = [...before, ...new Array<number>(zeros).fill(0), ...after];
  return groups.map((group) => group.toString(16).padStart(4, "0")).join("") as Ipv6Address;
}

const groupTexts = (address: Ipv6Address): string[] => address.match(/.{4}/g) ?? [];

/** As inet_ntop(3) writes it: the first longest run of two and more zero groups is `::`, mapped IPv4 is dotted. */
export function formatIpv6Address(address: Ipv6Address): string {
  const groups = groupTexts(address).map((group) => Number.parseInt(group, 16));
  let from = -1;
  let length = 1;
  for (let at = 0; at < GROUPS; at++) {
    let end = at;
    while (end < GROUPS && groups[end] === 0) end++;
    if (end - at > length) [from, length] = [at, end - at];
    if (end > at) at = end;
  }
  const words = groups.map((group) => group.toString(16));
  // `::a.b.c.d` and `::ffff:a.b.c.d`
  if (from === 0 && (length === 6 || (length === 5 && groups[5] === 0xffff))) {
    const [high = 0, low = 0] = groups.slice(6);
    const dotted = `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
    return length === 6 ? `::${dotted}` : `::ffff:${dotted}`;
  }
  if (from < 0) return words.join(":");
  return `${words.slice(0, from).join(":")}::${words.slice(from + length).join(":")}`;
}

/** All eight groups with four digits each, as /proc writes them (`%pI6`). */
export const formatIpv6InFull = (address: Ipv6Address): string => groupTexts(address).join(":");

/** Whether it names one host beyond its link: not `::`, multicast, link-local or a mapped IPv4 address. */
export const isGlobalUnicastIpv6 = (address: Ipv6Address): boolean =>
  !/^(0{32}|ff|fe[89ab]|0{20}ffff)/.test(address);
