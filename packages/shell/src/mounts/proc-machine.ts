/** Files of /proc about the machine as a whole: memory, processor, uptime, load, mounts. A machine has one processor and is never busy. */
import { START } from "@lvsim/core";
import { memoryTable, mountTable } from "../commands/system/storage.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { readOnlySynthetic } from "../vfs/node.ts";

const CPU = [
  ["processor", "0"],
  ["vendor_id", "GenuineIntel"],
  ["cpu family", "6"],
  ["model name", "Intel Xeon Processor"],
  ["cpu MHz", "2400.000"],
  ["cpu cores", "1"],
  [
    "flags",
    "fpu tsc msr pae cx8 apic sep mtrr pge cmov pat clflush mmx fxsr sse sse2 ht syscall nx lm",
  ],
] as const;

const decimals = (nanoseconds: number): string => (Math.floor(nanoseconds / 1e7) / 100).toFixed(2);

export function mountMachineFiles(kernel: Kernel): void {
  const files: readonly (readonly [string, () => string])[] = [
    [
      "cpuinfo",
      () =>
        `${CPU.map(([name, value]) => `${name.padEnd(16)}: ${value}\n`).join("")}\n`.replace(
          / +:/g,
          (blanks) => `\t${blanks.length > 9 ? "\t" : ""}:`,
        ),
    ],
    [
      "loadavg",
      () =>
        `0.00 0.00 0.00 1/${kernel.processes.size} ${Math.max(1, ...kernel.processes.keys())}\n`,
    ],
    ["meminfo", memoryTable],
    ["mounts", mountTable],
    ["uptime", () => `${decimals(kernel.now)} ${decimals(kernel.now)}\n`],
    [
      "version",
      () => `Linux version ${kernel.release} (gcc 12.2.0, GNU ld 2.40) #1 SMP PREEMPT_DYNAMIC\n`,
    ],
  ];
  for (const [name, text] of files)
    kernel.files.mount(`/proc/${name}`, readOnlySynthetic(START, text));
}
