/**
 * How GNU tools quote names in messages (gnulib's quotearg). Coreutils 9 writes file names as a shell would take them, and
 * other words in the locale's quotes; those of CentOS 7 (8.22) put everything into the locale's quotes.
 */
import type { CommandContext } from "../../command.ts";

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
    return this.old ? this.word(name) : shellQuote(name);
  }

  /** `quotef`: a file's name before a colon, in quotes only where it must be. */
  plain(name: string): string {
    return this.old || /^[\w./%+,@^-][\w./%+,@^~#-]*$/.test(name) ? name : shellQuote(name);
  }
}

const visible = (text: string): string => text.replaceAll("\n", "\\n").replaceAll("\t", "\\t");

function shellQuote(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\x00-\x1f\x7f]/.test(name)) {
    const escaped = name.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
    return `'${escaped.replace(/[\n\t\r]/g, (c) => `'$'\\${c === "\n" ? "n" : c === "\t" ? "t" : "r"}''`)}'`;
  }
  if (!name.includes("'")) return `'${name}'`;
  return /["$`\\!]/.test(name) ? `'${name.replaceAll("'", "'\\''")}'` : `"${name}"`;
}
