/** Networks and free addresses among what a lab already uses. */
import { formatIpv4Address, type Ipv4Address, parseIpv4Address, prefixMask } from "@lvsim/core";

/** `192.168.31.0/24` of an address in it. */
export function networkOf(address: string, length: number): string {
  const value = parseIpv4Address(address);
  if (value === undefined) return "";
  return `${formatIpv4Address((value & prefixMask(length)) as Ipv4Address)}/${length}`;
}

export const isWithin = (address: string, network: string): boolean =>
  network !== "" && networkOf(address, Number(network.split("/")[1])) === network;

/** The first address of `network` that nobody uses; undefined when it is full. */
export function freeAddress(network: string, used: ReadonlySet<string>): string | undefined {
  const [base = "", length = ""] = network.split("/");
  const first = parseIpv4Address(base);
  if (first === undefined) return undefined;
  const size = 2 ** (32 - Number(length));
  for (let i = 1; i < size - 1 && i < 65_536; i++) {
    const address = formatIpv4Address((first + i) as Ipv4Address);
    if (!used.has(address)) return address;
  }
  return undefined;
}
