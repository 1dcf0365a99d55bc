/** `ip netns list | add | del`: names of namespaces. `exec` runs another program and is the shell's (`netns exec`). */

import type { NetworkNamespace } from "@lvsim/core";
import { result, type SimpleResult } from "../../command.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { CommandFailure } from "../../options/failure.ts";
import { isPrefix, unknownCommand, type Words } from "../../options/iproute2.ts";
import { type IpContext, leftOut } from "./context.ts";

/** Status 255 when there is none; "" is the machine's first, which has no name. */
export function namespaceNamed(machine: Kernel, name: string): NetworkNamespace {
  const namespace = name === "" ? undefined : machine.namespaces.get(name);
  if (namespace === undefined)
    throw new CommandFailure(
      255,
      `Cannot open network namespace "${name}": No such file or directory\n`,
    );
  return namespace;
}

export function netnsObject({ machine }: IpContext, words: Words): SimpleResult {
  const verb = words.take() ?? "list";
  if (["list", "show", "lst"].some((name) => isPrefix(verb, name))) return listNamespaces(machine);
  if (isPrefix(verb, "add")) return addNamespace(machine, words);
  if (isPrefix(verb, "delete")) return deleteNamespace(machine, words);
  if (isPrefix(verb, "exec")) {
    namespaceNamed(machine, words.take() ?? "");
    throw leftOut("ip netns exec");
  }
  throw unknownCommand(verb, "netns");
}

function listNamespaces({ namespaces }: Kernel): SimpleResult {
  const names = Array.from(namespaces.keys()).filter((name) => name !== "");
  // the directory of their names shows the newest first
  return result({
    stdout: names
      .reverse()
      .map((name) => `${name}\n`)
      .join(""),
  });
}

function nameOf(words: Words): string {
  const name = words.take();
  if (name === undefined) throw new CommandFailure(1, "No netns name specified\n");
  return name;
}

function addNamespace(machine: Kernel, words: Words): SimpleResult {
  const name = nameOf(words);
  const path = `/run/netns/${name}`;
  if (machine.namespaces.has(name))
    throw new CommandFailure(1, `Cannot create namespace file "${path}": File exists\n`);
  if (machine.createNamespace === null) throw leftOut("another namespace on this machine");
  machine.namespaces.set(name, machine.createNamespace(name));
  return result({});
}

function deleteNamespace(machine: Kernel, words: Words): SimpleResult {
  const name = nameOf(words);
  if (name === "" || !machine.namespaces.delete(name))
    throw new CommandFailure(
      1,
      `Cannot remove namespace file "/run/netns/${name}": No such file or directory\n`,
    );
  return result({});
}
