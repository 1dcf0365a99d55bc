/**
 * How GNU tools quote names in messages (gnulib's quotearg). Coreutils 9 writes file names as a shell would take them, and
 * other words in the locale's quotes; those of CentOS 7 (8.22) put everything into the locale's quotes.
 */
import type { CommandContext } from "../../command.ts";
import { encodeUtf8 } from "../../text/utf8.ts";

export class Quoting {
  private readonly utf8: boolean;
  private readonly old: boolean;

  constructor(context: CommandContext) {
    const { env, machine } = context;
    const locale = env.get("LC_ALL") || env.get("LC_CTYPE") || env.get("LANG") || "";
    this.utf8 = /utf-?8/i.test(locale);
    this.old = machine.system.distribution.id === "centos";
  }

  /** `quote`: any word. */
  word(text: string): string {
    return this.utf8 ? `‘${visible(text)}’` : `'${visible(text).replaceAll("'", "\\'")}'`;
  }

  /** `quoteaf`: a file's name, always in quotes. */
  file(name: string): string {
    return this.old ? this.word(name) : shellQuote(name, this.utf8);
  }

  /** `quotef`: a file's name before a colon, in quotes only where it must be. */
  plain(name: string): string {
    const harmless = this.utf8 ? HARMLESS_IN_UTF8 : HARMLESS;
    return this.old || harmless.test(name) ? name : shellQuote(name, this.utf8);
  }
}

const HARMLESS = /^[\w./%+,@^-][\w./%+,@^~#-]*$/;
const HARMLESS_IN_UTF8 = /^[\w./%+,@^\p{L}\p{N}-][\w./%+,@^~#\p{L}\p{M}\p{N}-]*$/u;

const visible = (text: string): string => text.replaceAll("\n", "\\n").replaceAll("\t", "\\t");

const LETTERS = "abtnvfr";
const FIRST_LETTER = 7;

/** `\n`, `\346\262\241`: a character that cannot be shown, as `$'…'` takes it. */
function escaped(character: string): string {
  const letter = LETTERS[character.charCodeAt(0) - FIRST_LETTER];
  if (letter !== undefined) return `\\${letter}`;
  const octal = (octet: number): string => `\\${octet.toString(8).padStart(3, "0")}`;
  return Array.from(encodeUtf8(character), octal).join("");
}

/** Whether a terminal of this locale shows the character. */
function isShown(character: string, utf8: boolean): boolean {
  return /[ -~]/.test(character) || (utf8 && !/[\p{C}\p{Zl}\p{Zp}]/u.test(character));
}

/** As a shell would take the name back: in single quotes, what cannot be shown in `$'…'` between them. */
function shellQuote(name: string, utf8: boolean): string {
  const characters = Array.from(name);
  const shown = characters.every((character) => isShown(character, utf8));
  if (shown && name.includes("'") && !/["$`\\!]/.test(name)) return `"${name}"`;
  let text = "'";
  let escaping = false;
  for (const character of characters) {
    const hidden = !isShown(character, utf8);
    if (character === "'") text += "'\\''";
    else if (hidden) text += escaping ? escaped(character) : `'$'${escaped(character)}`;
    else text += escaping ? `''${character}` : character;
    escaping = hidden;
  }
  return `${text}'`;
}
