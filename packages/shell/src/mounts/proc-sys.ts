/**
 * /proc/sys/net as files of the namespace of whoever looks: each is read as the kernel shows it, and a write acts at
 * once, as one change of configuration by the process that writes.
 */

import type { NetworkNamespace } from "@lvsim/core";
import {
  type Instant,
  isSysctlDirectory,
  listSysctls,
  readSysctl,
  START,
  writeSysctl,
} from "@lvsim/core";
import type { Kernel } from "../kernel/kernel.ts";
import type { Process } from "../process/process.ts";
import {
  type Directory,
  type DirectoryProvider,
  directory,
  type Node,
  type SyntheticFile,
} from "../vfs/node.ts";

const READ_WRITE = 0o644;
const DIRECTORY = 0o555;

/** The tree below /proc/sys/net; `home` is the namespace that is shown where no process looks. */
export function procSysNet(kernel: Kernel): Directory {
  return folder(kernel, "net");
}

const folder = (kernel: Kernel, path: string): Directory =>
  directory(START, DIRECTORY, new SysctlFolder(kernel, path), true);

const namespaceOf = (kernel: Kernel, process: Process | null): NetworkNamespace =>
  process?.namespace ?? (kernel.namespaces.get("") as NetworkNamespace);

/** One directory: its entries are the next parts of the sysctls' paths below it. */
class SysctlFolder implements DirectoryProvider {
  private readonly kernel: Kernel;
  private readonly path: string;

  constructor(kernel: Kernel, path: string) {
    this.kernel = kernel;
    this.path = path;
  }

  lookup(name: string, process: Process | null): Node | undefined {
    const { config } = namespaceOf(this.kernel, process);
    const path = `${this.path}/${name}`;
    if (isSysctlDirectory(config, path)) return folder(this.kernel, path);
    if (readSysctl(config, path) !== undefined) return sysctlFile(this.kernel, path);
    // a file that can only be written shows nothing
    return listSysctls(config).includes(path) ? sysctlFile(this.kernel, path) : undefined;
  }

  names(process: Process | null): readonly string[] {
    const below = `${this.path}/`;
    const found = new Set<string>();
    for (const path of listSysctls(namespaceOf(this.kernel, process).config))
      if (path.startsWith(below)) found.add(path.slice(below.length).split("/")[0] as string);
    return Array.from(found).sort();
  }
}

/** Of a file that shows what packets did, and not a value that somebody set. */
const liveText = ({ netfilter }: NetworkNamespace, path: string): string | undefined =>
  path === "net/netfilter/nf_conntrack_count"
    ? String(netfilter.connections.loaded?.table.count ?? 0)
    : undefined;

const sysctlFile = (kernel: Kernel, path: string): SyntheticFile => ({
  kind: "synthetic",
  mode: READ_WRITE,
  modified: START as Instant,
  read: ({ namespace }) =>
    `${liveText(namespace, path) ?? readSysctl(namespace.config, path) ?? ""}\n`,
  write: (process, text) => {
    // an empty write is what opening for truncation looks like; the kernel ignores it too
    if (text === "") return 0;
    const { command, file, line } = process.origin;
    const origin = { machine: kernel.name, process: command, file, line };
    return process.namespace.change(origin, (draft) =>
      writeSysctl(draft as Parameters<typeof writeSysctl>[0], path, text),
    );
  },
});
