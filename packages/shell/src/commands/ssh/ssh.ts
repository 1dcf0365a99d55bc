/**
 * ssh (OpenSSH 9.2): a command, or a shell, on another machine over a TCP connection to its port 22, which routes, rules and links
 * treat as any other. Left out: keys, passwords, forwarding, configuration files, multiplexing, escape characters.
 */
import { errnoText } from "@lvsim/core";
import type { Command, CommandContext } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import { Terminal } from "../../process/terminal.ts";
import { onAny } from "../../process/wait.ts";
import type { Run } from "../base/tool.ts";
import { readSshOptions, SSH_VERSION, type SshOptions } from "./options.ts";
import { openSession, SSH_FAILED } from "./session.ts";
import type { Wire } from "./wire.ts";

const READ_MAX = 32_768;

function* run(context: CommandContext): Run<number> {
  try {
    const options = readSshOptions(context.argv);
    if (options === "version") {
      yield* context.err(`${SSH_VERSION}\n`);
      return 0;
    }
    const wire = yield* openSession(context, options);
    try {
      return yield* converse(context, wire, options);
    } finally {
      wire.close();
    }
  } catch (thrown) {
    if (!(thrown instanceof CommandFailure)) throw thrown;
    yield* context.err(thrown.stderr);
    return thrown.status;
  }
}

function* converse(context: CommandContext, wire: Wire, options: SshOptions): Run<number> {
  const { stdin } = context;
  const local = stdin instanceof Terminal ? stdin : null;
  const wantsTerminal = options.terminal ?? (options.command.length === 0 && local !== null);
  if (options.terminal === true && local === null)
    yield* context.err(
      "Pseudo-terminal will not be allocated because stdin is not a terminal.\r\n",
    );
  const interactive = wantsTerminal && local !== null;
  if (interactive) wire.send("T", "");
  wire.send("C", options.command.join(" "));
  const session = new Conversation(context, wire, options, interactive ? local : null);
  try {
    return yield* session.all();
  } finally {
    session.restore();
  }
}

class Conversation {
  private readonly context: CommandContext;
  private readonly wire: Wire;
  private readonly options: SshOptions;
  /** The terminal whose keys go to the other side. */
  private readonly terminal: Terminal | null;
  private readonly before: Terminal["mode"] | null;
  private inputOpen: boolean;
  private status: number | null = null;

  constructor(context: CommandContext, wire: Wire, options: SshOptions, terminal: Terminal | null) {
    this.context = context;
    this.wire = wire;
    this.options = options;
    this.terminal = terminal;
    this.before = terminal?.mode ?? null;
    this.inputOpen = !options.noInput && context.stdin !== undefined;
    // the other side edits, echoes and makes signals of keys
    if (terminal !== null) terminal.mode = { canonical: false, echo: false, signals: false };
    if (!this.inputOpen) wire.send("Z", "");
  }

  restore(): void {
    if (this.terminal === null || this.before === null) return;
    this.terminal.mode = this.before;
    this.terminal.prompt = null;
  }

  *all(): Run<number> {
    const { context, options, terminal, wire } = this;
    for (;;) {
      wire.pump();
      yield* this.takeFrames();
      if (this.status !== null) {
        if (terminal !== null) yield* context.err(`Connection to ${options.host} closed.\r\n`);
        return this.status;
      }
      if (wire.ended) {
        const why =
          wire.errno === 0
            ? `Connection to ${options.host} closed by remote host.`
            : `client_loop: send disconnect: ${errnoText(wire.errno)}`;
        yield* context.err(`${why}\r\n`);
        return SSH_FAILED;
      }
      this.sendInput();
      const queues =
        this.inputOpen && context.stdin !== undefined && !wire.isFull
          ? [wire.queue, context.stdin.readable]
          : [wire.queue];
      yield onAny(queues);
    }
  }

  private *takeFrames(): Run<void> {
    const { context, terminal, wire } = this;
    for (let frame = wire.takeFrame(); frame !== null; frame = wire.takeFrame()) {
      if (frame.kind === "O") yield* context.out(frame.text);
      else if (frame.kind === "R") yield* context.err(frame.text);
      else if (frame.kind === "X") this.status = Number(frame.text);
      else if (frame.kind === "P" && terminal !== null) terminal.prompt = frame.text;
      else if (frame.kind === "N" && terminal !== null) terminal.prompt = null;
    }
  }

  private sendInput(): void {
    const { stdin } = this.context;
    while (this.inputOpen && stdin !== undefined && !this.wire.isFull) {
      const got = stdin.read(READ_MAX);
      if (got === null) return;
      if (typeof got === "string" && got !== "") {
        if (this.terminal !== null && got.endsWith("\n")) this.terminal.prompt = null;
        this.wire.send("I", got);
        continue;
      }
      this.inputOpen = false;
      this.wire.send(this.terminal === null ? "Z" : "I", this.terminal === null ? "" : "\u0004");
    }
  }
}

export const ssh: Command = { path: "/usr/bin/ssh", run };
