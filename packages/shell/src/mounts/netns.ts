/** /run/netns: a file for each named network namespace, as `ip netns` keeps them. Left out: that they can be opened. */
import { START } from "@lvsim/core";
import type { Kernel } from "../kernel/kernel.ts";
import {
  type Directory,
  type DirectoryProvider,
  directory,
  type Node,
  readOnlySynthetic,
} from "../vfs/node.ts";

const FILE: Node = { ...readOnlySynthetic(START, () => ""), mode: 0o444 };

class NamespaceFiles implements DirectoryProvider {
  private readonly kernel: Kernel;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  lookup(name: string): Node | undefined {
    return name !== "" && this.kernel.namespaces.has(name) ? FILE : undefined;
  }

  names(): readonly string[] {
    return Array.from(this.kernel.namespaces.keys())
      .filter((name) => name !== "")
      .sort();
  }
}

export const namespaceFiles = (kernel: Kernel): Directory =>
  directory(START, 0o755, new NamespaceFiles(kernel), true);
