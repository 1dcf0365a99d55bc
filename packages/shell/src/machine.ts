/**
 * A simulated Linux machine: a kernel with files, processes and a network namespace, installed from an image. Whoever
 * builds it types command lines on it; they run while simulated time does.
 */
import {
  assert,
  type Engine,
  type KernelVariant,
  type NetworkNamespace,
  type Rng,
} from "@lvsim/core";
import type { Command } from "./command.ts";
import { CommandContext } from "./command.ts";
import { type BootNetwork, bootNetwork } from "./commands/ifupdown/boot-network.ts";
import type { IpvsadmVariant } from "./commands/ipvsadm/index.ts";
import { createSystemState, type ImageName, imageFor, installImage } from "./images/index.ts";
import { SHELL_COMMANDS } from "./interpreter/programs.ts";
import type { ShellCosts } from "./kernel/costs.ts";
import { DEFAULT_PATH } from "./kernel/executable.ts";
import { Kernel } from "./kernel/kernel.ts";
import { SHELL_LIMITS } from "./kernel/limits.ts";
import { addMachine } from "./kernel/machines.ts";
import { mountKernel } from "./mounts/mount-kernel.ts";
import { Capture, Feed } from "./process/capture.ts";
import { Descriptors } from "./process/descriptors.ts";
import type { Process } from "./process/process.ts";
import { Signal } from "./process/signal.ts";
import { Terminal } from "./process/terminal.ts";
import { directory, regularFile } from "./vfs/node.ts";

export interface MachineOptions {
  readonly name: string;
  readonly hostname: string;
  readonly image: ImageName;
  readonly ipvsadm: IpvsadmVariant;
  readonly kernel: KernelVariant;
  readonly engine: Engine;
  readonly rng: Rng;
  readonly namespace: NetworkNamespace;
  readonly costs: ShellCosts;
}

/** Of a screen, in characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A command line under way, or ended. */
export interface ExecHandle {
  readonly done: boolean;
  /** Exit status; 0 while it runs. */
  readonly status: number;
  /** What it wrote so far. */
  readonly stdout: string;
  readonly stderr: string;
  /** Ctrl-C: SIGINT to its process group. */
  interrupt(): void;
}

/** What root's login shell starts with. */
const ROOT_ENVIRONMENT: ReadonlyMap<string, string> = new Map([
  ["HOME", "/root"],
  ["LANG", "C.UTF-8"],
  ["LOGNAME", "root"],
  ["PATH", DEFAULT_PATH],
  ["PWD", "/root"],
  ["SHELL", "/bin/bash"],
  ["USER", "root"],
]);

export class Machine {
  readonly name: string;
  readonly kernel: Kernel;
  private readonly namespace: NetworkNamespace;

  constructor(options: MachineOptions) {
    const { name, engine, rng, costs, namespace, ipvsadm } = options;
    const image = imageFor(options.image);
    const install = { ipvsadm, programs: SHELL_COMMANDS };
    this.name = name;
    this.namespace = namespace;
    this.kernel = new Kernel({
      name,
      engine,
      rng,
      costs,
      release: options.kernel,
      namespace,
      system: createSystemState(image, install),
    });
    this.kernel.hostname = options.hostname;
    this.kernel.log.listenTo(namespace);
    installImage(this.kernel, image, install);
    mountKernel(this.kernel);
    addMachine(this.kernel);
  }

  /**
   * Starts a command line in a root shell of its own: files stay, variables and directory do not. `namespace` is the name
   * of a network namespace, as `ip netns` has it.
   */
  exec(commandLine: string, namespace = ""): ExecHandle {
    return this.run(["bash", "-c", commandLine], commandLine, namespace);
  }

  /** Runs a script file with bash. */
  runFile(path: string, args: readonly string[]): ExecHandle {
    return this.run(["bash", path, ...args], [path, ...args].join(" "));
  }

  /** Makes or replaces a file; `mode` are its permission bits. */
  writeFile(path: string, content: string, mode = 0o644): void {
    this.kernel.files.writeText(path, content, mode);
  }

  /** Undefined when there is no such text file. */
  readFile(path: string): string | undefined {
    return this.kernel.files.readText(path);
  }

  /** Names in a directory, those of directories with a slash behind; none where there is no directory. */
  namesIn(path: string): string[] {
    const { files } = this.kernel;
    const node = files.resolve(path, "/");
    if (typeof node === "number" || node.kind !== "directory") return [];
    const names = node.provider?.names(null) ?? [...node.entries.keys()];
    return names.map((name) => {
      const entry = files.resolve(`${path}/${name}`, "/");
      return typeof entry !== "number" && entry.kind === "directory" ? `${name}/` : name;
    });
  }

