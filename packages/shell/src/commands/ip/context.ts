/** What every subcommand of `ip` is given, and how it ends when the kernel refuses (`rtnl_talk`). */

import type { NetworkNamespace } from "@lvsim/core";
import { type ChangeOrigin, errnoText, type HostDevice } from "@lvsim/core";
import type { SimpleResult } from "../../command.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { CommandFailure } from "../../options/failure.ts";
import { isPrefix, unknownCommand, type Words } from "../../options/iproute2.ts";
import type { IpOptions } from "./options.ts";
import { IP_USAGE } from "./usage.ts";

export interface IpContext {
  readonly network: NetworkNamespace;
  readonly options: IpOptions;
  readonly origin: ChangeOrigin;
  readonly machine: Kernel;
}

type IpVerb = (context: IpContext, words: Words) => SimpleResult;

/** A subcommand by its names; the first table entry that the typed word begins is meant. */
export type IpVerbs = readonly (readonly [name: string, verb: IpVerb])[];

/** Runs the subcommand that comes next in `words`; without one, the verb `show`. */
export function runVerb(
  verbs: IpVerbs,
  object: string,
  context: IpContext,
  words: Words,
): SimpleResult {
  const typed = words.take() ?? "show";
  const found = verbs.find(([name]) => isPrefix(typed, name));
  if (found !== undefined) return found[1](context, words);
  if (isPrefix(typed, "help")) throw new CommandFailure(255, usageOf(object));
  throw unknownCommand(typed, object);
}

export const usageOf = (object: string): string =>
  IP_USAGE.get(object) ?? (IP_USAGE.get("") as string);

/** `message` is the kernel's own sentence, "" when there is only a number. */
export const kernelRefusal = (errno: number, message = ""): CommandFailure =>
  new CommandFailure(
    2,
    message === "" ? `RTNETLINK answers: ${errorText(errno)}\n` : `Error: ${message}.\n`,
  );

/** Errors of routing that no socket sees. */
const EXDEV = 18;
const errorText = (errno: number): string =>
  errno === EXDEV ? "Invalid cross-device link" : errnoText(errno);

/** What the real tool does and lvsim does not: said in one line. */
export const leftOut = (what: string): CommandFailure =>
  new CommandFailure(1, `ip: ${what} is left out of lvsim\n`);

/** `ll_name_to_index`: a label (`lo:1`) means its device. Status 1 when there is none. */
export function deviceOf(context: IpContext, name: string): HostDevice {
  const device = context.network.deviceNamed(name.split(":")[0] as string);
  if (device === undefined) throw new CommandFailure(1, `Cannot find device "${name}"\n`);
  return device;
}

/** As `deviceOf`, with the words of the lists of `ip link` and `ip addr`. */
export function listedDevice(context: IpContext, name: string): HostDevice {
  const device = context.network.deviceNamed(name.split(":")[0] as string);
  if (device === undefined) throw new CommandFailure(1, `Device "${name}" does not exist.\n`);
  return device;
}

export const missingDevice = (status: number): CommandFailure =>
  new CommandFailure(status, 'Not enough information: "dev" argument is required.\n');
