/** What bash says about wrong options of its builtins. */
import { Exit } from "../shell/control.ts";
import type { Run, Shell } from "../shell/shell.ts";

const USAGES: Readonly<Record<string, string>> = {
  alias: "alias [-p] [name[=value] ... ]",
  cd: "cd [-L|[-P [-e]] [-@]] [dir]",
  command: "command [-pVv] command [arg ...]",
  declare: "declare [-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]",
  dirs: "dirs [-clpv] [+N] [-N]",
  disown: "disown [-h] [-ar] [jobspec ... | pid ...]",
  exec: "exec [-cl] [-a name] [command [argument ...]] [redirection ...]",
  export: "export [-fn] [name[=value] ...] or export -p",
  getopts: "getopts optstring name [arg ...]",
  hash: "hash [-lr] [-p pathname] [-dt] [name ...]",
  jobs: "jobs [-lnprs] [jobspec ...] or jobs -x command [args]",
  kill: "kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]",
  local: "local [option] name[=value] ...",
  mapfile:
    "mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]",
  popd: "popd [-n] [+N | -N]",
  printf: "printf [-v var] format [arguments]",
  pushd: "pushd [-n] [+N | -N | dir]",
  pwd: "pwd [-LP]",
  read: "read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]",
  readarray:
    "readarray [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]",
  readonly: "readonly [-aAf] [name[=value] ...] or readonly -p",
  set: "set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]",
  shopt: "shopt [-pqsu] [-o] [optname ...]",
  suspend: "suspend [-f]",
  trap: "trap [-lp] [[arg] signal_spec ...]",
  type: "type [-afptP] name [name ...]",
  typeset: "typeset [-aAfFgiIlnrtux] name[=value] ... or typeset -p [-aAfFilnrtux] [name ...]",
  ulimit: "ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]",
  umask: "umask [-p] [-S] [mode]",
  unalias: "unalias [-a] name [name ...]",
  unset: "unset [-f] [-v] [-n] [name ...]",
  wait: "wait [-fn] [-p var] [id ...]",
};

/** Builtins whose errors end dash. */
const DASH_SPECIAL = new Set("export readonly set shift trap unset exec".split(" "));

/** Prints the usage of `name` alone. */
export function* usage(shell: Shell, name: string): Run {
  yield* shell.err(`${name}: usage: ${USAGES[name] ?? name}\n`);
  return 2;
}

/** Complains of an option that there is not. */
export function* badOption(shell: Shell, name: string, option: string): Run {
  if (shell.dialect === "dash") {
    yield* shell.complain(`${name}: Illegal option ${option}`);
    if (DASH_SPECIAL.has(name)) throw new Exit(2);
    return 2;
  }
  yield* shell.complain(`${name}: ${option}: invalid option`);
  return yield* usage(shell, name);
}

/** Letters of the options before the operands, of those that `allowed` names; `bad` is the first that it does not. */
export function simpleOptions(
  argv: readonly string[],
  allowed: string,
): {
  readonly letters: Set<string>;
  readonly operands: readonly string[];
  readonly bad: string | null;
} {
  const letters = new Set<string>();
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i] as string;
    if (word === "--") return { letters, operands: argv.slice(i + 1), bad: null };
    if (!word.startsWith("-") || word === "-")
      return { letters, operands: argv.slice(i), bad: null };
    for (const letter of word.slice(1)) {
      if (!allowed.includes(letter)) return { letters, operands: [], bad: `-${letter}` };
      letters.add(letter);
    }
  }
  return { letters, operands: [], bad: null };
}
