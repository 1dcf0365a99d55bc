/** Options of `bridge` before the object. Left out: colours, time stamps, batch files, compressed VLAN lists. */
import type { NetworkNamespace } from "@lvsim/core";
import type { Kernel } from "../../kernel/kernel.ts";
import { CommandFailure } from "../../options/failure.ts";
import { incompleteCommand, isPrefix, type Words } from "../../options/iproute2.ts";
import type { IpContext } from "../ip/context.ts";
import { namespaceNamed } from "../ip/netns.ts";

/** What every subcommand of `bridge` is given. */
export interface BridgeContext extends Pick<IpContext, "machine" | "network" | "origin"> {
  readonly options: BridgeOptions;
}

export interface BridgeOptions {
  readonly json: boolean;
  readonly pretty: boolean;
  readonly details: boolean;
  readonly statistics: boolean;
  readonly oneLine: boolean;
  readonly ask: "version" | "usage" | null;
}

const HARMLESS = ["-color", "-compressvlans", "-timestamp", "-tshort", "-force"];

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The options, and the namespace that they name. */
export function takeBridgeOptions(
  words: Words,
  machine: Kernel,
  home: NetworkNamespace,
): { readonly options: BridgeOptions; readonly network: NetworkNamespace } {
  const options: Mutable<BridgeOptions> = {
    json: false,
    pretty: false,
    details: false,
    statistics: false,
    oneLine: false,
    ask: null,
  };
  let network = home;
  for (let word = words.here; word?.startsWith("-"); word = words.here) {
    words.take();
    const option = word.startsWith("--") ? word.slice(1) : word;
    const is = (name: string): boolean => isPrefix(option, name);
    if (is("-help")) options.ask = "usage";
    else if (is("-Version")) options.ask = "version";
    else if (is("-stats") || is("-statistics")) options.statistics = true;
    else if (is("-details")) options.details = true;
    else if (is("-oneline")) options.oneLine = true;
    else if (is("-json")) options.json = true;
    else if (is("-pretty")) options.pretty = true;
    else if (is("-netns")) {
      const name = words.take();
      if (name === undefined) throw incompleteCommand();
      network = namespaceNamed(machine, name);
    } else if (!HARMLESS.some(is) && option !== "-4" && option !== "-6")
      throw new CommandFailure(255, `Option "${word}" is unknown, try "bridge -help".\n`);
  }
  return { options, network };
}