  /** Shows files, by their path below `path`, that nobody on the machine can change. */
  mountReadOnly(path: string, files: ReadonlyMap<string, string>): void {
    const { now } = this.kernel;
    const root = directory(now, 0o755, null, true);
    for (const [name, content] of files) {
      const parts = name.split("/").filter((part) => part !== "");
      const last = parts.pop();
      if (last === undefined) continue;
      let at = root;
      for (const part of parts) {
        const existing = at.entries.get(part);
        const next = existing?.kind === "directory" ? existing : directory(now, 0o755, null, true);
        at.entries.set(part, next);
        at = next;
      }
      at.entries.set(last, regularFile(now, content, 0o755, null, true));
    }
    this.kernel.files.mount(path, root);
  }

  /** Addresses and default route as the machine's start-up scripts would set them. */
  bootNetwork(network: BootNetwork): void {
    bootNetwork(this.namespace, this.kernel, network);
  }

  /** Logs root in at a terminal: a shell that asks for command lines until `exit`. */
  login(size: TerminalSize | null = null): LoginSession {
    const terminal = new Terminal(
      (group, signal) => this.kernel.kill(-group, signal),
      SHELL_LIMITS.outputCharactersMax,
    );
    terminal.columns = size?.columns ?? terminal.columns;
    terminal.rows = size?.rows ?? terminal.rows;
    const descriptors = new Descriptors();
    descriptors.set(0, terminal);
    descriptors.set(1, terminal.retain());
    descriptors.set(2, terminal.retain());
    return new LoginSession(terminal, this.spawnBash(["-bash"], "bash", "", descriptors));
  }

  private run(argv: readonly string[], text: string, name = ""): ExecHandle {
    const descriptors = new Descriptors();
    const stdout = new Capture(SHELL_LIMITS.outputCharactersMax);
    const stderr = new Capture(SHELL_LIMITS.outputCharactersMax);
    descriptors.set(0, new Feed("", true));
    descriptors.set(1, stdout);
    descriptors.set(2, stderr);
    const process = this.spawnBash(argv, text, name, descriptors);
    return new Exec(this.kernel, process, stdout, stderr);
  }

  private spawnBash(
    argv: readonly string[],
    text: string,
    name: string,
    descriptors: Descriptors,
  ): Process | null {
    const namespace = this.kernel.namespaces.get(name);
    assert(namespace !== undefined, `${this.name} has no namespace ${name}`);
    const bash = SHELL_COMMANDS.find(({ path }) => path.endsWith("/bash")) as Command;
    const origin = { command: text, file: "", line: 0 };
    return this.kernel.spawn(
      {
        parent: null,
        argv,
        origin,
        descriptors,
        namespace,
        cwd: "/root",
        environment: ROOT_ENVIRONMENT,
        newGroup: true,
      },
      (self) => bash.run(new CommandContext(argv, self, this.kernel)),
    );
  }
}

/** Somebody logged in at a terminal. */
export class LoginSession {
  private readonly terminal: Terminal;
  private readonly process: Process | null;

  constructor(terminal: Terminal, process: Process | null) {
    this.terminal = terminal;
    this.process = process;
  }

  /** Whether the shell has ended. */
  get done(): boolean {
    return this.process === null || !this.process.alive;
  }

  /** `$?` at the last prompt; the shell's own exit status when it has ended. */
  get status(): number {
    return this.process?.status ?? this.terminal.lastStatus;
  }

  /** What stands before the command line that the shell waits for; null while it is busy. */
  get prompt(): string | null {
    return this.terminal.hasInput ? null : this.terminal.prompt;
  }

  /** Where the shell is: what relative names in a command line count from. */
  get cwd(): string {
    return this.process?.cwd ?? "/";
  }

  /** Presses keys. At a prompt they are an edited line with its newline, or one control character. */
  type(text: string): void {
    this.terminal.type(text);
  }

  /** What was written to the screen since the last call. */
  take(): string {
    return this.terminal.take();
  }
}

class Exec implements ExecHandle {
  private readonly kernel: Kernel;
  private readonly process: Process | null;
  private readonly output: Capture;
  private readonly errors: Capture;

  constructor(kernel: Kernel, process: Process | null, output: Capture, errors: Capture) {
    this.kernel = kernel;
    this.process = process;
    this.output = output;
    this.errors = errors;
    if (process === null) errors.text = "bash: fork: Resource temporarily unavailable\n";
  }

  get done(): boolean {
    return this.process === null || !this.process.alive;
  }

  get status(): number {
    return this.process === null ? 254 : (this.process.status ?? 0);
  }

  get stdout(): string {
    return this.output.text;
  }

  get stderr(): string {
    return this.errors.text;
  }

  interrupt(): void {
    if (this.process !== null) this.kernel.kill(-this.process.group, Signal.INT);
  }
}
