/** Small tools of every machine: coreutils, grep, sed, findutils, procps, kmod. */
import type { Command } from "../../command.ts";
import { awk } from "../awk/awk.ts";
import { SHELL_BUILT_IN_COMMANDS } from "./builtins.ts";
import { cat, tee } from "./cat.ts";
import { chmod, chown } from "./chmod.ts";
import { cp, install, mv } from "./copy.ts";
import { cut } from "./cut.ts";
import { date } from "./date.ts";
import { dd } from "./dd.ts";
import { dmesg } from "./dmesg.ts";
import { env, nice, nohup, printenv, setsid, which } from "./environment.ts";
import { ln, mkdir, rmdir, touch } from "./files.ts";
import { find } from "./find.ts";
import { egrep, fgrep, grep } from "./grep.ts";
import { head } from "./head.ts";
import {
  falseCommand,
  hostname,
  id,
  nproc,
  trueCommand,
  tty,
  uname,
  uptime,
  whoami,
} from "./identity.ts";
import { ls } from "./ls.ts";
import { lsmod, modprobe } from "./modules.ts";
import { basename, dirname, mktemp, readlink, realpath } from "./names.ts";
import { kill, killall, pgrep, pidof, pkill, ps } from "./processes.ts";
import { rm } from "./remove.ts";
import { sed } from "./sed.ts";
import { seq, yes } from "./seq.ts";
import { sort } from "./sort.ts";
import { stat } from "./stat.ts";
import { sysctl } from "./sysctl.ts";
import { tail } from "./tail.ts";
import { tr } from "./tr.ts";
import { uniq } from "./uniq.ts";
import { sleep, timeout } from "./wait.ts";
import { wc } from "./wc.ts";
import { xargs } from "./xargs.ts";

export const BASE_COMMANDS: readonly Command[] = [
  ...SHELL_BUILT_IN_COMMANDS,
  awk,
  basename,
  cat,
  chmod,
  chown,
  cp,
  cut,
  date,
  dirname,
  dmesg,
  egrep,
  env,
  falseCommand,
  fgrep,
  find,
  grep,
  head,
  hostname,
  id,
  install,
  kill,
  killall,
  ln,
  ls,
  lsmod,
  mkdir,
  mktemp,
  modprobe,
  mv,
  nice,
  nohup,
  nproc,
  pgrep,
  pidof,
  pkill,
  printenv,
  ps,
  readlink,
  realpath,
  rm,
  rmdir,
  sed,
  dd,
  seq,
  setsid,
  sleep,
  sort,
  stat,
  sysctl,
  tail,
  tee,
  timeout,
  touch,
  tr,
  trueCommand,
  tty,
  uname,
  uniq,
  uptime,
  wc,
  which,
  whoami,
  xargs,
  yes,
];
