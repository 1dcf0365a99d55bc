/** /proc/net: texts about the namespace of whoever looks, made when they are read. */
import { START } from "@lvsim/core";
import type { Kernel } from "../kernel/kernel.ts";
import {
  type Directory,
  type DirectoryProvider,
  directory,
  type Node,
  readOnlySynthetic,
} from "../vfs/node.ts";

/** Entries are those of `kernel.procNet` below `prefix`. */
class ProcNet implements DirectoryProvider {
  private readonly kernel: Kernel;
  private readonly prefix: string;

  constructor(kernel: Kernel, prefix: string) {
    this.kernel = kernel;
    this.prefix = prefix;
  }

  lookup(name: string): Node | undefined {
    const path = this.prefix + name;
    const print = this.kernel.procNet.get(path);
    if (print !== undefined) return readOnlySynthetic(START, ({ namespace }) => print(namespace));
    return this.names().includes(name) ? procNet(this.kernel, `${path}/`) : undefined;
  }

  names(): readonly string[] {
    const found = new Set<string>();
    for (const path of this.kernel.procNet.keys())
      if (path.startsWith(this.prefix))
        found.add(path.slice(this.prefix.length).split("/")[0] as string);
    return Array.from(found).sort();
  }
}

export const procNet = (kernel: Kernel, prefix = ""): Directory =>
  directory(START, 0o555, new ProcNet(kernel, prefix), true);
