/**
 * Somebody's session on a lab: a terminal for each machine, what was done and when. It has no screen; the same entries at
 * the same instants give the same session again. Inputs come between instants, never in the midst of one.
 */
import { assert, type Duration, type Instant, later } from "@lvsim/core";
import type { TerminalSize } from "@lvsim/shell";
import type { Lab } from "../lab/lab.ts";
import { type LabTerminal, untilPrompt } from "../lab/terminal.ts";
import type { LabDefinition } from "../lab-file/schema.ts";
import type { StartRun } from "../run/lab-run.ts";
import { type BegunRequest, LabPlay } from "../run/run-lab.ts";
import { PacketLog } from "./packet-log.ts";
import type { SessionAct, SessionEntry } from "./session-file.ts";

export interface SessionOptions {
  readonly name: string;
  readonly definition: LabDefinition;
  readonly seed: string;
  /** Of the screen; null for the usual one. */
  readonly size: TerminalSize | null;
}

interface Begun extends BegunRequest {
  readonly terminal: LabTerminal;
  output: string;
}

export class LabSession {
  readonly options: SessionOptions;
  readonly lab: Lab;
  readonly play: LabPlay;
  readonly machines: readonly string[];
  readonly packets: PacketLog;
  /** Start-up commands that did not end as the lab says. */
  readonly failedStarts: readonly StartRun[];
  readonly entries: SessionEntry[] = [];
  private shown: string;
  private readonly terminals = new Map<string, LabTerminal>();
  /** Command lines under way. */
  private begun: Begun[] = [];

  constructor(options: SessionOptions) {
    const { name, definition, seed } = options;
    this.options = options;
    this.play = new LabPlay(name, definition, { seed });
    this.lab = this.play.lab;
    this.packets = new PacketLog(this.lab);
    this.play.boot();
    this.failedStarts = this.play.seen().starts.filter(({ asExpected }) => !asExpected);
    this.machines = Object.keys(definition.hosts);
    this.shown = this.machines[0] ?? "";
    this.go(this.shown);
  }

  /** The machine that is on the screen. */
  get current(): string {
    return this.shown;
  }

  /** Puts a machine on the screen; its shell asks for a line as soon as there is one. */
  go(machine: string): void {
    this.shown = machine;
    if (this.terminals.get(machine)?.done === false) return;
    this.terminals.set(machine, this.lab.login(machine, this.options.size));
    this.lab.until(this.lab.now);
  }

  /** The session once more, up to its entry number `count`, and at an instant. */
  static again(options: SessionOptions, entries: readonly SessionEntry[], at: Instant): LabSession {
    const session = new LabSession(options);
    for (const entry of entries) {
      session.advance(entry.at);
      session.repeat(entry);
    }
    session.advance(at);
    for (const terminal of session.terminals.values()) terminal.take();
    return session;
  }

  get terminal(): LabTerminal {
    const open = this.terminals.get(this.shown);
    assert(open !== undefined, "a machine on the screen has a terminal");
    return open;
  }

  get now(): Instant {
    return this.lab.now;
  }

  /** Types a command line at the prompt. */
  line(text: string): void {
    const { terminal, current, play } = this;
    this.note({ kind: "line", machine: current, text });
    const at = { beganAt: this.now, firstEvent: play.recordedCount };
    this.begun.push({ from: current, command: text, ...at, terminal, output: "" });
    terminal.type(`${text}\n`);
    this.lab.until(this.now);
  }

  /** Presses keys, which go to whatever reads them. */
  keys(text: string): void {
    const { terminal, current } = this;
    this.note({ kind: "keys", machine: current, text });
    terminal.type(text);
    this.lab.until(this.now);
  }

  /** A command to lvsim itself; what it does is its caller's. */
  colon(text: string): void {
    this.note({ kind: "colon", text });
  }

  advance(at: Instant): void {
    if (at > this.now) this.lab.until(at);
    this.endRequests();
  }

  /** Lets time pass until the shell on the screen asks again; what came to the screen. */
  settle(patience: Duration): string {
    const { terminal, lab } = this;
    const { output } = untilPrompt(lab, terminal, later(lab.now, patience));
    this.collect(terminal, output);
    this.endRequests();
    return output;
  }

  /** What came to the screen since the last call. */
  take(): string {
    const { terminal } = this;
    const output = terminal.take();
    this.collect(terminal, output);
    this.endRequests();
    return output;
  }

  private note(act: SessionAct): void {
    this.entries.push({ at: this.now, ...act });
  }

  private repeat(entry: SessionEntry): void {
    if (entry.kind === "colon") {
      this.colon(entry.text);
      const [word = "", name = ""] = entry.text.split(/\s+/);
      if (word === "undo") this.lab.undo(this.current);
      const wanted = word === "machine" ? name : word;
      if (this.machines.includes(wanted)) this.go(wanted);
      return;
    }
    if (entry.machine !== this.shown) this.go(entry.machine);
    if (entry.kind === "line") this.line(entry.text);
    else this.keys(entry.text);
  }

  private collect(terminal: LabTerminal, output: string): void {
    for (const one of this.begun) if (one.terminal === terminal) one.output += output;
  }

  /** Command lines whose shell asks again have ended: they count as requests. */
  private endRequests(): void {
    const ended = this.begun.filter(({ terminal }) => terminal.prompt !== null || terminal.done);
    if (ended.length === 0) return;
    this.begun = this.begun.filter((one) => !ended.includes(one));
    for (const { terminal, output, ...request } of ended)
      this.play.typed(request, { status: terminal.status, stdout: output });
  }
}
