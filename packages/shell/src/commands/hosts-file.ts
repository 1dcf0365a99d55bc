/** Names of hosts: /etc/hosts is the only source, since no machine of a lab has a name server. */
import { type Ipv4Address, parseIpv4Address } from "@lvsim/core";
import type { FileSystem } from "../vfs/file-system.ts";

interface HostLine {
  readonly address: Ipv4Address;
  readonly names: readonly string[];
}

function hostLines(files: FileSystem): readonly HostLine[] {
  const lines: HostLine[] = [];
  for (const line of (files.readText("/etc/hosts") ?? "").split("\n")) {
    const [first = "", ...names] = (line.split("#")[0] ?? "").trim().split(/\s+/);
    const address = parseIpv4Address(first);
    if (address !== undefined && names.length > 0) lines.push({ address, names });
  }
  return lines;
}

/** The address of a name, in whatever case it is written; undefined when nobody knows it. */
export function addressOfHost(files: FileSystem, name: string): Ipv4Address | undefined {
  const wanted = name.toLowerCase();
  return hostLines(files).find(({ names }) => names.some((own) => own.toLowerCase() === wanted))
    ?.address;
}

/** The canonical name of an address; undefined when nobody knows it. */
export const nameOfHost = (files: FileSystem, address: Ipv4Address): string | undefined =>
  hostLines(files).find((line) => line.address === address)?.names[0];

/**
 * inet_aton(3): one to four parts of decimal, octal or hexadecimal digits, the last filling what is left. Undefined for
 * anything else.
 */
export function parseLooseAddress(text: string): Ipv4Address | undefined {
  const parts = text.split(".");
  if (parts.length > 4 || parts.some((part) => !/^(0x[0-9a-f]+|\d+)$/i.test(part)))
    return undefined;
  const values = parts.map((part) => (/^0\d/.test(part) ? Number.parseInt(part, 8) : Number(part)));
  const last = values.pop() as number;
  const room = 2 ** (8 * (4 - values.length));
  if (!(last < room) || values.some((value) => !(value <= 255))) return undefined;
  let sum = last;
  values.forEach((value, i) => {
    sum += value * 2 ** (24 - 8 * i);
  });
  return (sum | 0) as Ipv4Address;
}
