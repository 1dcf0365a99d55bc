/** What the transfers of one curl command share: options, version, the connection that may be used again, and -v. */

import type { NetworkNamespace } from "@lvsim/core";
import type { CommandContext } from "../../command.ts";
import type { Wait } from "../../process/wait.ts";
import type { Connection } from "./connection.ts";
import type { CurlDialect } from "./dialect.ts";
import type { CurlOptions } from "./options.ts";

export class Session {
  readonly context: CommandContext;
  readonly network: NetworkNamespace;
  readonly options: CurlOptions;
  readonly dialect: CurlDialect;
  /** What is posted; null for nothing. */
  data: string | null = null;
  /** An open connection that the last response left behind. */
  kept: Connection | null = null;
  connections = 0;
  /** `{ [n bytes data]` was said for the direction of this letter. */
  private saidData = "";

  constructor(
    context: CommandContext,
    network: NetworkNamespace,
    options: CurlOptions,
    dialect: CurlDialect,
  ) {
    this.context = context;
    this.network = network;
    this.options = options;
    this.dialect = dialect;
  }

  *say(line: string): Generator<Wait, void, void> {
    if (this.options.verbose) yield* this.context.err(`* ${line}\n`);
  }

  /** Header lines with their ends, each behind `> ` or `< `. */
  *show(mark: ">" | "<", lines: readonly string[]): Generator<Wait, void, void> {
    this.saidData = "";
    if (this.options.verbose)
      yield* this.context.err(lines.map((line) => `${mark} ${line}`).join(""));
  }

  /** Octets of a body; a terminal shows them itself. */
  *showData(mark: "{" | "}", count: number, toTerminal: boolean): Generator<Wait, void, void> {
    if (!this.options.verbose || toTerminal || this.saidData === mark) return;
    this.saidData = mark;
    yield* this.context.err(`${mark} [${count} bytes data]\n`);
  }

  *drop(connection: Connection): Generator<Wait, void, void> {
    if (this.kept === connection) this.kept = null;
    connection.close();
    yield* this.say(`Closing connection ${connection.number}`);
  }
}
