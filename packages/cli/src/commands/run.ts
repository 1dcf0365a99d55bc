/** `lvsim run SCENARIO`: plays a lab and shows it, as a report, as JSON Lines, as capture files. */
import {
  eventJsonLine,
  type LabRun,
  type Language,
  type Page,
  reportLines,
  runLab,
  say,
  summaryJson,
} from "@lvsim/scenarios";
import stringWidth from "string-width";
import { Captures } from "../captures.ts";
import { type Environment, usesColour } from "../environment.ts";
import { findLab } from "../labs.ts";
import { painter } from "../paint.ts";

export interface RunCommandOptions {
  readonly seed: string;
  readonly language: Language;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly showMacs: boolean;
  /** Folder for capture files; null for none. */
  readonly pcap: string | null;
  /** The variant that is wanted; undefined for the lab as it stands. */
  readonly variant: string | undefined;
}

const COLUMNS = 100;
/** Work that takes longer than this, in milliseconds, says what it is doing. */
const PATIENCE_MS = 500;
/** Characters that are put out at once. */
const CHUNK = 1 << 16;

/** The exit status: 1 when a start-up command did not end as the lab says. */
export function runCommand(
  name: string,
  options: RunCommandOptions,
  environment: Environment,
): number {
  const definition = findLab(name, options.variant);
  const captures = options.pcap === null ? null : new Captures(options.pcap);
  const progress = new Progress(environment);
  const lines = options.json ? new JsonLines(environment) : null;
  const began = environment.clock();
  const shown = options.variant === undefined ? name : `${name} --variant ${options.variant}`;
  const run = runLab(shown, definition, {
    seed: options.seed,
    onBuilt: (lab) => captures?.watch(lab),
    onProgress: (host, command) => progress.show(`${host}# ${command}`),
    ...(lines === null ? {} : { onEvent: (event) => lines.add(eventJsonLine(event)) }),
  });
  progress.clear();
  const wallSeconds = (environment.clock() - began) / 1000;
  const files = captures?.write(run) ?? 0;
  if (lines === null) writeReport(run, options, files, environment);
  else {
    lines.add(summaryJson(run, wallSeconds));
    lines.flush();
  }
  return run.starts.every(({ asExpected }) => asExpected) ? 0 : 1;
}

/** Lines put out many at a time. */
class JsonLines {
  private readonly out: Environment["out"];
  private pending = "";

  constructor({ out }: Environment) {
    this.out = out;
  }

  add(text: string): void {
    this.pending += `${text}\n`;
    if (this.pending.length >= CHUNK) this.flush();
  }

  flush(): void {
    this.out(this.pending);
    this.pending = "";
  }
}

function writeReport(
  run: LabRun,
  { language, verbose, showMacs, pcap }: RunCommandOptions,
  files: number,
  environment: Environment,
): void {
  const page: Page = { language, columns: COLUMNS, widthOf: stringWidth, showMacs };
  const paint = painter(usesColour(environment));
  const lines = reportLines(run, page, { verbose }).map(paint);
  if (pcap !== null) lines.push(say(language, "wroteCaptures", { count: files, folder: pcap }));
  environment.out(`${lines.join("\n")}\n`);
}

/** One line on a terminal's stderr that says what goes on, once it takes long. */
class Progress {
  private readonly environment: Environment;
  private readonly began: number;
  private shown = false;

  constructor(environment: Environment) {
    this.environment = environment;
    this.began = environment.clock();
  }

  show(what: string): void {
    const { showsProgress, clock, err } = this.environment;
    if (!showsProgress || clock() - this.began < PATIENCE_MS) return;
    this.shown = true;
    err(`\r\u001b[K${what.split("\n")[0]?.slice(0, COLUMNS - 1) ?? ""}`);
  }

  clear(): void {
    if (this.shown) this.environment.err("\r\u001b[K");
  }
}
