/** Files of /etc/sysconfig/network-scripts: `ifcfg-NAME`, lines of NAME=value as a shell would read them. */
import { formatIpv4Address, type Ipv4Address, parseIpv4Address, prefixMask } from "@lvsim/core";
import type { FileSystem } from "../../vfs/file-system.ts";

const FOLDER = "/etc/sysconfig/network-scripts";

export const ifcfgPath = (name: string): string => `${FOLDER}/ifcfg-${name}`;

export interface IfcfgAddress {
  readonly local: Ipv4Address;
  readonly prefixLength: number;
}

export interface Ifcfg {
  readonly device: string;
  /** `none`, `static`, `dhcp`, … in lower case. */
  readonly protocol: string;
  readonly addresses: readonly IfcfgAddress[];
  /** undefined when there is none. */
  readonly gateway: Ipv4Address | undefined;
  /** DEFROUTE is not `no`. */
  readonly hasDefaultRoute: boolean;
  /** ARPCHECK is not `no`: look whether somebody has the address before it is taken. */
  readonly checksAddress: boolean;
}

/** undefined when there is no such file. */
export function readIfcfg(files: FileSystem, name: string): Ifcfg | undefined {
  const text = files.readText(ifcfgPath(name)) ?? files.readText(`${FOLDER}/${name}`);
  if (text === undefined) return undefined;
  const values = valuesOf(text);
  const value = (key: string): string => values.get(key) ?? "";
  return {
    device: value("DEVICE") === "" ? name.replace(/^ifcfg-/, "") : value("DEVICE"),
    protocol: value("BOOTPROTO").toLowerCase(),
    addresses: addressesOf(values),
    gateway: parseIpv4Address(value("GATEWAY")),
    hasDefaultRoute: value("DEFROUTE") !== "no",
    checksAddress: value("ARPCHECK") !== "no",
  };
}

function valuesOf(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, key, quoted, plain] = LINE.exec(line) ?? [];
    if (key !== undefined) values.set(key, quoted?.slice(1, -1) ?? plain ?? "");
  }
  return values;
}

const LINE = /^\s*([A-Z_][A-Z0-9_]*)=(?:("[^"]*"|'[^']*')|([^\s#]*))/;
/** IPADDR, then IPADDR0 to IPADDR255. */
const SUFFIXES = ["", ...Array.from({ length: 256 }, (_, i) => String(i))];

function addressesOf(values: ReadonlyMap<string, string>): readonly IfcfgAddress[] {
  const addresses: IfcfgAddress[] = [];
  for (const suffix of SUFFIXES) {
    const local = parseIpv4Address(values.get(`IPADDR${suffix}`) ?? "");
    if (local === undefined) continue;
    const length = Number(values.get(`PREFIX${suffix}`) ?? "");
    const mask = parseIpv4Address(values.get(`NETMASK${suffix}`) ?? "");
    const prefixLength =
      length > 0 ? length : mask === undefined ? classLength(local) : Math.clz32(~mask);
    addresses.push({ local, prefixLength });
  }
  return addresses;
}

/** What `ipcalc --netmask` says of an address alone: its old class. */
function classLength(address: Ipv4Address): number {
  const first = address >>> 24;
  return first < 128 ? 8 : first < 192 ? 16 : 24;
}

/** The file that a machine's installer leaves; `local` is undefined for a device without an address. */
export function writeIfcfg(
  files: FileSystem,
  name: string,
  address: IfcfgAddress | undefined,
  gateway: Ipv4Address | undefined,
): void {
  const lines = ["TYPE=Ethernet", "BOOTPROTO=none", `NAME=${name}`, `DEVICE=${name}`, "ONBOOT=yes"];
  if (address !== undefined) {
    lines.push(`IPADDR=${formatIpv4Address(address.local)}`, `PREFIX=${address.prefixLength}`);
    if (gateway !== undefined && isNeighbour(address, gateway))
      lines.push(`GATEWAY=${formatIpv4Address(gateway)}`);
  }
  files.writeText(ifcfgPath(name), `${lines.join("\n")}\n`);
}

/** As every CentOS has it. */
export const LOOPBACK_IFCFG =
  "DEVICE=lo\nIPADDR=127.0.0.1\nNETMASK=255.0.0.0\nNETWORK=127.0.0.0\n" +
  "# If you're having problems with gated making 127.0.0.0/8 a martian,\n" +
  "# you can change this to something else (255.255.255.255, for example)\n" +
  "BROADCAST=127.255.255.255\nONBOOT=yes\nNAME=loopback\n";

export const isNeighbour = ({ local, prefixLength }: IfcfgAddress, other: Ipv4Address): boolean =>
  ((local ^ other) & prefixMask(prefixLength)) === 0;
