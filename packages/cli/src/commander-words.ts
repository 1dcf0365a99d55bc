/** Commander's complaints in our form: one line, what is wrong, how to mend it. */
import type { CommanderError } from "commander";

/** Codes with which commander ends without anything being wrong. */
const PLAIN_ENDS: ReadonlySet<string> = new Set([
  "commander.help",
  "commander.helpDisplayed",
  "commander.version",
]);

export const endsPlainly = ({ code }: CommanderError): boolean => PLAIN_ENDS.has(code);

/** `unknown option "--sed"; did you mean "--seed"?` of commander's two lines. */
export function complaint({ message }: CommanderError): string {
  const [first = "", hint = ""] = message.replace(/^error: /, "").split("\n");
  const meant = /^\(Did you mean (?:one of )?(.*)\?\)$/.exec(hint.trim())?.[1];
  const what = first.replaceAll("'", '"').replace(/\.$/, "");
  const lower = what.charAt(0).toLowerCase() + what.slice(1);
  return meant === undefined
    ? `${lower} (lvsim --help tells more)`
    : `${lower}; did you mean "${meant.replaceAll(", ", '" or "')}"?`;
}
