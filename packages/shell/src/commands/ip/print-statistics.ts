/** The counters of a device under `ip -s link` (`print_stats64`). */
import { type DeviceCounters, DeviceErrors } from "@lvsim/core";
import type { Printer } from "./printer.ts";

/** Least widths of the columns: octets, packets, errors, dropped, and two that depend on the direction. */
const COLUMN_WIDTHS = [10, 7, 6, 7, 7, 7];
const ERROR_WIDTHS = [18, 6, 7, 7, 7];

const NO_ERRORS = new DeviceErrors();

export function printStatistics(
  printer: Printer,
  counters: DeviceCounters,
  statistics: number,
  newline: string,
): void {
  const { receivedOctets, receivedPackets, receiveDrops } = counters;
  const { sentOctets, sentPackets, sendDrops } = counters;
  const errors = counters.errors ?? NO_ERRORS;
  const { receiveErrors, sendErrors, carrierErrors: carrier, collisions } = errors;
  printer.note("stats64", {
    rx: {
      ...{
        bytes: receivedOctets,
        packets: receivedPackets,
        errors: receiveErrors,
        dropped: receiveDrops,
      },
      ...{ over_errors: 0, multicast: 0, ...(statistics < 2 ? {} : RECEIVE_ERRORS) },
    },
    tx: {
      ...{ bytes: sentOctets, packets: sentPackets, errors: sendErrors, dropped: sendDrops },
      ...{ carrier_errors: carrier, collisions, ...(statistics < 2 ? {} : SEND_ERRORS) },
    },
  });
  const received = [receivedOctets, receivedPackets, receiveErrors, receiveDrops, 0, 0];
  const sent = [sentOctets, sentPackets, sendErrors, sendDrops, carrier, collisions];
  const widths = COLUMN_WIDTHS.map((width, i) =>
    Math.max(width, String(received[i] ?? 0).length, String(sent[i] ?? 0).length),
  );
  const table = (word: string, last: readonly string[], numbers: readonly number[]): void =>
    printer.say(
      `${newline}${headLine(word, ["bytes", "packets", "errors", "dropped", ...last], widths)}` +
        `${" ".repeat(11)}${newline}${numberLine(numbers, widths)}`,
    );
  const kinds = (word: string, names: readonly string[], numbers: readonly number[]): void => {
    if (statistics < 2) return;
    const line = numberLine(numbers, ERROR_WIDTHS);
    printer.say(`${newline}${headLine(word, names, ERROR_WIDTHS)}${newline}${line}`);
  };
  const { crcErrors, frameErrors, fifoErrors } = errors;
  table("RX:", ["missed", "mcast"], received);
  const byKind = [0, crcErrors, frameErrors, fifoErrors, 0];
  kinds("RX errors:", ["length", "crc", "frame", "fifo", "overrun"], byKind);
  table("TX:", ["carrier", "collsns"], sent);
  kinds("TX errors:", ["aborted", "fifo", "window", "heartbt", "transns"], [0, 0, 0, 0, 0]);
}

const RECEIVE_ERRORS = {
  length_errors: 0,
  crc_errors: 0,
  frame_errors: 0,
  fifo_errors: 0,
  missed_errors: 0,
};
const SEND_ERRORS = {
  aborted_errors: 0,
  fifo_errors: 0,
  window_errors: 0,
  heartbeat_errors: 0,
  carrier_changes: 0,
};

/** The first column begins with the direction's word. */
const headLine = (word: string, names: readonly string[], widths: readonly number[]): string =>
  `    ${names
    .map((name, i) => {
      const width = widths[i] as number;
      return i === 0 ? word + name.padStart(width - word.length) : name.padStart(width);
    })
    .join(" ")}`;

const numberLine = (numbers: readonly number[], widths: readonly number[]): string =>
  numbers
    .map((number, i) => {
      const width = (widths[i] as number) + (i === 0 ? 4 : 0);
      return `${String(number).padStart(width)} `;
    })
    .join("");
