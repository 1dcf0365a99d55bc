/**
 * `lvsim sh FILE`: runs a bash script as root on a fresh simulated machine. The script stands in /mnt together with the
 * files of `--with`, where nothing can be changed, and begins there, so that `. lib.sh`, `. ./lib.sh` and
 * `$(dirname "$0")/lib.sh` find them; without `--with` it stands and begins in /root.
 */
import { lstatSync, readdirSync, readFileSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { seconds } from "@lvsim/core";
import { Lab } from "@lvsim/scenarios";
import { DEFAULT_COSTS, type ImageName } from "@lvsim/shell";
import type { Environment } from "../environment.ts";
import { didYouMean } from "../suggest.ts";
import { UsageError, unreadable } from "../usage-error.ts";

export interface ShOptions {
  readonly image: string;
  /** Folder with what the script sources; null for none. */
  readonly folder: string | null;
  readonly seed: string;
}

const IMAGES: readonly ImageName[] = ["debian-12", "centos-7"];
const MACHINE = "host";
const SHARED = "/mnt";
const HOME = "/root";
const STANDARD_INPUT = "-";
/** How long a lab waits for a command. */
const PATIENCE = seconds(3600);
/** A step of the shell is one; a script that goes on without end stops after some seconds of real time. */
const EVENTS_MAX = 1_000_000;
/** 124 is a lab's own, as of timeout(1); 152 is a shell that was ended by SIGXCPU. */
const STATUS = { timedOut: 124, usedUp: 152 } as const;
const FILES_MAX = 4096;
const OCTETS_MAX = 1 << 24;

/** The script's own exit status. */
export function shCommand(
  file: string,
  args: readonly string[],
  { image, folder, seed }: ShOptions,
  { out, err }: Environment,
): number {
  const name = imageNamed(image);
  const script = readScript(file);
  const shared = folder === null ? null : readFolder(folder);
  const lab = Lab.empty({ seed, costs: DEFAULT_COSTS, limits: { eventsMax: EVENTS_MAX } });
  const { shell } = lab.addMachine(MACHINE, { image: name });
  const place = placeOf(file, folder);
  if (shared === null) shell.writeFile(`${HOME}/${place}`, script, 0o755);
  else shell.mountReadOnly(SHARED, shared.set(place, script));
  const begin = shared === null ? HOME : dirname(`${SHARED}/${place}`);
  const words = ["bash", basename(place), ...args].map(quoted).join(" ");
  const { status, stdout, stderr } = lab.exec(MACHINE, `cd ${quoted(begin)} && exec ${words}`);
  const fault = status === 2 && stdout === "" ? syntaxError(stderr) : undefined;
  if (fault !== undefined) throw new UsageError(fault);
  out(stdout);
  err(stderr);
  err(stopText(status, lab));
  return status;
}

/** Bash's complaint when it could not read the script, and nothing else was said; its second line only repeats the script's. */
function syntaxError(stderr: string): string | undefined {
  const [first = "", ...more] = stderr.trimEnd().split("\n");
  const isOne = /: line \d+: (?:syntax error|unexpected EOF)/.test(first);
  return isOne && more.every((text) => text.startsWith(first.slice(0, first.indexOf(": line "))))
    ? first
    : undefined;
}

/** Says that the script did not end by itself; nothing for one that did. */
function stopText(status: number, { now, simulation }: Lab): string {
  const { engine } = simulation;
  const limit = engine.limitReached();
  const after = `after ${(now / 1e9).toFixed(3)} s of simulated time`;
  if (status === STATUS.usedUp) return `lvsim: the script used up its steps ${after}\n`;
  if (status !== STATUS.timedOut) return "";
  if (limit !== null) return `lvsim: the script reached the limit ${limit} ${after}\n`;
  return now >= PATIENCE ? `lvsim: the script had not ended ${after}\n` : "";
}

function imageNamed(image: string): ImageName {
  const found = IMAGES.find((name) => name === image);
  if (found === undefined)
    throw new UsageError(
      `no image "${image}"; known: ${IMAGES.join(", ")}${didYouMean(image, IMAGES)}`,
    );
  return found;
}

function readScript(file: string): string {
  let octets: Uint8Array;
  try {
    octets = readFileSync(file === STANDARD_INPUT ? 0 : file);
  } catch (error) {
    throw unreadable(file, error);
  }
  if (octets.includes(0)) throw new UsageError(`${file} is no script: it holds binary data`);
  return textOf(octets);
}

const textOf = (octets: Uint8Array): string => new TextDecoder().decode(octets);

/** Where the script stands below the folder: where it is if it is in there, else at its top. */
function placeOf(file: string, folder: string | null): string {
  if (file === STANDARD_INPUT) return "stdin";
  if (folder === null) return basename(file);
  const inside = relative(resolve(folder), resolve(file));
  const leaves = inside === "" || inside.startsWith("..") || inside === resolve(file);
  return leaves ? basename(file) : inside.split(sep).join("/");
}

/** Every text file below `folder` by its path there, what links lead to included; binary files are left out. */
function readFolder(folder: string): Map<string, string> {
  const files = new Map<string, string>();
  let octetsLeft = OCTETS_MAX;
  const visit = (at: string, below: string): void => {
    for (const name of readdirSync(at).sort()) {
      const path = join(at, name);
      const isLink = lstatSync(path).isSymbolicLink();
      const stat = isLink ? statOrNull(path) : statSync(path);
      // a linked folder could lead in a circle
      if (stat?.isDirectory() === true && !isLink) visit(path, `${below}${name}/`);
      if (stat?.isFile() !== true) continue;
      octetsLeft -= stat.size;
      if (files.size >= FILES_MAX || octetsLeft < 0)
        throw new UsageError(
          `${folder} is too much to mount: at most ${FILES_MAX} files of 16 MiB in all`,
        );
      const octets = readFileSync(path);
      if (!octets.includes(0)) files.set(`${below}${name}`, textOf(octets));
    }
  };
  try {
    visit(folder, "");
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw unreadable(folder, error);
  }
  return files;
}

/** Null for a link that leads nowhere. */
function statOrNull(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
