/** `set -x`: every command as it runs, after PS4, whose first character is doubled in subshells. */
import { expandArithmeticText } from "../expansions/expand.ts";
import type { Wait } from "../process/wait.ts";
import type { Shell } from "../shell/shell.ts";

export function* traceLine(shell: Shell, text: string): Generator<Wait, void, void> {
  const raw = shell.variables.get("PS4") ?? "+ ";
  const prompt = yield* expandArithmeticText(shell, raw);
  const depth = shell.dialect === "dash" ? 0 : shell.substitutionDepth;
  const nested = prompt.charAt(0).repeat(depth) + prompt;
  const descriptor = Number(shell.variables.get("BASH_XTRACEFD") ?? 2);
  const shown = `${nested}${text}\n`;
  if (descriptor === 2) yield* shell.err(shown);
  else shell.process.descriptors.get(descriptor)?.write(shown);
}
