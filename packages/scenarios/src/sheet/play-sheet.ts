/** Plays a lab sheet: types every command where it belongs, and holds what comes out beside what the sheet shows. */
import { later, seconds } from "@lvsim/core";
import { Lab } from "../lab/lab.ts";
import { type LabTerminal, untilPrompt } from "../lab/terminal.ts";
import { labOf } from "../lab-file/read.ts";
import type { LabDefinition } from "../lab-file/schema.ts";
import type { Bilingual } from "../lab-file/words.ts";
import { compareOutput, type OutputLine } from "./compare.ts";
import { failureReason, reasonFor } from "./reasons.ts";
import type { CommandStep, FileStep, Sheet, SheetNote, SheetStep } from "./sheet.ts";
import { labOfSheet } from "./sheet-lab.ts";

/** How a step went. */
export interface PlayedStep {
  readonly step: SheetStep;
  /** What stood before the cursor; "" for a file. */
  readonly prompt: string;
  readonly output: string;
  readonly status: number;
  /** Requests that a client sent before, so that there is something to count. */
  readonly requests: number;
  readonly verdict: Verdict;
  /** The sheet's output beside ours; empty where the sheet shows none. */
  readonly lines: readonly OutputLine[];
  readonly reasons: readonly Bilingual[];
}

/**
 * `wrote` a file; `ran`, and the sheet shows no output; `same`; `differs`; `failed` where the sheet says nothing of it;
 * `stopped`: it did not end by itself.
 */
type Verdict = "wrote" | "ran" | "same" | "differs" | "failed" | "stopped";

export interface PlayedSheet {
  readonly sheet: Sheet;
  readonly definition: LabDefinition;
  readonly steps: readonly PlayedStep[];
  readonly notes: readonly SheetNote[];
}

interface PlayOptions {
  readonly seed: string;
  /** The lab to play it on; what the sheet itself describes without one. */
  readonly lab?: LabDefinition | undefined;
}

/** Whether a step differs in a way that nothing explains. */
export const matters = ({ verdict, lines, reasons }: PlayedStep): boolean => {
  if (verdict === "failed" || verdict === "stopped") return reasons.length === 0;
  return verdict === "differs" && reasons.length < missing(lines).length;
};

export const missing = (lines: readonly OutputLine[]): OutputLine[] =>
  lines.filter(({ where }) => where === "sheet");

export function playSheet(sheet: Sheet, options: PlayOptions): PlayedSheet {
  return new SheetPlay(sheet, options).play();
}

/** How long somebody waits for a prompt before Ctrl-C, and takes to type the next line. */
const PATIENCE = seconds(60);
const TYPING = seconds(5);
const BETWEEN_REQUESTS = seconds(1);
/** Requests that are sent for the sake of a count, at most. */
const REQUESTS_MAX = 200;
/** Files that come with lines of their own, to which a reader adds. */
const SHARED_FILES =
  /^\/etc\/(?:sysctl\.conf|hosts|profile|rc\.local|rc\.d\/rc\.local|bashrc|fstab|resolv\.conf)$/;

class SheetPlay {
  private readonly sheet: Sheet;
  private readonly lab: Lab;
  private readonly definition: LabDefinition;
  private readonly client: string;
  private readonly notes: readonly SheetNote[];
  private readonly terminals = new Map<string, LabTerminal>();

  constructor(sheet: Sheet, { seed, lab }: PlayOptions) {
    this.sheet = sheet;
    const own = lab === undefined ? labOfSheet(sheet) : undefined;
    const hosts = Object.keys(lab?.hosts ?? {});
    this.definition = lab ?? labOf(own?.source);
    this.client = own?.client ?? hosts.find((name) => name.startsWith("client")) ?? hosts[0] ?? "";
    this.notes = [...sheet.notes, ...(own?.notes ?? [])].sort((a, b) => a.line - b.line);
    this.lab = Lab.build(this.definition, { seed });
    for (const [host, { start }] of Object.entries(this.definition.hosts))
      if (start !== "") this.lab.exec(host, start);
  }

  play(): PlayedSheet {
    const steps = this.sheet.steps.flatMap((step) =>
      Object.hasOwn(this.definition.hosts, step.machine)
        ? [step.kind === "file" ? this.write(step) : this.type(step)]
        : [],
    );
    return { sheet: this.sheet, definition: this.definition, steps, notes: this.notes };
  }

  private write(step: FileStep): PlayedStep {
    const { machine, path, content } = step;
    const isThere = this.lab.machine(machine).shell.readFile(path) !== undefined;
    const into = isThere && SHARED_FILES.test(path) ? ">>" : ">";
    const { status, stderr } = this.lab.exec(
      machine,
      `printf %s ${quoted(content)} ${into} ${quoted(path)}`,
    );
    const verdict = status === 0 ? "wrote" : "failed";
    return {
      step,
      prompt: "",
      output: stderr,
      status,
      requests: 0,
      verdict,
      lines: [],
      reasons: [],
    };
  }

