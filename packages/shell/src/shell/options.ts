/** `set` and `shopt` options. */

/** Letters of `set` with their long names, in the order of `set -o`. */
const LETTERS: readonly (readonly [string, string])[] = [
  ["allexport", "a"],
  ["braceexpand", "B"],
  ["emacs", ""],
  ["errexit", "e"],
  ["errtrace", "E"],
  ["functrace", "T"],
  ["hashall", "h"],
  ["histexpand", "H"],
  ["history", ""],
  ["ignoreeof", ""],
  ["interactive-comments", ""],
  ["keyword", "k"],
  ["monitor", "m"],
  ["noclobber", "C"],
  ["noexec", "n"],
  ["noglob", "f"],
  ["nolog", ""],
  ["notify", "b"],
  ["nounset", "u"],
  ["onecmd", "t"],
  ["physical", "P"],
  ["pipefail", ""],
  ["posix", ""],
  ["privileged", "p"],
  ["verbose", "v"],
  ["vi", ""],
  ["xtrace", "x"],
];

const SHOPTS: readonly string[] = (
  "autocd assoc_expand_once cdable_vars cdspell checkhash checkjobs checkwinsize cmdhist dirspell dotglob execfail expand_aliases extdebug " +
  "extglob extquote failglob force_fignore globasciiranges globskipdots globstar gnu_errfmt histappend histreedit histverify " +
  "hostcomplete huponexit inherit_errexit interactive_comments lastpipe lithist localvar_inherit localvar_unset login_shell " +
  "mailwarn no_empty_cmd_completion nocaseglob nocasematch noexpand_translation nullglob patsub_replacement progcomp " +
  "progcomp_alias promptvars restricted_shell shift_verbose sourcepath varredir_close xpg_echo"
).split(" ");
const SHOPT_DEFAULTS =
  "checkwinsize cmdhist complete_fullquote extquote force_fignore globasciiranges globskipdots hostcomplete " +
  "interactive_comments patsub_replacement progcomp promptvars sourcepath";

export class Options {
  private readonly on = new Set<string>(["braceexpand", "hashall", "interactive-comments"]);
  private readonly shoptsOn = new Set<string>(SHOPT_DEFAULTS.split(" "));
  // read for every command, so kept as fields
  errexit = false;
  nounset = false;
  xtrace = false;

  copy(): Options {
    const copy = new Options();
    copy.on.clear();
    copy.shoptsOn.clear();
    for (const name of this.on) copy.on.add(name);
    for (const name of this.shoptsOn) copy.shoptsOn.add(name);
    copy.errexit = this.errexit;
    copy.nounset = this.nounset;
    copy.xtrace = this.xtrace;
    return copy;
  }

  has(name: string): boolean {
    return this.on.has(name);
  }

  /** False when there is no such option. */
  set(name: string, value: boolean): boolean {
    if (!LETTERS.some(([long]) => long === name)) return false;
    if (value) this.on.add(name);
    else this.on.delete(name);
    this.errexit = this.on.has("errexit");
    this.nounset = this.on.has("nounset");
    this.xtrace = this.on.has("xtrace");
    return true;
  }

  setLetter(letter: string, value: boolean): boolean {
    const found = LETTERS.find(([, candidate]) => candidate === letter);
    return found !== undefined && this.set(found[0], value);
  }

  /** $-. */
  letters(): string {
    const letters = LETTERS.filter(([name, letter]) => letter !== "" && this.on.has(name)).map(
      ([, letter]) => letter,
    );
    return letters.sort((a, b) => order(a) - order(b)).join("");
  }

  /** Names of `set -o` with their state. */
  list(): (readonly [string, boolean])[] {
    return LETTERS.map(([name]) => [name, this.on.has(name)] as const);
  }

  shopt(name: string): boolean {
    return this.shoptsOn.has(name);
  }

  setShopt(name: string, value: boolean): boolean {
    if (!SHOPTS.includes(name)) return false;
    if (value) this.shoptsOn.add(name);
    else this.shoptsOn.delete(name);
    return true;
  }

  listShopts(): (readonly [string, boolean])[] {
    return SHOPTS.map((name) => [name, this.shoptsOn.has(name)] as const);
  }
}

/** Lower case before upper case, each in order. */
const order = (letter: string): number => {
  const code = letter.charCodeAt(0);
  return code >= 97 ? code - 97 : code;
};
