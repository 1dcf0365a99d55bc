/** ssh and what comes with it. */
import type { Command } from "../../command.ts";
import { SSH_FILE_COMMANDS } from "./copy.ts";
import { ssh } from "./ssh.ts";

export const SSH_COMMANDS: readonly Command[] = [...SSH_FILE_COMMANDS, ssh];
