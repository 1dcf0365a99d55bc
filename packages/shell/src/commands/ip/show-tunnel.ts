/** How `ip tunnel` prints a device (`print_tunnel`), with `-s` its counters. */
import { DeviceErrors, formatIpv4Address, GreFlag, type TunnelDevice } from "@lvsim/core";
import type { IpContext } from "./context.ts";
import { Printer } from "./printer.ts";
import { endText, tosText } from "./tunnel-values.ts";

const MODE_WORDS: ReadonlyMap<number, string> = new Map([
  [0, "any"],
  [4, "ip"],
  [47, "gre"],
]);

export function listTunnels({ options }: IpContext, devices: readonly TunnelDevice[]): string {
  const printer = new Printer(options);
  const newline = options.oneLine ? "\\" : "\n";
  for (const device of devices)
    printer.object("", () => {
      printTunnel(printer, device, newline);
      if (options.statistics > 0) printer.say(statistics(device, newline));
      printer.say("\n");
    });
  return printer.finish();
}

function printTunnel(printer: Printer, device: TunnelDevice, newline: string): void {
  const { name, parameters, below } = device;
  const { local, remote, ttl, tos, protocol } = parameters;
  const mode = `${MODE_WORDS.get(protocol) ?? "unknown"}/ip`;
  printer.field("ifname", name, `${name}: `);
  printer.field("mode", mode, `${mode} `);
  printer.field("remote", formatIpv4Address(remote), `remote ${endText(remote)} `);
  printer.field("local", formatIpv4Address(local), `local ${endText(local)}`);
  if (below !== null) printer.field("dev", below.name, ` dev ${below.name}`);
  if (ttl === 0) printer.say(" ttl inherit");
  else printer.field("ttl", ttl, ` ttl ${ttl}`);
  printer.say(tosText(tos));
  if (tos > 1) printer.note("tos", tosText(tos & ~1).slice(" tos ".length));
  if (!parameters.pathMtuDiscovery) printer.field("nopmtudisc", null, " nopmtudisc");
  printFlags(printer, device, newline);
}

function printFlags(printer: Printer, { kind, parameters }: TunnelDevice, newline: string): void {
  const { inputFlags, outputFlags, inputKey, outputKey } = parameters;
  const { key, checksum, sequence } = GreFlag;
  const print = (name: string, value: number): void =>
    printer.field(name, value >>> 0, ` ${name} ${value >>> 0}`);
  if ((inputFlags & outputFlags & key) !== 0 && inputKey === outputKey) print("key", inputKey);
  else {
    if ((inputFlags & key) !== 0) print("ikey", inputKey);
    if ((outputFlags & key) !== 0) print("okey", outputKey);
  }
  if (kind !== "gre") return;
  printer.list("flags", () => {
    const flag = (on: number, word: string, sentence: string): void => {
      if (on !== 0) printer.field("", word, `${newline}  ${sentence}.`);
    };
    flag(inputFlags & sequence, "rx_drop_ooseq", "Drop packets out of sequence");
    flag(inputFlags & checksum, "rx_csum", "Checksum in received packet is required");
    flag(outputFlags & sequence, "tx_seq", "Sequence packets on output");
    flag(outputFlags & checksum, "tx_csum", "Checksum output packets");
  });
}

function statistics({ counters }: TunnelDevice, newline: string): string {
  const errors = counters.errors ?? new DeviceErrors();
  const row = (widths: readonly number[], ...numbers: readonly number[]): string =>
    `    ${numbers.map((number, i) => String(number).padEnd(widths[i] ?? 0)).join(" ")}`;
  const { receivedPackets, receivedOctets, sentPackets, sentOctets, sendDrops } = counters;
  // the column says checksums, and has what the kernel calls frame errors
  const { receiveErrors, frameErrors, fifoErrors } = errors;
  return [
    "",
    "RX: Packets    Bytes        Errors CsumErrs OutOfSeq Mcasts",
    row(
      [10, 12, 6, 8, 8, 8],
      ...[receivedPackets, receivedOctets, receiveErrors, frameErrors, fifoErrors, 0],
    ),
    "TX: Packets    Bytes        Errors DeadLoop NoRoute  NoBufs",
    row(
      [10, 12, 6, 8, 8, 6],
      ...[
        sentPackets,
        sentOctets,
        errors.sendErrors,
        errors.collisions,
        errors.carrierErrors,
        sendDrops,
      ],
    ),
  ].join(newline);
}
