/** What a machine's kernel shows as files: /proc, /dev, /run/netns. */
import { conntrackFile } from "../commands/conntrack/proc-file.ts";
import { IPVS_PROC_FILES } from "../commands/ipvsadm/index.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { PROC_NET_FILES } from "../proc-net/files.ts";
import { extendedStatistics } from "../proc-net/fullnat-files.ts";
import { descriptorDirectory } from "./dev-fd.ts";
import { DEVICES, randomDevice } from "./devices.ts";
import { namespaceFiles } from "./netns.ts";
import { mountMachineFiles } from "./proc-machine.ts";
import { procNet } from "./proc-net.ts";
import { procSysNet } from "./proc-sys.ts";

export function mountKernel(kernel: Kernel): void {
  const { files, procNet: texts } = kernel;
  for (const [name, print] of [...PROC_NET_FILES, ...IPVS_PROC_FILES]) texts.set(name, print);
  texts.set("nf_conntrack", conntrackFile);
  if (kernel.network.first.config.ipvs.variant !== "mainline")
    texts.set("ip_vs_ext_stats", extendedStatistics);
  files.mount("/proc/sys/net", procSysNet(kernel));
  files.mount("/proc/net", procNet(kernel));
  mountMachineFiles(kernel);
  files.mount("/run/netns", namespaceFiles(kernel));
  files.mount("/dev/fd", descriptorDirectory());
  for (const [name, device] of DEVICES) files.mount(`/dev/${name}`, device);
  for (const name of ["random", "urandom"])
    files.mount(`/dev/${name}`, randomDevice(kernel.rng.stream(name)));
}
