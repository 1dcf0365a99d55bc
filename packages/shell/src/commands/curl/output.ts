/** Where curl writes a body: standard output, or a file that is made when the first octets come. */
import type { CommandContext } from "../../command.ts";
import type { OpenFile } from "../../process/open-file.ts";
import { writeAll } from "../../process/transfer.ts";
import type { Wait } from "../../process/wait.ts";

export class Output {
  /** null for standard output. */
  readonly path: string | null;
  private readonly context: CommandContext;
  private file: OpenFile | null = null;

  constructor(context: CommandContext, path: string | null) {
    this.context = context;
    this.path = path;
  }

  /** False when it cannot be written. */
  *write(text: string): Generator<Wait, boolean, void> {
    if (this.path === null) return (yield* this.context.out(text)) === 0;
    if (this.file === null && !this.open(this.path)) return false;
    return (yield* writeAll(this.context.process, this.file as OpenFile, text)) === 0;
  }

  /** A body without octets leaves an empty file. */
  finish(): boolean {
    return this.path === null || this.file !== null || this.open(this.path);
  }

  close(): void {
    this.file?.release();
    this.file = null;
  }

  private open(path: string): boolean {
    const { machine, process } = this.context;
    const mode = { read: false, write: true, create: true, truncate: true };
    const file = machine.files.open(process, path, mode);
    if (typeof file === "number") return false;
    this.file = file;
    return true;
  }
}
