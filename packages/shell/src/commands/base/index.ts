/** Small tools of every machine: coreutils, grep, sed, findutils, procps, kmod. */
import type { Command } from "../../command.ts";

export const BASE_COMMANDS: readonly Command[] = [];
