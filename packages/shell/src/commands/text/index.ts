/** Programs that take text apart and put it together: the rest of coreutils' filters, diffutils, and util-linux's. */
import type { Command } from "../../command.ts";
import { base64 } from "./base64.ts";
import { CHECKSUM_COMMANDS } from "./checksum.ts";
import { cmp } from "./cmp.ts";
import { column } from "./column.ts";
import { comm } from "./comm.ts";
import { diff } from "./diff/diff.ts";
import { expand, unexpand } from "./expand.ts";
import { expr } from "./expr.ts";
import { fold } from "./fold.ts";
import { join } from "./join.ts";
import { nl } from "./nl.ts";
import { hexdump, od } from "./od.ts";
import { paste } from "./paste.ts";
import { rev } from "./rev.ts";
import { shuf } from "./shuf.ts";
import { split } from "./split.ts";
import { tac } from "./tac.ts";
import { xxd } from "./xxd.ts";

export const TEXT_COMMANDS: readonly Command[] = [
  ...CHECKSUM_COMMANDS,
  base64,
  cmp,
  column,
  comm,
  diff,
  expand,
  expr,
  fold,
  hexdump,
  join,
  nl,
  od,
  paste,
  rev,
  shuf,
  split,
  tac,
  unexpand,
  xxd,
];
