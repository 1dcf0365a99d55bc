/** What a machine's kernel shows as files: /proc and /dev. */
import type { Kernel } from "../kernel/kernel.ts";
import { DEVICES } from "./devices.ts";
import { procNet } from "./proc-net.ts";
import { procSysNet } from "./proc-sys.ts";

export function mountKernel(kernel: Kernel): void {
  const { files } = kernel;
  files.mount("/proc/sys/net", procSysNet(kernel));
  files.mount("/proc/net", procNet(kernel));
  for (const [name, device] of DEVICES) files.mount(`/dev/${name}`, device);
}
