/** How net-tools' programs end: usage to standard error with status 3, and perror(3) lines. */
import { errnoText } from "@lvsim/core";
import { result, type SimpleResult } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";

const E_USAGE = 3;

export const usageFailure = (usage: string, complaint = ""): CommandFailure =>
  new CommandFailure(E_USAGE, complaint + usage);

/** perror(3): what was tried, and why not. */
export const perror = (tried: string, errno: number): string => `${tried}: ${errnoText(errno)}\n`;

export const VERSION_LINE = "net-tools 2.10\n";

export const version = (): SimpleResult => result({ stdout: VERSION_LINE });
