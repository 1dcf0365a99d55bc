/** Which processes have a socket open, and under which descriptors: what `ss -p` and `netstat -p` find in /proc/PID/fd. */
import type { NetworkNamespace } from "@lvsim/core";
import type { Kernel } from "../kernel/kernel.ts";
import type { Process } from "../process/process.ts";
import { basename } from "../vfs/path.ts";
import { SocketFile } from "./process-sockets.ts";

/** A process and its descriptor of a socket. */
export interface SocketOwner {
  readonly process: Process;
  readonly descriptor: number;
}

/** Owners by inode, of the sockets of one namespace: processes in the order of their numbers. */
export function socketOwners(
  { processes }: Kernel,
  namespace: NetworkNamespace,
): ReadonlyMap<number, readonly SocketOwner[]> {
  const owners = new Map<number, SocketOwner[]>();
  for (const process of Array.from(processes.values()).sort((a, b) => a.pid - b.pid))
    for (const descriptor of process.descriptors.numbers()) {
      const file = process.descriptors.get(descriptor);
      if (!(file instanceof SocketFile) || file.namespace !== namespace) continue;
      const known = owners.get(file.inode);
      if (known === undefined) owners.set(file.inode, [{ process, descriptor }]);
      else known.push({ process, descriptor });
    }
  return owners;
}

/** What `comm` shows: 15 characters of the program's name. */
export function commandName({ argv: [first = ""] }: Process): string {
  const name = first.includes(": ") ? (first.split(":")[0] as string) : basename(first);
  return name.replace(/^-/, "").slice(0, 15);
}
