/** The programs of the package net-tools. */
import type { Command } from "../../command.ts";
import { arp } from "./arp.ts";
import { ifconfig } from "./ifconfig.ts";
import { netstat } from "./netstat.ts";
import { route } from "./route.ts";

export const NET_TOOLS_COMMANDS: readonly Command[] = [ifconfig, route, arp, netstat];
