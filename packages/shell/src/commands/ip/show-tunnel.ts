/** How `ip tunnel` prints a device (`print_tunnel`), with `-s` its counters. */
import { GreFlag, type TunnelDevice } from "@lvsim/core";
import type { IpContext } from "./context.ts";
import { endText, tosText } from "./tunnel-values.ts";

const MODE_WORDS: ReadonlyMap<number, string> = new Map([
  [0, "any"],
  [4, "ip"],
  [47, "gre"],
]);

export function tunnelLines(context: IpContext, device: TunnelDevice): string {
  const { parameters } = device;
  const { local, remote, ttl, tos, protocol } = parameters;
  const newline = context.options.oneLine ? "\\" : "\n";
  return [
    `${device.name}: ${MODE_WORDS.get(protocol) ?? "unknown"}/ip `,
    `remote ${endText(remote)} local ${endText(local)}`,
    device.below === null ? "" : ` dev ${device.below.name}`,
    ` ttl ${ttl === 0 ? "inherit" : ttl}`,
    tosText(tos),
    parameters.pathMtuDiscovery ? "" : " nopmtudisc",
    flagText(device, newline),
    context.options.statistics > 0 ? statistics(device, newline) : "",
    "\n",
  ].join("");
}

function flagText({ kind, parameters }: TunnelDevice, newline: string): string {
  const { inputFlags, outputFlags, inputKey, outputKey } = parameters;
  const { key, checksum, sequence } = GreFlag;
  const keys = inputFlags & outputFlags & key;
  let text = "";
  if (keys !== 0 && inputKey === outputKey) text += ` key ${inputKey >>> 0}`;
  else {
    if ((inputFlags & key) !== 0) text += ` ikey ${inputKey >>> 0}`;
    if ((outputFlags & key) !== 0) text += ` okey ${outputKey >>> 0}`;
  }
  if (kind !== "gre") return text;
  if ((inputFlags & sequence) !== 0) text += `${newline}  Drop packets out of sequence.`;
  if ((inputFlags & checksum) !== 0) text += `${newline}  Checksum in received packet is required.`;
  if ((outputFlags & sequence) !== 0) text += `${newline}  Sequence packets on output.`;
  if ((outputFlags & checksum) !== 0) text += `${newline}  Checksum output packets.`;
  return text;
}

function statistics({ counters, errors }: TunnelDevice, newline: string): string {
  const row = (widths: readonly number[], ...numbers: readonly number[]): string =>
    `    ${numbers.map((number, i) => String(number).padEnd(widths[i] ?? 0)).join(" ")}`;
  const { receivedPackets, receivedOctets, sentPackets, sentOctets, sendDrops } = counters;
  const { receiveErrors, checksumErrors, outOfSequence } = errors;
  return [
    "",
    "RX: Packets    Bytes        Errors CsumErrs OutOfSeq Mcasts",
    row(
      [10, 12, 6, 8, 8, 8],
      ...[receivedPackets, receivedOctets, receiveErrors, checksumErrors, outOfSequence, 0],
    ),
    "TX: Packets    Bytes        Errors DeadLoop NoRoute  NoBufs",
    row(
      [10, 12, 6, 8, 8, 6],
      ...[sentPackets, sentOctets, errors.sendErrors, errors.deadLoops, errors.noRoute, sendDrops],
    ),
  ].join(newline);
}
