/**
 * The command line of OpenBSD's `nc`, as Debian has it. Read and without effect: -4 -b -C -d -D -F -i -I -M -m -O -r -S -t
 * -T -W. Refused: IPv6, sockets of files, proxies, DCCP.
 */

import { portOfService } from "../../network/services.ts";
import { CommandFailure } from "../../options/failure.ts";
import { flag, Getopt, valued } from "../../options/getopt.ts";
import { NC_HELP, NC_USAGE } from "./usage.ts";

export interface NcOptions {
  host: string | null;
  /** First and last port, from low to high. */
  ports: readonly [number, number];
  listen: boolean;
  keep: boolean;
  udp: boolean;
  verbose: boolean;
  numeric: boolean;
  scan: boolean;
  /** -N: FIN after the end of standard input. */
  shutdown: boolean;
  /** Seconds after the end of standard input; −1: no such end. */
  quitAfter: number;
  /** Seconds; 0 for none. */
  timeout: number;
  /** 0 for any. */
  sourcePort: number;
  source: string | null;
}

const FLAGS = [..."46bCDdFhklNnrStUuvZz"] as const;
const VALUED = [..."IiMmOPpqsTVWwXx"] as const;
const OPTIONS = [
  ...FLAGS.map((letter) => flag(letter, "", letter)),
  ...VALUED.map((letter) => valued(letter, "", letter)),
];

export const fail = (what: string): CommandFailure => new CommandFailure(1, `nc: ${what}\n`);
const usage = (): CommandFailure => new CommandFailure(1, NC_USAGE);

export function readNcOptions(argv: readonly string[]): NcOptions {
  const options: NcOptions = {
    host: null,
    ports: [0, 0],
    listen: false,
    keep: false,
    udp: false,
    verbose: false,
    numeric: false,
    scan: false,
    shutdown: false,
    quitAfter: -1,
    timeout: 0,
    sourcePort: 0,
    source: null,
  };
  const getopt = new Getopt(OPTIONS, ["nc", ...argv.slice(1)]);
  for (let item = getopt.next(); item.kind !== "end"; item = getopt.next()) {
    if (item.kind === "error") throw new CommandFailure(1, `${item.message}\n${NC_USAGE}`);
    take(options, item.tag, item.value ?? "");
  }
  takeOperands(options, getopt.operands);
  return options;
}

function take(options: NcOptions, letter: string, value: string): void {
  if (letter === "h") throw new CommandFailure(0, NC_HELP);
  if (letter === "X" && !["4", "5", "connect"].includes(value))
    throw fail("unsupported proxy protocol");
  if ("6UZXxVP".includes(letter)) throw fail(`-${letter} is left out of lvsim`);
  if (letter === "k") options.keep = true;
  else if (letter === "l") options.listen = true;
  else if (letter === "N") options.shutdown = true;
  else if (letter === "n") options.numeric = true;
  else if (letter === "u") options.udp = true;
  else if (letter === "v") options.verbose = true;
  else if (letter === "z") options.scan = true;
  else if (letter === "p") options.sourcePort = port(value, options.udp);
  else if (letter === "s") options.source = value;
  else if (letter === "q") options.quitAfter = seconds(value, "quit timer");
  else if (letter === "w") options.timeout = seconds(value, "timeout");
}

function seconds(text: string, what: string): number {
  if (!/^-?\d+$/.test(text)) throw fail(`${what} invalid: ${text}`);
  const value = Number(text);
  if (value > 2_147_483) throw fail(`${what} too large: ${text}`);
  return value;
}

function port(text: string, udp: boolean): number {
  const number = /^\d+$/.test(text) ? Number(text) : portOfService(text, udp ? "udp" : "tcp");
  if (number === undefined) throw fail(`port number invalid: ${text}`);
  if (number < 1) throw fail(`port number too small: ${text}`);
  if (number > 65_535) throw fail(`port number too large: ${text}`);
  return number;
}

/** Either `host port`, or with -l `[host] port`. */
function takeOperands(options: NcOptions, operands: readonly string[]): void {
  const [first, second, more] = operands;
  if (more !== undefined || (first === undefined && !options.listen)) throw usage();
  if (options.listen && options.source !== null) throw usage();
  if (options.keep && !options.listen) throw fail("must use -l with -k");
  const listens = options.listen && second === undefined;
  const ports = listens ? (first ?? portText(options)) : second;
  if (ports === undefined) throw fail("missing port number");
  options.host = listens ? null : (first ?? null);
  options.ports = range(ports, options.udp);
}

/** `-l -p PORT` is taken as well. */
const portText = ({ sourcePort }: NcOptions): string | undefined =>
  sourcePort === 0 ? undefined : String(sourcePort);

function range(text: string, udp: boolean): readonly [number, number] {
  const dash = text.indexOf("-");
  if (dash < 0 || portOfService(text, "tcp") !== undefined) {
    const one = port(text, udp);
    return [one, one];
  }
  const low = port(text.slice(0, dash), udp);
  const high = port(text.slice(dash + 1), udp);
  return low <= high ? [low, high] : [high, low];
}
