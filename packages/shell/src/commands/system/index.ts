/** Programs about the machine itself: terminal, accounts, storage, journal. */
import type { Command } from "../../command.ts";
import { ACCOUNT_COMMANDS } from "./accounts.ts";
import { bc } from "./bc/bc.ts";
import { flock } from "./flock.ts";
import { INFORMATION_COMMANDS } from "./information.ts";
import { JOURNAL_COMMANDS } from "./journal.ts";
import { PAGER_COMMANDS } from "./pager.ts";
import { STORAGE_COMMANDS } from "./storage.ts";
import { tar } from "./tar.ts";
import { TERMINAL_COMMANDS } from "./terminal.ts";
import { top } from "./top.ts";
import { watch } from "./watch.ts";

export const SYSTEM_COMMANDS: readonly Command[] = [
  ...ACCOUNT_COMMANDS,
  ...INFORMATION_COMMANDS,
  ...JOURNAL_COMMANDS,
  ...PAGER_COMMANDS,
  ...STORAGE_COMMANDS,
  ...TERMINAL_COMMANDS,
  bc,
  flock,
  tar,
  top,
  watch,
];
