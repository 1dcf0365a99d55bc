/**
 * Replays what bash 5.2 and dash 0.5.12 of a Debian 12 printed (packages/shell/record) on a machine of ours. Standard
 * output, standard error and status must be the same to the byte.
 */
import { createRng, Engine, NetworkNamespace, seconds } from "@lvsim/core";
import { expect, test } from "vitest";
import { NO_COSTS } from "../kernel/costs.ts";
import { Machine } from "../machine.ts";
import recorded from "./bash.json" with { type: "json" };

interface Recording {
  readonly name: string;
  readonly dialect: "bash" | "dash";
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

/** Where we differ on purpose, each with its reason. */
const ACCEPTED: ReadonlyMap<string, string> = new Map();

const RECORDINGS = recorded as readonly Recording[];
const DIRECTORY = "/tmp/t";
/** The environment of the recordings and nothing else. */
const ENVIRONMENT =
  "env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root USER=root LC_ALL=C";
/** A snippet that has not ended by then never will. */
const LONGEST = seconds(60);

interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | "not ended";
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function replay(recording: Recording): Outcome {
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
    `mkdir -p ${DIRECTORY} && cd ${DIRECTORY} && exec ${ENVIRONMENT} ${shell} ${what}`,
  );
  const end = engine.now + LONGEST;
  while (!handle.done && engine.now < end && engine.step());
  const { done, stdout, stderr, status } = handle;
  return { stdout, stderr, status: done ? status : "not ended" };
}

const expected = ({ stdout, stderr, status }: Recording): Outcome => ({ stdout, stderr, status });

test.each(RECORDINGS.filter(({ name }) => !ACCEPTED.has(name)))("$name", (recording) => {
  expect(replay(recording)).toEqual(expected(recording));
});

test("what is accepted as different is recorded, still differs, and is rare", () => {
  for (const name of ACCEPTED.keys()) {
    const recording = RECORDINGS.find((candidate) => candidate.name === name);
    expect(recording, name).toBeDefined();
    if (recording !== undefined) {
      expect(replay(recording), name).not.toEqual(expected(recording));
    }
  }
  expect(ACCEPTED.size).toBeLessThanOrEqual(Math.floor(RECORDINGS.length / 50));
});
