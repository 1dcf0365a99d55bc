/** Reads numbers out of the texts of /proc/sys: what was set, else the kernel's default. */
import { assert } from "../../base/assert.ts";
import { SYSCTL_FILES } from "./sysctl-files.ts";

export class SysctlNumbers {
  private readonly values: Readonly<Record<string, string>>;

  constructor(values: Readonly<Record<string, string>>) {
    this.values = values;
  }

  /** The text of a file that the registry has. */
  text(path: string): string {
    return this.values[path] ?? SYSCTL_FILES.get(path)?.default ?? "";
  }

  /** The number at `index` of the file; only for files that the registry has. */
  of(path: string, index = 0): number {
    const text = this.values[path] ?? SYSCTL_FILES.get(path)?.default;
    assert(text !== undefined, `no sysctl ${path}`);
    return Number(index === 0 && !text.includes("\t") ? text : text.split("\t")[index]);
  }
}