  private type(step: CommandStep): PlayedStep {
    if (step.aside) return this.tryAside(step);
    const { lab } = this;
    const { machine, command, expected } = step;
    const terminal = this.terminal(machine);
    const requests = this.requestsFor(step);
    lab.until(later(lab.now, TYPING));
    const prompt = terminal.prompt ?? "";
    terminal.type(`${command}\n`);
    const { output, ended } = untilPrompt(lab, terminal, later(lab.now, PATIENCE));
    const stopped = ended ? "" : this.stop(terminal);
    const { status } = terminal;
    const lines = expected.length === 0 ? [] : compareOutput(command, expected, output);
    const verdict = verdictOf(ended, status, lines, expected.length > 0);
    const shown = output + stopped;
    const reasons = this.reasonsFor(step, verdict, lines, shown);
    return { step, prompt, output: shown, status, requests, verdict, lines, reasons };
  }

  private reasonsFor(
    { command, machine }: CommandStep,
    verdict: Verdict,
    lines: readonly OutputLine[],
    output: string,
  ): Bilingual[] {
    const { sheet } = this;
    const found =
      verdict === "differs"
        ? missing(lines).map((line) => reasonFor(line, lines, command, sheet))
        : verdict === "failed"
          ? [failureReason(output, sheet.steps, machine)]
          : [];
    return found.filter((reason) => reason !== null);
  }

  /** On a fork, so that the lab stays as the sheet's own steps leave it. */
  private tryAside(step: CommandStep): PlayedStep {
    const fork = this.lab.fork();
    const limited = step.command.replace(/^curl\b/, "curl -sS -m 5");
    const { status, stdout, stderr } = fork.exec(step.machine, limited);
    const common = { step, prompt: "", output: stdout + stderr, status, requests: 0, lines: [] };
    const isDirector = fork.machine(step.machine).namespace.config.ipvs.services.length > 0;
    const reasons =
      status !== 0 && isDirector
        ? [
            {
              en: "a director is no client of its own service by direct routing or a tunnel: the request leaves with the VIP as its source, and real servers drop it as their own; ask from another machine",
              zh: "直接路由和隧道模式下调度器不能访问自己的服务:请求以 VIP 为源地址发出,真实服务器视其为自己的地址而丢弃;请在其他机器上访问",
            },
          ]
        : [];
    return { ...common, verdict: status === 0 ? "ran" : "failed", reasons };
  }

  private stop(terminal: LabTerminal): string {
    terminal.type("\u0003");
    return untilPrompt(this.lab, terminal, later(this.lab.now, PATIENCE)).output;
  }

  private terminal(machine: string): LabTerminal {
    const open = this.terminals.get(machine);
    if (open !== undefined && !open.done) return open;
    const terminal = this.lab.login(machine);
    this.terminals.set(machine, terminal);
    untilPrompt(this.lab, terminal, later(this.lab.now, PATIENCE));
    return terminal;
  }

  /** A table with counts was printed after requests that the sheet only speaks of: so many are sent. */
  private requestsFor({ command, expected, machine }: CommandStep): number {
    if (!/^ipvsadm\s+-\S*[lL]/.test(command) || /-c|--stats|--rate|--timeout/.test(command))
      return 0;
    let sent = 0;
    const now = countsIn(this.lab.exec(machine, "ipvsadm -Ln").stdout.split("\n"));
    for (const [service, count] of countsIn(expected)) {
      const wanted = Math.min(count - (now.get(service) ?? 0), REQUESTS_MAX - sent);
      const [protocol, address] = service.split(" ");
      if (protocol !== "TCP" || address === undefined) continue;
      for (let i = 0; i < wanted; i++, sent++) {
        this.lab.exec(
          this.client,
          `curl -s -m 5 -o /dev/null http://${address.replace(/:http$/, "")}/`,
        );
        this.lab.until(later(this.lab.now, BETWEEN_REQUESTS));
      }
    }
    return sent;
  }
}

function verdictOf(
  ended: boolean,
  status: number,
  lines: readonly OutputLine[],
  isShown: boolean,
): Verdict {
  if (isShown) return missing(lines).length > 0 ? "differs" : "same";
  if (!ended) return "stopped";
  return status === 0 ? "ran" : "failed";
}

/** Connections by service, `TCP 192.168.31.200:80`, of a table as `ipvsadm -Ln` prints it. */
function countsIn(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  let service = "";
  for (const line of lines) {
    const head = /^\s*(TCP|UDP|SCTP)\s+(\d\S*)/.exec(line);
    const row = /^\s*->\s+\d\S*\s+[A-Z]\w+\s+\d+\s+(\d+)\s+(\d+)\s*$/.exec(line);
    if (head !== null) service = `${head[1]} ${head[2]}`;
    else if (row !== null && service !== "")
      counts.set(service, (counts.get(service) ?? 0) + Number(row[1]) + Number(row[2]));
  }
  return counts;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
