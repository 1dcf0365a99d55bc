/** What `-d` and its kin post: text, or files, from which -d takes out the ends of lines. */
import type { CommandContext } from "../../command.ts";
import { readAll } from "../../process/transfer.ts";
import type { Wait } from "../../process/wait.ts";
import type { CurlOptions, DataPart } from "./options.ts";

/** More than any lab posts. */
const CHARACTERS_MAX = 16 * 1024 * 1024;

/** The parts with & between them; null for none. A file that cannot be read is an empty one, with a warning. */
export function* postData(
  context: CommandContext,
  { data, silent }: CurlOptions,
): Generator<Wait, string | null, void> {
  if (data.length === 0) return null;
  const texts: string[] = [];
  for (const part of data) {
    const text = yield* textOf(context, part);
    if (text === null && !silent)
      yield* context.err(
        `Warning: Couldn't read data from file "${part.text}", this makes an empty POST.\n`,
      );
    texts.push(text ?? "");
  }
  return texts.join("&");
}

function* textOf(
  context: CommandContext,
  { from, text }: DataPart,
): Generator<Wait, string | null, void> {
  if (from === "text") return text;
  const { machine, process, stdin } = context;
  const file =
    text === "-" ? stdin : machine.files.open(process, text, { read: true, write: false });
  if (file === undefined || typeof file === "number") return null;
  const content = yield* readAll(file, CHARACTERS_MAX);
  if (text !== "-") file.release();
  return from === "binary" ? content : content.replace(/[\r\n\0]/g, "");
}
