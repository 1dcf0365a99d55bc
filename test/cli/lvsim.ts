/** The command line as people start it: a process of its own. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const MAIN = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));

export interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

interface Surroundings {
  readonly input?: string;
  /** Whether whoever reads the output leaves after the first piece, as `head -1` does. */
  readonly leaves?: boolean;
}

/** Processes at once: more of them would only wait for each other. */
const AT_ONCE = 2;
const chains: Promise<unknown>[] = Array.from({ length: AT_ONCE }, () => Promise.resolve());
let turns = 0;

/** Runs `lvsim` with these words to its end, when its turn has come. */
export function lvsim(words: readonly string[], surroundings: Surroundings = {}): Promise<Ended> {
  const turn = turns++ % AT_ONCE;
  const ended = (chains[turn] as Promise<unknown>).then(() => start(words, surroundings));
  chains[turn] = ended.catch(() => undefined);
  return ended;
}

function start(
  words: readonly string[],
  { input = "", leaves = false }: Surroundings,
): Promise<Ended> {
  const source = ["--import", "tsx", "--conditions=@lvsim/source", MAIN];
  const { NO_COLOR, FORCE_COLOR, LANG, LC_ALL, LC_MESSAGES, ...env } = process.env;
  const child = spawn(process.execPath, [...source, ...words], { cwd: ROOT, env });
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said.out += text;
    if (leaves) child.stdout.destroy();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said.err += text;
  });
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, ...said }));
  });
}
