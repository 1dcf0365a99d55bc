/** Programs that ask others on the network: wget, ab, telnet, and those that look names up. */
import type { Command } from "../../command.ts";
import { ab } from "./ab.ts";
import { NAME_COMMANDS } from "./names.ts";
import { telnet } from "./telnet.ts";
import { wget } from "./wget.ts";

export const CLIENT_COMMANDS: readonly Command[] = [...NAME_COMMANDS, ab, telnet, wget];
