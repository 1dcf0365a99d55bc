/** For tests of the shell: a snippet recorded with real bash or dash, and what a machine of ours makes of it. */
import { createRng, Engine, NetworkNamespace, seconds } from "@lvsim/core";
import { NO_COSTS } from "../kernel/costs.ts";
import { Machine } from "../machine.ts";

export interface Recording {
  readonly name: string;
  readonly dialect: "bash" | "dash";
  readonly locale: "C" | "C.UTF-8";
  /** "file" runs it as script.sh, "command" as the argument of -c. */
  readonly form: "file" | "command";
  readonly script: string;
  readonly files?: readonly RecordedFile[];
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

interface RecordedFile {
  readonly path: string;
  /** Octal permission bits. */
  readonly mode: string;
  readonly content: string;
}

const DIRECTORY = "/tmp/t";
/** The environment of the recordings and nothing else. */
const ENVIRONMENT =
  "env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root USER=root";
/** A snippet that has not ended by then never will. */
const LONGEST = seconds(60);

/** What a snippet prints and ends with. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | "not ended";
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Runs the snippet on a machine of its own. */
export function replay(recording: Recording): Outcome {
  const engine = new Engine();
  const rng = createRng("recorded");
  const kernel = "6.1.192";
  const machine = new Machine({
    name: "host",
    hostname: "host",
    image: "debian-12",
    ipvsadm: "mainline",
    kernel,
    engine,
    rng,
    namespace: new NetworkNamespace({ name: "host", engine, rng, trace: null, kernel }),
    costs: NO_COSTS,
  });
  for (const { path, mode, content } of recording.files ?? []) {
    machine.writeFile(`${DIRECTORY}/${path}`, content, Number.parseInt(mode, 8));
  }
  if (recording.form === "file") machine.writeFile(`${DIRECTORY}/script.sh`, recording.script);
  const shell = recording.dialect === "dash" ? "sh" : "bash";
  const what = recording.form === "file" ? "script.sh" : `-c ${quote(recording.script)}`;
  const handle = machine.exec(
    `mkdir -p ${DIRECTORY} && cd ${DIRECTORY} && exec ${ENVIRONMENT} LC_ALL=${recording.locale} ${shell} ${what}`,
  );
  const end = engine.now + LONGEST;
  while (!handle.done && engine.now < end && engine.step());
  const { done, stdout, stderr, status } = handle;
  return { stdout, stderr, status: done ? status : "not ended" };
}
