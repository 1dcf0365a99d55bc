/** The command lines of a host's `start`: one command a line, but for what a shell reads on. */

/** One command, and whether the lab says that it fails. */
export interface StartCommand {
  readonly text: string;
  readonly fails: boolean;
}

const FAILS = /\s+#\s*fails\s*$/;
const HERE_DOCUMENT = /<<-?\s*(["']?)([A-Za-z_]\w*)\1/;

/** Splits `start` at line ends, but not after a backslash, inside quotes, in a here-document or in a compound command. */
export function startCommands(start: string): StartCommand[] {
  const commands: StartCommand[] = [];
  const lines = start.split("\n");
  for (let i = 0; i < lines.length; i++) {
    let text = lines[i] ?? "";
    if (/^\s*(?:#.*)?$/.test(text)) continue;
    while (i + 1 < lines.length && isOpen(text)) text += `\n${lines[++i] ?? ""}`;
    commands.push({ text: text.replace(FAILS, "").trim(), fails: FAILS.test(text) });
  }
  return commands;
}

/** Whether a shell would go on reading. */
export function isOpen(text: string): boolean {
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(text) || isQuoteOpen(text)) return true;
  const [, , word] = HERE_DOCUMENT.exec(text) ?? [];
  if (
    word !== undefined &&
    !text
      .split("\n")
      .slice(1)
      .some((line) => line.trim() === word)
  )
    return true;
  return isCompoundOpen(text);
}

/** Quotes as the shell counts them; a comment ends at its line's end. */
function isQuoteOpen(text: string): boolean {
  let quote = "";
  for (let i = 0; i < text.length; i++) {
    const character = text[i] ?? "";
    if (character === "\\" && quote !== "'") i++;
    else if (quote !== "") quote = character === quote ? "" : quote;
    else if (character === "'" || character === '"') quote = character;
    else if (character === "#" && /^$|\s/.test(text[i - 1] ?? "")) {
      const end = text.indexOf("\n", i);
      if (end === -1) return false;
      i = end;
    }
  }
  return quote !== "";
}

const OPENING =
  /(?:^|[;&|\n]|\b(?:do|then|else)\b)\s*(?:if|for|while|until|case|select)\b|\{\s*(?:\n|$)/g;
const CLOSING = /(?:^|[;\n])\s*(?:fi|done|esac|\})(?=\s*(?:[;&|\n<>)]|$))/g;

const isCompoundOpen = (text: string): boolean =>
  (text.match(OPENING)?.length ?? 0) > (text.match(CLOSING)?.length ?? 0);

const ASSIGNMENT =
  /^(?:(?:export|readonly)\s+)?(?:[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|[^\s;&|"'])*\s*)+$/;
const CHANGE_OF_DIRECTORY = /^cd\s[^;&|]*$/;
const FUNCTION = /^(?:function\s+)?[A-Za-z_]\w*\s*\(\)\s*\{/;

/**
 * Whether a command only sets what a login shell remembers: a variable, the directory, a function. Each command runs in a
 * shell of its own, so such a one is said again before those that follow. One that runs programs is not.
 */
export const isSetting = (text: string): boolean =>
  !/\$\(|`/.test(text) &&
  (ASSIGNMENT.test(text) || CHANGE_OF_DIRECTORY.test(text) || FUNCTION.test(text));
