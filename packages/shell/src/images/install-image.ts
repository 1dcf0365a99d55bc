/** Installs a machine from an image. */

import type { IpvsadmVariant } from "../commands/ipvsadm/index.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { SystemState } from "../kernel/system-state.ts";
import type { Image } from "./image.ts";

export interface InstallOptions {
  readonly ipvsadm: IpvsadmVariant;
}

/** The packages, units and programs that a new machine knows; for `KernelOptions.system`. */
export function createSystemState(_image: Image, _options: InstallOptions): SystemState {
  throw new Error("not yet");
}

/**
 * Puts the image's directories, files and installed programs into the machine, and IPVS's files into /proc/net. Doing it
 * again changes nothing. `shells` are the programs /usr/bin/bash and /usr/bin/dash.
 */
export function installImage(_kernel: Kernel, _image: Image, _options: InstallOptions): void {
  throw new Error("not yet");
}
