/** What `ip -d link` says of an IPIP or GRE device (`iptunnel_print_opt`, `gre_print_opt`, `tnl_print_encap`). */
import {
  formatIpv4Address,
  GreFlag,
  type Ipv4Address,
  type TunnelDevice,
  type TunnelParameters,
  type UdpEncapsulation,
} from "@lvsim/core";
import type { Printer } from "./printer.ts";
import { endText } from "./tunnel-values.ts";

export function printTunnelDetails(printer: Printer, device: TunnelDevice): void {
  const { kind, parameters, below } = device;
  const { local, remote, ttl, tos, protocol, pathMtuDiscovery, encapsulation } = parameters;
  const word = (key: string, value: string): void => printer.field(key, value, `${key} ${value} `);
  const proto = protocol === 0 ? "any" : "ipip";
  if (kind === "ipip") printer.field("proto", proto, `${proto} `);
  word("remote", endText(remote));
  word("local", endText(local));
  if (below !== null) printer.field("link", below.name, `dev ${below.name} `);
  printer.field("ttl", ttl, `ttl ${ttl === 0 ? "inherit" : ttl} `);
  const hexadecimal = `0x${tos.toString(16)}`;
  if (tos !== 0) printer.field("tos", hexadecimal, `tos ${tos === 1 ? "inherit" : hexadecimal} `);
  printer.field("pmtudisc", pathMtuDiscovery, pathMtuDiscovery ? "pmtudisc " : "nopmtudisc ");
  if (kind === "gre") printGre(printer, parameters);
  if (encapsulation !== null)
    printer.object("encap", () => printEncapsulation(printer, encapsulation));
}

function printGre(printer: Printer, parameters: TunnelParameters): void {
  const { inputFlags, outputFlags, inputKey, outputKey, ignoreDf } = parameters;
  const { key, sequence, checksum } = GreFlag;
  const switches: readonly (readonly [name: string, text: string, on: boolean])[] = [
    ["iseq", "iseq", (inputFlags & sequence) !== 0],
    ["oseq", "oseq", (outputFlags & sequence) !== 0],
    ["icsum", "icsum", (inputFlags & checksum) !== 0],
    ["ocsum", "ocsum", (outputFlags & checksum) !== 0],
  ];
  if (ignoreDf) printer.field("ignore_df", true, "ignore-df ");
  if ((inputFlags & key) !== 0) printKey(printer, "ikey", inputKey);
  if ((outputFlags & key) !== 0) printKey(printer, "okey", outputKey);
  for (const [name, text, on] of switches) if (on) printer.field(name, true, `${text} `);
}

function printKey(printer: Printer, name: string, key: number): void {
  const dotted = formatIpv4Address(key as Ipv4Address);
  printer.field(name, dotted, `${name} ${dotted} `);
}

function printEncapsulation(printer: Printer, encapsulation: UdpEncapsulation): void {
  const { kind, sourcePort, destinationPort, checksum, remoteChecksum } = encapsulation;
  printer.field("type", kind, `encap ${kind} `);
  printer.field("sport", sourcePort, `encap-sport ${sourcePort === 0 ? "auto" : sourcePort} `);
  printer.field("dport", destinationPort, `encap-dport ${destinationPort} `);
  const flag = (key: string, on: boolean): void =>
    printer.field(key, on, `${on ? "" : "no"}encap-${key} `);
  flag("csum", checksum);
  flag("csum6", false);
  flag("remcsum", remoteChecksum);
}
