/** The builtins of bash and of dash, by name. */
import type { Builtin } from "../shell/shell.ts";
import { declare, exportNames, local, readonly, unset } from "./declare.ts";
import { alias, hash, type, unalias } from "./describe.ts";
import { cd, pwd } from "./directories.ts";
import { dirs, popd, pushd } from "./directory-stack.ts";
import { echo } from "./echo.ts";
import {
  breakLoop,
  builtin,
  caller,
  command,
  continueLoop,
  enable,
  evaluateWords,
  exec,
  exit,
  help,
  logout,
  no,
  returnFrom,
  shift,
  source,
  yes,
} from "./flow.ts";
import { bg, disown, fg, jobs, suspend, wait } from "./jobs.ts";
import { printf } from "./printf.ts";
import { mapfile, read } from "./read.ts";
import { evaluateExpressions, getopts, set, shopt, times, ulimit, umask } from "./settings.ts";
import { kill, trap } from "./signals.ts";
import { test } from "./test.ts";

/** What both shells have. */
const COMMON: readonly (readonly [string, Builtin])[] = [
  [".", source],
  [":", yes],
  ["[", test],
  ["alias", alias],
  ["bg", bg],
  ["break", breakLoop],
  ["cd", cd],
  ["command", command],
  ["continue", continueLoop],
  ["echo", echo],
  ["eval", evaluateWords],
  ["exec", exec],
  ["exit", exit],
  ["export", exportNames],
  ["false", no],
  ["fg", fg],
  ["getopts", getopts],
  ["hash", hash],
  ["jobs", jobs],
  ["kill", kill],
  ["local", local],
  ["printf", printf],
  ["pwd", pwd],
  ["read", read],
  ["readonly", readonly],
  ["return", returnFrom],
  ["set", set],
  ["shift", shift],
  ["test", test],
  ["times", times],
  ["trap", trap],
  ["true", yes],
  ["type", type],
  ["ulimit", ulimit],
  ["umask", umask],
  ["unalias", unalias],
  ["unset", unset],
  ["wait", wait],
];

const ONLY_BASH: readonly (readonly [string, Builtin])[] = [
  ["builtin", builtin],
  ["caller", caller],
  ["declare", declare],
  ["dirs", dirs],
  ["disown", disown],
  ["enable", enable],
  ["help", help],
  ["let", evaluateExpressions],
  ["logout", logout],
  ["mapfile", mapfile],
  ["popd", popd],
  ["pushd", pushd],
  ["readarray", mapfile],
  ["shopt", shopt],
  ["source", source],
  ["suspend", suspend],
  ["typeset", declare],
];

export const DASH_BUILTINS: ReadonlyMap<string, Builtin> = new Map(COMMON);
export const BASH_BUILTINS: ReadonlyMap<string, Builtin> = new Map([...COMMON, ...ONLY_BASH]);
